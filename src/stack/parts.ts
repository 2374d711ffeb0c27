export interface Stoppable {
  name: string;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/** What a launcher has started so far, so that all of it can be stopped at any moment of the start. */
export interface Parts {
  /** Aborted when stopping begins: from then on nothing more may be started. */
  signal: AbortSignal;
  /** To be called as soon as there is something to stop, not when it is ready. Takes the place of one of that name. */
  add(part: Stoppable): void;
  /** Last of `order` first, each although another could not be stopped. Safe to call again. @returns false if any could not */
  stop(): Promise<boolean>;
}

/** `order`: how their names depend on each other, whichever is started first; without it, the order of starting. */
export function createParts(log: (line: string) => void, order: string[] = []): Parts {
  const parts = new Map<string, Stoppable>();
  const stopping = new AbortController();
  const stopAll = async () => {
    stopping.abort(new Error('stopped'));
    let all = true;
    const rank = ({ name }: Stoppable) => order.indexOf(name);
    for (const part of [...parts.values()].sort((a, b) => rank(a) - rank(b)).reverse()) {
      const failure = await part.stop().catch((error: Error) => error);
      if (failure) all = false;
      log(failure ? `  ${part.name} could not be stopped: ${failure.message}` : `  ${part.name} stopped`);
    }
    return all;
  };
  let stopped: Promise<boolean> | undefined;
  return {
    signal: stopping.signal,
    add: (part) => void parts.set(part.name, part),
    stop: () => (stopped ??= stopAll()),
  };
}
