import type { Rows } from '../projection.js';

/** A query that yields rows of the journal, and its parameters. */
export interface RowSource {
  text: string;
  values: unknown[];
}

const transactionsWhere = (condition: string) => `
select t.sequence, t.id, t.ledger, t.kind, coalesce(t.root_id, t.id) as root_id, t.parent_id, t.reference,
  t.description, t.effective_at, t.recorded_at, coalesce(t.metadata::jsonb, '{}') as metadata,
  t.hold_captured, t.hold_remaining, t.expires_at, t.account_nos
from journal.transactions t
where ${condition}`;

const annotationsWhere = (condition: string) => `
select n.sequence, n.transaction_id, n.revision, n.metadata::jsonb as metadata
from journal.annotations n
where ${condition}`;

const entryColumns = `
t.sequence, t.id as transaction_id, a.ledger, t.kind, t.reference, t.description,
e.effective_at, e.recorded_at, e.leg, a.id as account, e.account_no, a.type as account_type, e.side,
a.currency, e.version, e.posted, e.pending,
e.posted_debits, e.posted_credits, e.pending_debits, e.pending_credits`;

/** Entries found by themselves. A left join, which the planner leaves out where nothing of it is used. */
const entriesWhere = (table: string, condition: string) => `
select ${entryColumns.replace('t.sequence,', 'e.transaction_sequence as sequence,')}
from ${table} e
left join journal.transactions t on t.sequence = e.transaction_sequence
join journal.accounts a on a.no = e.account_no
where ${condition}`;

/** Entries found by their transactions. */
const entriesOf = (condition: string) => `
select ${entryColumns}
from journal.transactions t
cross join lateral unnest(t.account_nos, t.versions) as l (account_no, version)
join journal.entries e on e.account_no = l.account_no and e.version = l.version
join journal.accounts a on a.no = e.account_no
where ${condition}`;

/** Everything recorded with `after` < sequence ≤ `through`. */
export function recordedBetween(after: string, through: string): Record<Rows, RowSource> {
  const values = [after, through];
  const between = (of: string) => `${of}.sequence > $1::bigint and ${of}.sequence <= $2::bigint`;
  return {
    transactions: { text: transactionsWhere(between('t')), values },
    entries: { text: entriesOf(between('t')), values },
    annotations: { text: annotationsWhere(between('n')), values },
  };
}

/** What was recorded with just these sequences. */
export function recordedAs(sequences: string[]): Record<Rows, RowSource> {
  const values = [sequences];
  const among = (of: string) => `${of}.sequence = any($1::bigint[])`;
  return {
    transactions: { text: transactionsWhere(among('t')), values },
    entries: { text: entriesOf(among('t')), values },
    annotations: { text: annotationsWhere(among('n')), values },
  };
}

/** The entries on pages `from` ≤ page < `to` of a hash partition: of its accounts, in the order of writing. */
export function entriesOnPages(partition: number, from: number, to: number): RowSource {
  const pages = `e.ctid >= '(${from},0)'::tid and e.ctid < '(${to},0)'::tid`;
  return { text: entriesWhere(`journal.entries_${partition}`, pages), values: [] };
}

/** All entries of these accounts. */
export function entriesOfAccounts(accounts: string[]): RowSource {
  return { text: entriesWhere('journal.entries', 'e.account_no = any($1::bigint[])'), values: [accounts] };
}

/** Transactions with `after` < sequence ≤ `through`, and whatever later became of them: of holds, of metadata. */
export function transactionsBetween(
  after: string,
  through: string,
): Record<'transactions' | 'annotations', RowSource> {
  const values = [after, through];
  const between = (of: string) => `${of}.sequence > $1::bigint and ${of}.sequence <= $2::bigint`;
  return {
    transactions: {
      text: transactionsWhere(`${between('t')} or t.parent_id in (
  select h.id from journal.transactions h where ${between('h')} and h.kind = 'hold')`),
      values,
    },
    annotations: {
      text: annotationsWhere(
        `n.transaction_id in (select t.id from journal.transactions t where ${between('t')})`,
      ),
      values,
    },
  };
}
