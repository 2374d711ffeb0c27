import type pg from 'pg';

const KEPT_MS = 500;

/** The same question, asked of the database at most twice a second. */
export function recently<T>(ask: (pool: pg.Pool) => Promise<T>): (pool: pg.Pool) => Promise<T> {
  const kept = new WeakMap<pg.Pool, { until: number; known: Promise<T> }>();
  return (pool) => {
    let entry = kept.get(pool);
    if (!entry || entry.until < performance.now()) {
      entry = { until: performance.now() + KEPT_MS, known: ask(pool) };
      // A failure is not remembered: the next one asks again.
      entry.known.catch(() => kept.delete(pool));
      kept.set(pool, entry);
    }
    return entry.known;
  };
}
