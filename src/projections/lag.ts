import type pg from 'pg';
import { projectionLagEvents, projectionLagSeconds } from '../platform/metrics.js';
import { freshness } from './freshness.js';

const EVERY_MS = 5_000;

/** Keeps the lag gauges of `/metrics` up to date, whatever feeds the read model; returns how to stop. */
export function watchLag(pool: pg.Pool): () => void {
  const look = async () => {
    const { lag_events, lag_seconds } = await freshness(pool);
    projectionLagEvents.set({ projection: 'all' }, lag_events);
    projectionLagSeconds.set({ projection: 'all' }, lag_seconds);
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
