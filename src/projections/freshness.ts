import type pg from 'pg';
import { activeSchema, NotBuilt } from './active.js';
import { missingBetween } from './complete.js';
import { recently } from './recently.js';

/** How far the read model is behind the journal. */
export interface Freshness {
  /** Transactions recorded but not applied yet, among the first 10,000 beyond what is known to be complete. */
  lag_events: number;
  /** Age of the first of them; 0 when there is none. */
  lag_seconds: number;
  /** Everything recorded before this time is in the read model: found out about once a second, never guessed;
   *  `neverFoundOut` until the first time. */
  as_of: string;
  /** What feeds it; null when nothing ever has. */
  source: 'kafka' | 'tail' | null;
}

/** The `as_of` of a read model that has just been made. */
export const neverFoundOut = '1970-01-01T00:00:00.000000Z';

/** So many are looked at and no more: with one event missing, everything after it lies beyond the mark. */
const MOST_LOOKED_AT = 10_000;

interface Known {
  sequence: string;
  as_of: string;
  last: string;
  source: 'kafka' | 'tail' | null;
}

/** Compares the journal with the read model beyond the sequence up to which that is known to be complete. */
export async function freshness(pool: pg.Pool): Promise<Freshness> {
  const { rows } = await pool.query<Known>(
    // The statement's start is before the number is read: what is drawn later is recorded later.
    `select c.sequence, s.last,
       case when s.last > c.sequence then c.as_of else statement_timestamp() end as as_of,
       (select min(source) from projections.checkpoints where consumer = 'projections') as source
     from projections.complete c,
       (select case when is_called then last_value else 0 end as last from journal.sequence) s`,
  );
  const { sequence, last, as_of, source } = rows[0]!;
  if (BigInt(last) <= BigInt(sequence)) return { lag_events: 0, lag_seconds: 0, as_of, source };
  const schema = await activeSchema(pool, 'transactions').catch((error: Error) => {
    if (!(error instanceof NotBuilt)) throw error;
    return undefined;
  });
  const missing = await pool.query<{ events: number; seconds: number }>(
    `select count(*)::int as events,
       greatest(0, coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0))::float8 as seconds
     from (${missingBetween(schema, MOST_LOOKED_AT)}) m`,
    [sequence, last],
  );
  const { events, seconds } = missing.rows[0]!;
  return { lag_events: events, lag_seconds: seconds, as_of, source };
}

/** As it was found out at most half a second ago, for whoever asks often. */
export const recentFreshness = recently(freshness);
