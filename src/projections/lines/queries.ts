import type pg from 'pg';
import type { EntriesWanted, EntryRow } from '../../ledger/accounts/entries.js';
import { activeSchema } from '../active.js';

/** An account's entries in the read model, newest first, of the versions up to `through`: see `linesThrough`. */
export async function listLines(
  pool: pg.Pool,
  accountNo: string,
  { from, to, beforeVersion, limit }: EntriesWanted,
  through: string,
): Promise<EntryRow[]> {
  const schema = await activeSchema(pool, 'lines');
  const { rows } = await pool.query<EntryRow>(
    `select version, transaction_id, kind, leg, side, posted, pending, posted_debits, posted_credits, pending_debits,
       pending_credits, effective_at, recorded_at
     from ${schema}.lines
     where account_no = $1 and version <= $6
       and ($2::bigint is null or version < $2)
       and ($3::timestamptz is null or recorded_at >= $3)
       and ($4::timestamptz is null or recorded_at < $4)
     order by version desc limit $5`,
    [accountNo, beforeVersion ?? null, from ?? null, to ?? null, limit, through],
  );
  return rows;
}

/**
 * The newest version of an account in the read model, when that is `least` at least and no line up to it is missing.
 * Who then reads lines must not look beyond it: others may come meanwhile, out of order.
 */
export async function linesThrough(
  pool: pg.Pool,
  accountNo: string,
  least: number,
): Promise<string | undefined> {
  const schema = await activeSchema(pool, 'lines');
  const { rows } = await pool.query<{ newest: string; whole: boolean }>(
    `select upper(versions) - 1 as newest, versions = int8multirange(int8range(1, upper(versions))) as whole
     from ${schema}.coverage where account_no = $1`,
    [accountNo],
  );
  const { newest, whole } = rows[0] ?? { newest: '0', whole: true };
  return whole && BigInt(newest) >= BigInt(least) ? newest : undefined;
}
