import type pg from 'pg';
import { Problem } from '../errors.js';
import { requireLedger } from '../accounts/read-account.js';
import type { AccountType, Side } from '../rules/account.js';
import type { Transaction, TransactionKind } from '../rules/record.js';

/**
 * Transactions with their entries, found by the places they name: the primary key of entries. The entries come as
 * JSON with every amount as text, so that no number of JavaScript ever holds one.
 */
const select = `
select t.sequence, t.id, t.ledger, t.kind, t.root_id, t.parent_id, t.reference, t.effective_at, t.recorded_at,
  t.description, t.metadata, t.principal, t.idempotency_key, t.trace,
  (select json_agg(json_build_object('leg', e.leg, 'account_no', e.account_no::text, 'account', a.id, 'type', a.type,
      'currency', a.currency, 'side', e.side, 'version', e.version, 'posted', e.posted::text,
      'pending', e.pending::text, 'posted_debits', e.posted_debits::text, 'posted_credits', e.posted_credits::text,
      'pending_debits', e.pending_debits::text, 'pending_credits', e.pending_credits::text,
      'max_effective_at', e.max_effective_at) order by e.leg)
   from unnest(t.account_nos, t.versions) l (account_no, version)
   join journal.entries e using (account_no, version)
   join journal.accounts a on a.no = e.account_no) as entries
from journal.transactions t`;

interface Row {
  sequence: string;
  id: string;
  ledger: string;
  kind: TransactionKind;
  root_id: string | null;
  parent_id: string | null;
  reference: string | null;
  effective_at: string;
  recorded_at: string;
  description: string | null;
  metadata: Record<string, unknown> | null;
  principal: string;
  idempotency_key: string | null;
  trace: string | null;
  entries: {
    leg: number;
    account_no: string;
    account: string;
    type: AccountType;
    currency: string;
    side: Side;
    version: number;
    posted: string;
    pending: string;
    posted_debits: string;
    posted_credits: string;
    pending_debits: string;
    pending_credits: string;
    max_effective_at: string;
  }[];
}

/** @throws Problem LEDGER_NOT_FOUND, TRANSACTION_NOT_FOUND */
export async function readTransaction(pool: pg.Pool, ledger: string, id: string): Promise<Transaction> {
  const { rows } = await pool.query<Row>({
    name: 'read_transaction',
    text: `${select} where t.ledger = $1 and t.id = $2`,
    values: [ledger, id],
  });
  if (rows[0]) return transactionOf(rows[0]);
  await requireLedger(pool, ledger);
  throw new Problem('TRANSACTION_NOT_FOUND', `there is no transaction ${id}`, { transaction_id: id });
}

/** In the order of the sequences asked for. */
export async function readTransactions(pool: pg.Pool, sequences: string[]): Promise<Transaction[]> {
  const { rows } = await pool.query<Row>(`${select} where t.sequence = any($1::bigint[])`, [sequences]);
  const found = new Map(rows.map((row) => [row.sequence, row]));
  return sequences.flatMap((sequence) => found.get(sequence) ?? []).map(transactionOf);
}

/** A slice of the journal in its order, for making events again. */
export async function readTransactionsAfter(
  client: pg.ClientBase,
  after: string,
  through: string,
  most: number,
): Promise<Transaction[]> {
  const { rows } = await client.query<Row>(
    `${select} where t.sequence > $1 and t.sequence <= $2 order by t.sequence limit $3`,
    [after, through, most],
  );
  return rows.map(transactionOf);
}

function transactionOf(row: Row): Transaction {
  return {
    sequence: row.sequence,
    id: row.id,
    ledger: row.ledger,
    kind: row.kind,
    rootId: row.root_id,
    parentId: row.parent_id,
    reference: row.reference,
    description: row.description,
    effectiveAt: row.effective_at,
    recordedAt: row.recorded_at,
    metadata: row.metadata,
    principal: row.principal,
    idempotencyKey: row.idempotency_key,
    trace: row.trace,
    entries: row.entries.map((entry) => ({
      leg: entry.leg,
      accountNo: entry.account_no,
      account: entry.account,
      accountType: entry.type,
      currency: entry.currency,
      side: entry.side,
      version: entry.version,
      posted: BigInt(entry.posted),
      pending: BigInt(entry.pending),
      postedDebits: BigInt(entry.posted_debits),
      postedCredits: BigInt(entry.posted_credits),
      pendingDebits: BigInt(entry.pending_debits),
      pendingCredits: BigInt(entry.pending_credits),
      maxEffectiveAt: entry.max_effective_at,
    })),
  };
}
