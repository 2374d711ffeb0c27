import type pg from 'pg';
import { decodeCursor, pageOf, parts, type Page } from '../../platform/cursor.js';
import { activeSchema } from '../active.js';

/** What was posted to an account on an effective day (UTC), in minor units; balances signed to its normal side. */
export interface DayTotals {
  /** `2026-11-21` */
  day: string;
  opening: string;
  debits: string;
  credits: string;
  closing: string;
  /** How many posted entries. */
  entries: number;
}

export interface DaysWanted {
  account: { no: string; ledger: string; id: string; normalSide: 'debit' | 'credit' };
  /** The days from that of `from` until that of `to`; canonical times. */
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** The days on which something was posted, oldest first. @throws InvalidCursor */
export async function dailyTotals(pool: pg.Pool, wanted: DaysWanted): Promise<Page<DayTotals>> {
  const { account, from, to, limit, cursor } = wanted;
  const list = `daily totals ${account.ledger}/${account.id}`;
  const after = decodeCursor(list, cursor, [parts.day])?.[0];
  const schema = await activeSchema(pool, 'daily-totals');
  const { rows } = await pool.query<DayTotals>(
    `select day::text, closing - moved as opening, debits, credits, closing, entries::int
     from (
       select day, debits, credits, entries, moved, sum(moved) over (order by day) as closing
       from (select *, case $2 when 'debit' then debits - credits else credits - debits end as moved
             from ${schema}.days where account_no = $1) d
     ) summed
     where ($3::timestamptz is null or (day + 1)::timestamp at time zone 'UTC' > $3)
       and ($4::timestamptz is null or day::timestamp at time zone 'UTC' < $4)
       and ($5::date is null or day > $5)
     order by day limit $6`,
    [account.no, account.normalSide, from ?? null, to ?? null, after ?? null, limit + 1],
  );
  return pageOf(list, rows, limit, ({ day }) => [day]);
}
