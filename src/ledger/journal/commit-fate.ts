import type pg from 'pg';
import { commitStatus } from './sql.js';

const PATIENCE_MS = 3_000;
const PAUSE_MS = 100;

/**
 * What became of a COMMIT that was not answered. `unknown`: still in progress, Postgres can't be reached, it no
 * longer remembers, or another server took over (whose transaction ids mean something else).
 */
export async function commitFate(
  pool: pg.Pool,
  written: { xid: string; timeline: string },
): Promise<'committed' | 'aborted' | 'unknown'> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    try {
      const { rows } = await pool.query<{ status: string | null; timeline: string }>({
        text: commitStatus,
        values: [written.xid],
        query_timeout: PATIENCE_MS,
      } as pg.QueryConfig);
      const { status, timeline } = rows[0]!;
      if (timeline !== written.timeline) return 'unknown';
      if (status === 'committed' || status === 'aborted') return status;
      if (status === null) return 'unknown';
    } catch {
      // Not reachable yet: it may be restarting.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return 'unknown';
}
