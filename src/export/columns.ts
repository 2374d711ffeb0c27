/** What a column holds. Amounts are whole minor units of up to 38 digits, times UTC to the microsecond. */
export type Kind = 'text' | 'uuid' | 'integer' | 'small' | 'time' | 'amount' | 'json';

export interface Column {
  name: string;
  kind: Kind;
  nullable: boolean;
  /** Over `t`, a transaction, `e`, its entry, `a`, the entry's account, and `m`, the newest change of metadata. */
  sql: string;
}

/** A value a column, each as text: times and amounts as the events have them. */
export type Row = (string | null)[];

const column = (name: string, kind: Kind, sql: string): Column => ({ name, kind, nullable: false, sql });
const nullable = (name: string, kind: Kind, sql: string): Column => ({ name, kind, nullable: true, sql });

/** One row an entry, in the order of (sequence, leg). Named as in the events; columns are only ever added, at the end. */
export const columns: Column[] = [
  column('ledger', 'text', 't.ledger'),
  column('sequence', 'integer', 't.sequence'),
  column('transaction_id', 'uuid', 't.id'),
  column('root_id', 'uuid', 'coalesce(t.root_id, t.id)'),
  nullable('parent_id', 'uuid', 't.parent_id'),
  column('kind', 'text', 't.kind'),
  nullable('reference', 'text', 't.reference'),
  nullable('description', 'text', 't.description'),
  column('effective_at', 'time', 't.effective_at'),
  column('recorded_at', 'time', 't.recorded_at'),
  column('leg', 'small', 'e.leg::text'),
  column('account', 'text', 'a.id'),
  column('account_no', 'integer', 'e.account_no'),
  column('account_type', 'text', 'a.type'),
  column('normal_side', 'text', `case when a.type in ('asset', 'expense') then 'debit' else 'credit' end`),
  column('side', 'text', 'e.side'),
  column('currency', 'text', 'a.currency'),
  column('version', 'integer', 'e.version'),
  column('posted', 'amount', 'e.posted'),
  column('pending', 'amount', 'e.pending'),
  column('posted_debits', 'amount', 'e.posted_debits'),
  column('posted_credits', 'amount', 'e.posted_credits'),
  column('pending_debits', 'amount', 'e.pending_debits'),
  column('pending_credits', 'amount', 'e.pending_credits'),
  nullable('idempotency_key', 'text', 't.idempotency_key'),
  column('principal', 'text', 't.principal'),
  column('metadata', 'json', `coalesce(m.metadata::text, t.metadata::text, '{}')`),
];
