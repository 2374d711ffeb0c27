import type pg from 'pg';
import { listen } from '../../projections/runner/listen.js';

/** Least time between two wake-ups: all readers look at once. */
const PAUSE_MS = 50;
/** The longest anyone sleeps: a notification may get lost. */
const POLL_MS = 1_000;

export interface WakeUps {
  /** How often it has rung; to be asked for before looking, so that what rings meanwhile isn't missed. */
  count(): number;
  /** Until it has rung since that count, at the latest after a second or `ms`; at once when aborted. */
  wait(since: number, ms: number, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Wakes all of a process's readers when something was recorded: one connection listens, from the first wait on. */
export function wakeUps(pool: pg.Pool): WakeUps {
  const sleeping = new Set<() => void>();
  let listener: { stop(): Promise<void> } | undefined;
  let count = 0;
  let resting: NodeJS.Timeout | undefined;
  let heard = false;

  function hear(): void {
    heard = resting !== undefined;
    if (heard) return;
    count += 1;
    for (const wake of [...sleeping]) wake();
    resting = setTimeout(() => {
      resting = undefined;
      if (heard) hear();
    }, PAUSE_MS);
  }

  return {
    count: () => count,
    async wait(since, ms, signal) {
      if (count !== since || signal.aborted) return;
      listener ??= listen(pool, 'counterfoil_events', hear);
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          sleeping.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(0, Math.min(ms, POLL_MS)));
        sleeping.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
    async stop() {
      clearTimeout(resting);
      await listener?.stop();
    },
  };
}
