import type pg from 'pg';
import { commitStatus, isWritten } from './sql.js';

const PATIENCE_MS = 3_000;
const PAUSE_MS = 100;

/** What a transaction wrote: its id, the history it belongs to, and something that only it can have written. */
export interface Written {
  xid: string;
  timeline: string;
  /** The id of one of its events, made by chance; null when it stored refusals only. */
  eventId: string | null;
  /** Else one of its stored results. */
  result: { key: string; body: string } | null;
}

/**
 * What became of a COMMIT that was not answered. `unknown`: still in progress, Postgres can't be reached, it no
 * longer remembers, or another server took over (whose transaction ids mean something else).
 *
 * An id said to be committed is not enough: Postgres gives out again, after a crash, the ids of transactions that
 * had not reached the disk. What the transaction wrote must be there too.
 */
export async function commitFate(
  pool: pg.Pool,
  written: Written,
): Promise<'committed' | 'aborted' | 'unknown'> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    try {
      const fate = await ask(pool, written);
      if (fate) return fate;
    } catch {
      // Not reachable yet: it may be restarting.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return 'unknown';
}

/** Undefined while it is in progress. */
async function ask(
  pool: pg.Pool,
  written: Written,
): Promise<'committed' | 'aborted' | 'unknown' | undefined> {
  const { rows } = await pool.query<{ status: string | null; timeline: string }>(
    within(commitStatus, [written.xid]),
  );
  const { status, timeline } = rows[0]!;
  if (timeline !== written.timeline || status === null) return 'unknown';
  if (status === 'aborted') return 'aborted';
  if (status !== 'committed') return undefined;
  // A statement of its own, and so with a snapshot taken after the commit.
  const { key, body } = written.result ?? {};
  const found = await pool.query<{ written: boolean }>(
    within(isWritten, [written.xid, written.eventId, key, body]),
  );
  return found.rows[0]!.written ? 'committed' : 'aborted';
}

function within(text: string, values: unknown[]): pg.QueryConfig {
  return { text, values, query_timeout: PATIENCE_MS } as pg.QueryConfig;
}
