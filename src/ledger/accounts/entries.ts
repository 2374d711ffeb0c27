import type pg from 'pg';
import { decodeCursor, pageOf, parts, type Page } from '../../platform/cursor.js';
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

/** One list, whether it is read from the journal or from the read model. */
const listName = ({ ledger, id }: { ledger: string; id: string }) => `entries ${ledger}/${id}`;

/** The version before which a page of an account's entries begins. @throws InvalidCursor */
export function entriesPosition(
  account: { ledger: string; id: string },
  cursor?: string,
): string | undefined {
  return decodeCursor(listName(account), cursor, [parts.whole])?.[0];
}

export function entriesPage(account: Account, rows: EntryRow[], limit: number): Page<EntryRow> {
  return pageOf(listName(account), rows, limit, ({ version }) => [version]);
}

/** An account's entries of which a page wants one more than its limit. */
export interface EntriesWanted {
  /** `from` ≤ recorded_at < `to` */
  from?: string;
  to?: string;
  beforeVersion?: string;
  limit: number;
}

/** An account's entries in the journal, newest first: the primary key read backwards. */
export async function listEntries(
  pool: pg.Pool,
  accountNo: string,
  { from, to, beforeVersion, limit }: EntriesWanted,
): Promise<EntryRow[]> {
  const { rows } = await pool.query<EntryRow>(
    `select e.version, t.id as transaction_id, t.kind, e.leg, e.side, e.posted, e.pending, e.posted_debits,
       e.posted_credits, e.pending_debits, e.pending_credits, e.effective_at, e.recorded_at
     from journal.entries e join journal.transactions t on t.sequence = e.transaction_sequence
     where e.account_no = $1 and ($2::bigint is null or e.version < $2)
       and ($3::timestamptz is null or e.recorded_at >= $3) and ($4::timestamptz is null or e.recorded_at < $4)
     order by e.version desc limit $5`,
    [accountNo, beforeVersion ?? null, from ?? null, to ?? null, limit],
  );
  return rows;
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
