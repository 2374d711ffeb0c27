import { firstReason, hasFailed, hasLostItsPlace, isRunning, type ConnectorStatus } from './connector.js';
import type { SlotHealth } from './slot-health.js';
import { progressOf, standsStill, type Progress } from './slot-progress.js';

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/** What a look found. */
export interface Seen {
  /** `away` when Kafka Connect does not answer, undefined when it knows no such connector. */
  asked: ConnectorStatus | 'away' | undefined;
  /** Undefined when Postgres does not answer. */
  slot: SlotHealth | undefined;
  now: number;
  /** The command that makes connector and slot anew. */
  remedy: string;
}

/** What is wrong with a connector, in words; `restart` when that may help. */
export interface Trouble {
  what: string;
  restart?: 'failed' | 'all';
}

/** 5 s, 10 s, 20 s, 40 s, then each minute: an outage may end at any moment. */
export function waitAfter(attempts: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);
}

/** Standing still is news only of a connector that runs, as it says, or is about to: else its time begins anew. */
export function progressWhileRunning(
  before: Progress | undefined,
  { asked, slot, now }: Omit<Seen, 'remedy'> & { slot: SlotHealth },
): Progress {
  const expected = asked !== undefined && asked !== 'away' && (isRunning(asked) || isStarting(asked));
  return progressOf(expected ? before : undefined, slot, now);
}

/** @returns undefined when all is well, as far as can be seen. */
export function troubleOf(seen: Seen, progress: Progress | undefined, stuckMs?: number): Trouble | undefined {
  const { asked, slot, remedy } = seen;
  if (asked === 'away') return { what: 'Kafka Connect does not answer' };
  if (!asked) return { what: `it does not exist. To make it: ${remedy}` };
  if (asked.state === 'PAUSED') return { what: 'it is paused. To go on: counterfoil connect resume' };
  if (asked.state === 'STOPPED') return { what: `it is stopped. To go on: ${remedy}` };
  if (slot?.state === 'missing' || slot?.state === 'lost') {
    return { what: `its replication slot is ${slot.state}. To recover: ${remedy}` };
  }
  if (hasLostItsPlace(asked)) {
    return { what: `its replication slot is another one than before. To recover: ${remedy}` };
  }
  if (hasFailed(asked)) return { what: `failed: ${firstReason(asked)}`, restart: 'failed' };
  if (!slot || !progress || !(isRunning(asked) || isStarting(asked))) return undefined;
  // It says RUNNING also when nothing flows, and may begin without ever coming to an end of that.
  if (!standsStill(progress, slot, seen.now, stuckMs)) return undefined;
  const standing = slot.state === 'inactive' ? 'nobody reads its slot' : 'its slot stands still';
  const says = isRunning(asked) ? 'RUNNING' : 'UNASSIGNED';
  return { what: `it says ${says}, but ${standing}`, restart: 'all' };
}

/** Given to a worker of Connect that has not started it yet. */
function isStarting({ state, tasks }: ConnectorStatus): boolean {
  return [state, ...tasks.map((task) => task.state)].includes('UNASSIGNED');
}
