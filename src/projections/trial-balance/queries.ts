import type pg from 'pg';
import { activeSchemas } from '../active.js';

/** Posted sums of a currency's accounts of one type, in minor units: of several accounts, so of any length. */
export interface TypeSums {
  currency: string;
  type: 'asset' | 'liability' | 'equity' | 'revenue' | 'expense';
  debits: string;
  credits: string;
}

/**
 * A ledger's posted debits and credits by currency and type, of what was effective by `at` and recorded by
 * `recordedAt` (canonical times, both included; absent: whenever); only what has posted entries, in the order of a
 * balance sheet and an income statement. Debits equal credits in each currency: one statement sees whole transactions.
 */
export async function trialBalance(
  pool: pg.Pool,
  ledger: string,
  { at, recorded_at: recordedAt }: { at?: string | undefined; recorded_at?: string | undefined },
): Promise<TypeSums[]> {
  const schemas = await activeSchemas(pool, 'lines', 'trial-balance');
  const { rows } = await pool.query<TypeSums>(sums(schemas), [ledger, ...bounds(at), ...bounds(recordedAt)]);
  return rows;
}

/** The day (UTC) of a time and the time itself; what is infinite has no day of its own to be looked through. */
function bounds(time: string | undefined): [day: string, time: string] {
  return time === undefined ? ['infinity', 'infinity'] : [time.slice(0, 10), time];
}

/**
 * Days before those of both times are taken whole; the lines of the day of $3 are looked through whenever recorded,
 * those of the recording day of $5 if effective on an earlier day than that of $3.
 */
function sums({ lines, 'trial-balance': balance }: Record<'lines' | 'trial-balance', string>): string {
  return `
with edge as (
  select account_no, side, posted from ${lines}.lines
  where ledger = $1 and posted <> 0 and effective_at >= $2::date::timestamp at time zone 'UTC' and effective_at <= $3
    and recorded_at <= $5
  union all
  select account_no, side, posted from ${lines}.lines
  where ledger = $1 and posted <> 0 and recorded_at >= $4::date::timestamp at time zone 'UTC' and recorded_at <= $5
    and effective_at < $2::date::timestamp at time zone 'UTC'
), accounts as (
  select account_no, sum(posted) filter (where side = 'debit') as debits,
    sum(posted) filter (where side = 'credit') as credits
  from edge group by account_no
)
select currency, type, sum(debits) as debits, sum(credits) as credits
from (
  select currency, account_type as type, debits, credits from ${balance}.volumes
  where ledger = $1 and effective_day < $2::date and recorded_day < $4::date
  union all
  select a.currency, a.type, coalesce(s.debits, 0), coalesce(s.credits, 0)
  from accounts s join journal.accounts a on a.no = s.account_no
) part
group by currency, type
order by currency, array_position(array['asset', 'liability', 'equity', 'revenue', 'expense'], type::text)`;
}
