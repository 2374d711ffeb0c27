import type pg from 'pg';
import { floorOf } from '../../projections/build/floor.js';
import { WRITERS_LIVE_SECONDS } from '../../platform/writers.js';

const WAIT_MS = 10_000;

/**
 * A sequence up to which nothing more will be recorded, so that whoever reads later reads the same. On a standby, which
 * can't tell what is underway and whose sequence runs ahead of what was drawn, it is what the read model is known to be
 * complete up to, or what is older than any writer lives.
 */
export async function horizonOf(pool: pg.Pool, standby: boolean): Promise<bigint> {
  const floor = standby ? 0n : BigInt(await floorOf(pool, WAIT_MS));
  const settled = await settledBefore(pool, standby);
  return settled > floor ? settled : floor;
}

/** Greatest sequence, of a row that is so old that whoever drew before it has ended. */
async function settledBefore(pool: pg.Pool, standby: boolean): Promise<bigint> {
  const { rows } = await pool.query<{ sequence: string }>(
    `select greatest((select sequence from projections.complete), (
       select sequence from journal.transactions
       where recorded_at < ${standby ? 'pg_last_xact_replay_timestamp()' : 'clock_timestamp()'}
         - make_interval(secs => ${WRITERS_LIVE_SECONDS})
       order by sequence desc limit 1
     )) as sequence`,
  );
  return BigInt(rows[0]!.sequence);
}
