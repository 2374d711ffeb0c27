import { keep } from '../../src/stack/keep.js';
import { signalGroup } from '../../src/stack/pid-file.js';
import type { Part } from '../../src/stack/process.js';

/** What runs, whichever of its lives it is in; whenever it ends it is started again, as a supervisor would. */
export interface Member {
  name: string;
  kill9(): Promise<void>;
  /** Stands still until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Asks it to end in good order. */
  end(): Promise<void>;
}

export interface Supervisor {
  signal: AbortSignal;
  log: (line: string) => void;
}

const PACE = { firstWaitMs: 300, longestWaitMs: 2_000 };

/** A part that is a process group. */
export async function supervise(
  name: string,
  start: (spawned: (part: Part) => void) => Promise<Part>,
  supervisor: Supervisor,
): Promise<Member> {
  let current: Part | undefined;
  const spawned = (part: Part) => void (current = part);
  await keep(() => start(spawned), { ...supervisor, ...PACE });
  const send = (signal: NodeJS.Signals) => async () => signalGroup(current!.pid, signal);
  return {
    name,
    kill9: () => current!.kill9(),
    pause: send('SIGSTOP'),
    resume: send('SIGCONT'),
    end: () => current!.stop(),
  };
}
