import type pg from 'pg';
import { requireLedger } from '../accounts/read-account.js';
import { invalid, Problem } from '../errors.js';
import { chainsOf } from '../journal/chains.js';
import { selectTransactions, transactionOf, type TransactionRow } from '../journal/transaction-rows.js';
import type { Chain, Transaction } from '../rules/record.js';

/**
 * A transaction, with its hold's state and its metadata as they are now.
 * @param metadataRevision shows an earlier revision of the metadata instead
 * @throws Problem LEDGER_NOT_FOUND, TRANSACTION_NOT_FOUND, VALIDATION_FAILED (there is no such revision)
 */
export async function readTransaction(
  pool: pg.Pool,
  ledger: string,
  id: string,
  metadataRevision?: number,
): Promise<Chain> {
  const { rows } = await pool.query<TransactionRow>({
    name: 'read_transaction',
    text: `${selectTransactions} where t.ledger = $1 and t.id = $2`,
    values: [ledger, id],
  });
  if (!rows[0]) {
    await requireLedger(pool, ledger);
    throw new Problem('TRANSACTION_NOT_FOUND', `there is no transaction ${id}`, { transaction_id: id });
  }
  const [chain] = (await chainsOf(pool, [transactionOf(rows[0])])) as [Chain];
  if (metadataRevision === undefined || metadataRevision === chain.revision) return chain;
  return { ...chain, metadata: await metadataAt(pool, chain, metadataRevision), revision: metadataRevision };
}

async function metadataAt(
  pool: pg.Pool,
  { transaction, revision }: Chain,
  wanted: number,
): Promise<Record<string, unknown>> {
  if (wanted > revision) {
    throw invalid([{ path: 'metadata_revision', message: `is beyond the newest, ${revision}` }]);
  }
  if (wanted === 1) return transaction.metadata ?? {};
  const { rows } = await pool.query<{ metadata: Record<string, unknown> }>(
    'select metadata from journal.annotations where transaction_id = $1 and revision = $2',
    [transaction.id, wanted],
  );
  return rows[0]!.metadata;
}

/** As they are now, in the order of the sequences asked for. */
export async function readTransactions(pool: pg.Pool, sequences: string[]): Promise<Chain[]> {
  const { rows } = await pool.query<TransactionRow>(
    `${selectTransactions} where t.sequence = any($1::bigint[])`,
    [sequences],
  );
  const found = new Map(rows.map((row) => [row.sequence, row]));
  return chainsOf(pool, sequences.flatMap((sequence) => found.get(sequence) ?? []).map(transactionOf));
}

/** A slice of the journal in its order, for making events again; of all ledgers or of one. */
export async function readTransactionsAfter(
  client: pg.ClientBase,
  after: string,
  through: string,
  most: number,
  ledger: string | null = null,
): Promise<Transaction[]> {
  const { rows } = await client.query<TransactionRow>(
    `${selectTransactions} where t.sequence > $1 and t.sequence <= $2 and t.ledger = coalesce($4, t.ledger)
     order by t.sequence limit $3`,
    [after, through, most, ledger],
  );
  return rows.map(transactionOf);
}

/** Those with these sequences, in no order; none of which an entry is missing. */
export async function readTransactionsAs(client: pg.Pool, sequences: string[]): Promise<Transaction[]> {
  const { rows } = await client.query<TransactionRow & { legs: number }>(
    `${selectTransactions.replace('select ', 'select cardinality(t.account_nos) as legs, ')}
     where t.sequence = any($1::bigint[])`,
    [sequences],
  );
  return rows.filter(({ legs, entries }) => (entries ?? []).length === legs).map(transactionOf);
}
