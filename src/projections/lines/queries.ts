import type pg from 'pg';
import type { EntriesWanted, EntryRow } from '../../ledger/accounts/entries.js';
import { activeSchema } from '../active.js';

/** An account's entries in the read model, newest first. */
export async function listLines(
  pool: pg.Pool,
  accountNo: string,
  { from, to, beforeVersion, limit }: EntriesWanted,
): Promise<EntryRow[]> {
  const schema = await activeSchema(pool, 'lines');
  const { rows } = await pool.query<EntryRow>(
    `select version, transaction_id, kind, leg, side, posted, pending, posted_debits, posted_credits, pending_debits,
       pending_credits, effective_at, recorded_at
     from ${schema}.lines
     where account_no = $1
       and ($2::bigint is null or version < $2)
       and ($3::timestamptz is null or recorded_at >= $3)
       and ($4::timestamptz is null or recorded_at < $4)
     order by version desc limit $5`,
    [accountNo, beforeVersion ?? null, from ?? null, to ?? null, limit],
  );
  return rows;
}

/** Whether the read model has an account's lines up to a version at least, and none is missing among them. */
export async function hasLinesThrough(pool: pg.Pool, accountNo: string, version: number): Promise<boolean> {
  const schema = await activeSchema(pool, 'lines');
  const { rows } = await pool.query<{ whole: boolean }>(
    `select lines = newest and newest >= $2 as whole from ${schema}.coverage where account_no = $1`,
    [accountNo, version],
  );
  return rows[0]?.whole ?? version === 0;
}
