import type pg from 'pg';
import { decodeCursor, encodeCursor, parts } from '../../platform/cursor.js';
import { balancesView } from './account.view.js';
import type { Account, Side } from '../rules/account.js';

/** A row of journal.entries, or of the read model's lines, with what is said of its transaction. */
export interface EntryRow {
  version: string;
  transaction_id: string;
  kind: string;
  leg: number;
  side: Side;
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
 * An account's entries in the journal, newest first; `from` ≤ recorded_at < `to`. The primary key read backwards.
 * @throws InvalidCursor
 */
export async function listEntries(
  pool: pg.Pool,
  accountNo: string,
  { from, to }: { from?: string; to?: string },
  limit: number,
  cursor?: string,
): Promise<{ rows: EntryRow[]; next_cursor: string | null }> {
  const before = cursor === undefined ? null : decodeCursor('lines', cursor, [parts.whole])[0];
  const { rows } = await pool.query<EntryRow>(
    `select e.version, t.id as transaction_id, t.kind, e.leg, e.side, e.posted, e.pending, e.posted_debits,
       e.posted_credits, e.pending_debits, e.pending_credits, e.effective_at, e.recorded_at
     from journal.entries e join journal.transactions t on t.sequence = e.transaction_sequence
     where e.account_no = $1 and ($2::bigint is null or e.version < $2)
       and ($3::timestamptz is null or e.recorded_at >= $3) and ($4::timestamptz is null or e.recorded_at < $4)
     order by e.version desc limit $5`,
    [accountNo, before, from ?? null, to ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  return {
    rows: page,
    next_cursor: rows.length > limit ? encodeCursor('lines', [page.at(-1)!.version]) : null,
  };
}

export function entryView(account: Account, row: EntryRow) {
  const totals = {
    postedDebits: BigInt(row.posted_debits),
    postedCredits: BigInt(row.posted_credits),
    pendingDebits: BigInt(row.pending_debits),
    pendingCredits: BigInt(row.pending_credits),
  };
  return {
    account: account.id,
    version: Number(row.version),
    transaction_id: row.transaction_id,
    kind: row.kind,
    leg: row.leg,
    side: row.side,
    posted: row.posted,
    pending: row.pending,
    balances: balancesView(account.type, totals),
    effective_at: row.effective_at,
    recorded_at: row.recorded_at,
  };
}
