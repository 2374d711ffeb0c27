import type pg from 'pg';
import {
  deadLettersOpen,
  healedEvents,
  projectionLagEvents,
  projectionLagSeconds,
} from '../platform/metrics.js';
import { readModelStatus } from './status.js';

const EVERY_MS = 5_000;

/** Keeps the read model's gauges of `/metrics` up to date, whatever feeds the read model; returns how to stop. */
export function watchLag(pool: pg.Pool): () => void {
  const look = async () => {
    const { projections, healed } = await readModelStatus(pool);
    for (const { projection, lag_events, lag_seconds, dead_letters } of projections) {
      projectionLagEvents.set({ projection }, lag_events);
      projectionLagSeconds.set({ projection }, lag_seconds);
      deadLettersOpen.set({ projection }, dead_letters);
    }
    healedEvents.set(healed.total);
  };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  // One look after the other, however slow Postgres is. Away, it shows in readiness; the gauges keep what was known.
  const again = () => {
    if (stopped) return;
    timer = setTimeout(
      () =>
        void look()
          .catch(() => {})
          .then(again),
      EVERY_MS,
    );
    timer.unref();
  };
  again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
