import type { Fault } from './fault.js';
import { clock, disk } from './machine.js';
import { blackhole, commit, delay, reset, response } from './network.js';
import { kill, restart, stop } from './processes.js';
import { rebuild } from './rebuild.js';

/** By the names that `--faults` takes. */
export const faults: Record<string, Fault> = {
  kill,
  stop,
  restart,
  delay,
  reset,
  blackhole,
  commit,
  response,
  disk,
  clock,
  rebuild,
};
