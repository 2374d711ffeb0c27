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

/**
 * The same by version alone. Recorded time never runs backwards within an account: a binary search finds where a time
 * falls, however many entries there are. Versions have no gaps, so the limit ends at the range's first.
 * @param newest the account's newest version, beyond which the page doesn't look
 */
export async function wantedByVersion(
  pool: pg.Pool,
  accountNo: string,
  newest: number,
  { from, to, beforeVersion, limit }: EntriesWanted,
): Promise<EntriesWanted> {
  if (from === undefined && to === undefined) return { beforeVersion, limit };
  const { after, before } = await versionsRecorded(pool, accountNo, { from, to });
  const ends = [BigInt(newest) + 1n, before, beforeVersion].flatMap((end) =>
    end === undefined ? [] : [BigInt(end)],
  );
  const end = ends.reduce((a, b) => (a < b ? a : b));
  const there = Number(end - 1n - BigInt(after));
  return { beforeVersion: String(end), limit: Math.max(0, Math.min(limit, there)) };
}

/** Between which versions of an account, both not included, lies what was recorded `from` ≤ time < `to`. */
export async function versionsRecorded(
  pool: pg.Pool,
  accountNo: string,
  { from, to }: { from?: string; to?: string },
): Promise<{ after: string; before?: string }> {
  // Times have microseconds: before a time is up to the one that precedes it.
  const upTo = (time: string) => `journal.last_version_recorded($1, ${time} - interval '1 microsecond')`;
  const { rows } = await pool.query<{ after: string; through: string | null }>(
    `select case when $2::timestamptz is null then 0 else ${upTo('$2')} end as after,
       case when $3::timestamptz is null then null else ${upTo('$3')} end as through`,
    [accountNo, from ?? null, to ?? null],
  );
  const { after, through } = rows[0]!;
  return { after, before: through === null ? undefined : String(BigInt(through) + 1n) };
}

/** An account's entries in the journal, newest first: the primary key read backwards. */
export async function listEntries(
  pool: pg.Pool,
  accountNo: string,
  { beforeVersion, limit }: Pick<EntriesWanted, 'beforeVersion' | 'limit'>,
): Promise<EntryRow[]> {
  const { rows } = await pool.query<EntryRow>(
    `select e.version, t.id as transaction_id, t.kind, e.leg, e.side, e.posted, e.pending, e.posted_debits,
       e.posted_credits, e.pending_debits, e.pending_credits, e.effective_at, e.recorded_at
     from journal.entries e join journal.transactions t on t.sequence = e.transaction_sequence
     where e.account_no = $1 and ($2::bigint is null or e.version < $2)
     order by e.version desc limit $3`,
    [accountNo, beforeVersion ?? null, limit],
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
