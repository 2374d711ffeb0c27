import type pg from 'pg';
import { decodeCursor, encodeCursor } from '../../platform/cursor.js';
import { activeSchema } from '../active.js';

/** An entry as the read model has it; amounts and totals in minor units. */
export interface LineRow {
  account: string;
  account_type: string;
  currency: string;
  version: string;
  transaction_id: string;
  kind: string;
  leg: number;
  side: 'debit' | 'credit';
  posted: string;
  pending: string;
  posted_debits: string;
  posted_credits: string;
  pending_debits: string;
  pending_credits: string;
  effective_at: string;
  recorded_at: string;
}

/**
 * An account's entries, newest first; `from` ≤ recorded_at < `to`. Undefined for an unknown account.
 * @throws InvalidCursor
 */
export async function listLines(
  pool: pg.Pool,
  ledger: string,
  account: string,
  { from, to }: { from?: string; to?: string },
  limit: number,
  cursor?: string,
): Promise<{ rows: LineRow[]; next_cursor: string | null } | undefined> {
  const before = cursor === undefined ? null : decodeCursor('lines', cursor, 1)[0];
  const { rows: accounts } = await pool.query<{ no: string }>(
    'select no from journal.accounts where ledger = $1 and id = $2',
    [ledger, account],
  );
  if (!accounts[0]) return undefined;
  const schema = await activeSchema(pool, 'lines');
  const { rows } = await pool.query<LineRow>(
    `select a.id as account, a.type as account_type, a.currency, l.version, l.transaction_id, l.kind, l.leg, l.side,
            l.posted, l.pending, l.posted_debits, l.posted_credits, l.pending_debits, l.pending_credits,
            l.effective_at, l.recorded_at
     from ${schema}.lines l join journal.accounts a on a.no = l.account_no
     where l.account_no = $1
       and ($2::bigint is null or l.version < $2)
       and ($3::timestamptz is null or l.recorded_at >= $3)
       and ($4::timestamptz is null or l.recorded_at < $4)
     order by l.version desc limit $5`,
    [accounts[0].no, before, from ?? null, to ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  return {
    rows: page,
    next_cursor: rows.length > limit ? encodeCursor('lines', [page.at(-1)!.version]) : null,
  };
}
