import type pg from 'pg';

/**
 * Wakes whoever listens for new events, after a COMMIT and not within it: NOTIFY in the journal's transaction would
 * make commits wait for each other. Calls while one is on its way are folded into one more. A lost wake-up only
 * means that the listener's own clock finds the events.
 */
export function notifier(pool: pg.Pool): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await pool.query('notify counterfoil_events').catch(() => {});
    } while (again);
    running = false;
  };
  return () => {
    again = true;
    if (!running) void run();
  };
}
