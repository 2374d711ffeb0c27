import type pg from 'pg';
import type { EntryRow } from '../../ledger/accounts/entries.js';
import { decodeCursor, encodeCursor, parts } from '../../platform/cursor.js';
import { activeSchema } from '../active.js';

/**
 * An account's entries in the read model, newest first; `from` ≤ recorded_at < `to`.
 * @throws InvalidCursor
 */
export async function listLines(
  pool: pg.Pool,
  accountNo: string,
  { from, to }: { from?: string; to?: string },
  limit: number,
  cursor?: string,
): Promise<{ rows: EntryRow[]; next_cursor: string | null }> {
  const before = cursor === undefined ? null : decodeCursor('lines', cursor, [parts.whole])[0];
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
    [accountNo, before, from ?? null, to ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  return {
    rows: page,
    next_cursor: rows.length > limit ? encodeCursor('lines', [page.at(-1)!.version]) : null,
  };
}
