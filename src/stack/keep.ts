import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from './process.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Who lived for so long has earned a quick start when it dies. */
const CALM_MS = 60_000;

interface KeepOptions {
  /** Aborted when the launcher stops: from then on an end is no surprise. */
  signal: AbortSignal;
  log: (line: string) => void;
  /** For tests. */
  firstWaitMs?: number;
  longestWaitMs?: number;
}

/** What ends with a line for a person: a part, or the embedded Postgres. */
type Mortal = Pick<Part, 'name' | 'ended'> & { logFile?: string };

/**
 * Starts something, and again whenever it ends unasked, each time waiting longer. Resolves with the first start.
 * @throws when the first start fails; later ones are told of and tried again
 */
export async function keep<T extends Mortal>(start: () => Promise<T>, options: KeepOptions): Promise<T> {
  const first = await start();
  void watch(first, start, options).catch(() => {});
  return first;
}

async function watch<T extends Mortal>(
  first: T,
  start: () => Promise<T>,
  { signal, log, firstWaitMs = FIRST_WAIT_MS, longestWaitMs = LONGEST_WAIT_MS }: KeepOptions,
): Promise<void> {
  let wait = firstWaitMs;
  for (let part: T | undefined = first; !signal.aborted;) {
    const began = Date.now();
    if (part) {
      const what = await part.ended;
      if (signal.aborted) return;
      if (Date.now() - began > CALM_MS) wait = firstWaitMs;
      log(`\n${what}${part.logFile ? `: see ${part.logFile}` : ''}. It is started again in ${wait / 1000} s`);
    }
    await sleep(wait, undefined, { signal });
    wait = Math.min(wait * 2, longestWaitMs);
    part = await start().catch((error: Error) => {
      if (!signal.aborted)
        log(`${first.name} can't be started: ${error.message}\nIt is tried again in ${wait / 1000} s`);
      return undefined;
    });
    if (part) log(`${first.name} runs again`);
  }
}
