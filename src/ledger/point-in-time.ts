import type pg from 'pg';
import { Time } from '../platform/fields.js';
import { invalid } from './errors.js';

/** A writer may have read the clock and not committed yet: what was recorded by a time is final only after this. */
const SETTLED_AFTER_SECONDS = 10;

/** The point of a balance: absent times don't bound it. Both include their own moment. */
export interface PointInTime {
  /** Effective by then. */
  at?: string;
  /** Recorded by then: what we knew. */
  recorded_at?: string;
}

export const At = () => Time({ optional: true, description: 'Effective at this time or before it.' });

export const RecordedAt = () =>
  Time({
    optional: true,
    description: `Recorded at this time or before it: what we knew then. Not the last ${SETTLED_AFTER_SECONDS} seconds.`,
  });

/** By the database's clock, which also gives the times of recording. @throws Problem VALIDATION_FAILED */
export async function requireSettled(pool: pg.Pool, { recorded_at }: PointInTime): Promise<void> {
  if (recorded_at === undefined) return;
  const { rows } = await pool.query<{ settled: boolean }>(
    `select $1::timestamptz <= clock_timestamp() - make_interval(secs => ${SETTLED_AFTER_SECONDS}) as settled`,
    [recorded_at],
  );
  if (rows[0]!.settled) return;
  const message = `must be at least ${SETTLED_AFTER_SECONDS} seconds ago: later than that, more may still be recorded`;
  throw invalid([{ path: 'recorded_at', message }]);
}
