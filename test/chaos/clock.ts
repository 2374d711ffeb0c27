import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The wall clock of a process that was started with these. */
export interface Clock {
  nodeArgs: string[];
  env: Record<string, string>;
  /** How far it is ahead of the machine's; negative: behind. */
  shift(ms: number): void;
}

export function createClock(file: string): Clock {
  const shift = (ms: number) => writeFileSync(file, String(ms));
  shift(0);
  return {
    // Not compiled: it is loaded from where it lies, whether this runs by jest or built.
    nodeArgs: ['--import', pathToFileURL('test/chaos/faked-clock.mjs').href],
    env: { CHAOS_CLOCK: file },
    shift,
  };
}
