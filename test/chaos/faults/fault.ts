import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster.js';
import type { Dice } from '../dice.js';
import type { Member } from '../supervise.js';

/** Something that goes wrong. */
export interface Strike {
  /** For the report: what, where and for how long. */
  what: string;
  /** Resolves when it is over; what it broke may take its time to recover. */
  run(): Promise<void>;
}

/**
 * @param longestMs what lasts, lasts no longer
 * @returns undefined where this machine can't have it
 */
export type Fault = (cluster: Cluster, dice: Dice, longestMs: number) => Strike | undefined;

/** One part, now and then two. */
export function someMembers({ members }: Cluster, dice: Dice): Member[] {
  return dice.shuffled(members).slice(0, dice.oneIn(3) ? 2 : 1);
}

/** Some seconds as a rule; now and then as long as it may. */
export function lasting(dice: Dice, longestMs: number): number {
  return dice.oneIn(6) ? longestMs : Math.min(longestMs, dice.between(1_000, 8_000));
}

export const namesOf = (members: Member[]) => members.map(({ name }) => name).join(' and ');

/** Does something and undoes it after so long, whatever comes between. */
export async function during(ms: number, work: () => unknown, undo: () => unknown): Promise<void> {
  try {
    await work();
    await sleep(ms);
  } finally {
    await undo();
  }
}
