import type pg from 'pg';
import { settledSequence } from '../../platform/writers.js';

/**
 * A sequence up to which nothing more will be recorded: what can be read up to there is final. If some transaction stays
 * open, the floor is what the read model is known to be complete up to; that only means more to catch up.
 */
export async function floorOf(pool: pg.Pool, waitMs = 5_000): Promise<string> {
  const settled = await settledSequence(pool, waitMs);
  if (settled !== undefined) return settled;
  const known = await pool.query<{ sequence: string }>('select sequence from projections.complete');
  return known.rows[0]!.sequence;
}
