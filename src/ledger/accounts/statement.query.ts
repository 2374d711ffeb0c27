import type pg from 'pg';
import { Cursor, PageLimit, Time } from '../../platform/fields.js';
import { invalid } from '../errors.js';
import { ConsistencyQuery } from './accounts.controller.js';

/** A writer may have read the clock and not committed yet: what was recorded by a time is final only after this. */
const SETTLED_AFTER_SECONDS = 10;

export class StatementQuery extends ConsistencyQuery {
  @Time({ optional: true, description: 'Effective from (included); absent: the earliest entry.' })
  from?: string;

  @Time({ optional: true, description: 'Effective until (not included); absent: now.' }) to?: string;

  @Time({
    optional: true,
    description: `What was known then: recorded at this time or before it. Not the last ${SETTLED_AFTER_SECONDS} seconds.`,
  })
  recorded_at?: string;

  @PageLimit(1000, { description: 'How many lines at most: 50; CSV and HTML without limit and cursor: all.' })
  limit?: number;

  @Cursor() cursor?: string;
}

/** By the database's clock, which also gives the times of recording. @throws Problem VALIDATION_FAILED */
export async function requireSettled(pool: pg.Pool, recordedAt: string | undefined): Promise<void> {
  if (recordedAt === undefined) return;
  const { rows } = await pool.query<{ settled: boolean }>(
    `select $1::timestamptz <= clock_timestamp() - make_interval(secs => ${SETTLED_AFTER_SECONDS}) as settled`,
    [recordedAt],
  );
  if (rows[0]!.settled) return;
  const message = `must be at least ${SETTLED_AFTER_SECONDS} seconds ago: later than that, more may still be recorded`;
  throw invalid([{ path: 'recorded_at', message }]);
}
