import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '../../platform/postgres.js';
import type { Looked, Step, Walk } from './check.js';

const ATTEMPTS = 10;

/** A standby ends statements that stand in the way of what it replays: the slice is read again. */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error) || attempt === ATTEMPTS) throw error;
      await sleep(attempt * 200, undefined, { signal });
    }
  }
}

/**
 * Does slices of walks, so many walks at once.
 * @param from where a walk is; null when it is at its end
 * @param taken called with each slice as soon as it is done
 * @throws what the signal was aborted with, at once: the statements at hand are left to themselves
 */
export async function runWalks(
  walks: Walk[],
  parallel: number,
  signal: AbortSignal,
  {
    from,
    taken,
  }: {
    from: (walk: Walk) => string[] | null | undefined;
    taken: (walk: Walk, step: Step) => void;
  },
): Promise<void> {
  const left = [...walks];
  // One that fails ends the others after the slice at hand.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const runner = async () => {
    for (let walk = left.shift(); walk; walk = left.shift()) {
      const current = walk;
      let next = from(current);
      while (next !== null) {
        either.throwIfAborted();
        const begin = next ?? null;
        const step = await patiently(either, () => current.step(begin));
        taken(current, step);
        next = step.next;
      }
    }
  };
  const running = Array.from({ length: parallel }, () =>
    runner().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  await Promise.race([Promise.allSettled(running), aborted]);
  await Promise.all(running);
}

export function addLooked(sum: Looked, more: Looked = {}): void {
  for (const [what, count] of Object.entries(more)) sum[what] = (sum[what] ?? 0) + count;
}
