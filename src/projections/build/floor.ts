import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/**
 * A sequence up to which nothing more will be recorded: what can be read up to there is final. Who drew a sequence has a
 * lesser transaction id than one that is taken after it (see complete.ts), so it is enough to wait for those. If some
 * transaction stays open, the floor is what the read model is known to be complete up to; that only means more to catch
 * up.
 */
export async function floorOf(pool: pg.Pool, waitMs = 5_000): Promise<string> {
  const { rows } = await pool.query<{ last: string }>(
    'select case when is_called then last_value else 0 end as last from journal.sequence',
  );
  const own = await pool.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  const until = Date.now() + waitMs;
  for (;;) {
    const decided = await pool.query<{ is: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as is',
      [own.rows[0]!.xid],
    );
    if (decided.rows[0]!.is) return rows[0]!.last;
    if (Date.now() > until) break;
    await sleep(20);
  }
  const known = await pool.query<{ sequence: string }>('select sequence from projections.complete');
  return known.rows[0]!.sequence;
}
