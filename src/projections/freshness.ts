import type pg from 'pg';
import { activeSchema } from './active.js';

/** How far the read model is behind the journal. */
export interface Freshness {
  /** Transactions recorded but not applied yet; counted up to 10,000. */
  lag_events: number;
  /** Age of the first of them; 0 when there is none. */
  lag_seconds: number;
  /** Everything recorded before this time is in the read model. */
  as_of: string;
  /** What feeds it; null when nothing ever has. */
  source: 'kafka' | 'tail' | null;
}

/**
 * Looks at what lies beyond the greatest sequence applied, and among the newest 200 before it for what was
 * passed by: another partition's, or that of a writer that committed late.
 */
export async function freshness(pool: pg.Pool): Promise<Freshness> {
  const schema = await activeSchema(pool, 'transactions');
  const { rows } = await pool.query<Freshness>(`
    with applied as (
      select coalesce(max(applied), 0) as sequence, min(source) as source from projections.checkpoints
      where consumer = 'projections'
    ),
    ahead as materialized (
      select t.sequence, t.recorded_at from journal.transactions t
      where t.sequence > (select sequence from applied)
      order by t.sequence limit 10000
    ),
    passed_by as materialized (
      select r.sequence, r.recorded_at
      from (
        select t.sequence, t.recorded_at from journal.transactions t
        where t.sequence <= (select sequence from applied)
        order by t.sequence desc limit 200
      ) r
      where not exists (select from ${schema}.transactions p where p.sequence = r.sequence)
    ),
    missing as (
      select count(*)::int as events, min(recorded_at) as since
      from (select recorded_at from ahead union all select recorded_at from passed_by) m
    )
    select events as lag_events,
           greatest(0, coalesce(extract(epoch from clock_timestamp() - since), 0))::float8 as lag_seconds,
           coalesce(since, statement_timestamp()) as as_of,
           source
    from missing, applied`);
  return rows[0]!;
}
