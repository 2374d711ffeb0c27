import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { drawTransactionId, haveEnded } from '../../platform/writers.js';

/**
 * A sequence up to which nothing more will be recorded: what can be read up to there is final. Who drew a sequence has a
 * lesser transaction id than one that is taken after it (see complete.ts), so it is enough to wait for those. If some
 * transaction stays open, the floor is what the read model is known to be complete up to; that only means more to catch
 * up.
 */
export async function floorOf(pool: pg.Pool, waitMs = 5_000): Promise<string> {
  const last = await lastSequence(pool);
  const id = await drawTransactionId(pool);
  for (const until = Date.now() + waitMs; Date.now() <= until; await sleep(20)) {
    if (await haveEnded(pool, id)) return last;
  }
  const known = await pool.query<{ sequence: string }>('select sequence from projections.complete');
  return known.rows[0]!.sequence;
}

/** The last one drawn, 0 before the first: nothing that is recorded already has a later one. */
export async function lastSequence(db: Pick<pg.ClientBase, 'query'>): Promise<string> {
  const { rows } = await db.query<{ last: string }>(
    'select case when is_called then last_value else 0 end as last from journal.sequence',
  );
  return rows[0]!.last;
}
