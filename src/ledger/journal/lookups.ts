import type pg from 'pg';
import { claimsOf } from '../rules/command.js';
import { binaryArray, uuid } from '../../platform/binary-array.js';
import type { Transaction } from '../rules/record.js';
import { answerOfRecord } from './answers.js';
import { nameIn, type StoredResult } from './batch.js';
import { isAtomic, partsOf, resultKey, type Request, type Work } from './request.js';
import * as sql from './sql.js';
import { selectTransactions, transactionOf, type TransactionRow } from './transaction-rows.js';

// What a batch looks up by what its requests claim: keys, ids, references.

/**
 * Stored results of keys, with the bodies of successes byte for byte as they were answered: these are made again from
 * their transaction, which is all they depend on.
 */
export async function storedResults(
  client: pg.PoolClient | pg.Pool,
  work: Work[],
): Promise<Map<string, StoredResult>> {
  const keyed = [...work, ...partsOf(work.filter(isAtomic))].filter(
    ({ idempotencyKey }) => idempotencyKey !== null,
  );
  if (keyed.length === 0) return new Map();
  const { rows } = await client.query<ResultRow>({
    name: 'stored_results',
    text: sql.storedResults,
    values: [binaryArray(uuid, keyed.map(resultKey))],
  });
  const sequences = rows.flatMap(({ transaction_sequence: sequence }) => sequence ?? []);
  const transactions = await recordedAs(client, sequences);
  return new Map(
    rows.map(({ key, fingerprint, status, body, transaction_sequence: sequence }) => [
      key.replaceAll('-', ''),
      { fingerprint, status, body: body ?? answerOfRecord(transactions.get(sequence!)!).body },
    ]),
  );
}

type ResultRow = Omit<StoredResult, 'body'> & { key: string } & Record<
    'body' | 'transaction_sequence',
    string | null
  >;

async function recordedAs(
  client: pg.PoolClient | pg.Pool,
  sequences: string[],
): Promise<Map<string, Transaction>> {
  if (sequences.length === 0) return new Map();
  const { rows } = await client.query<TransactionRow>(
    `${selectTransactions} where t.sequence = any($1::bigint[])`,
    [sequences],
  );
  return new Map(rows.map((row) => [row.sequence, transactionOf(row)]));
}

export async function takenIds(client: pg.PoolClient, requests: Request[]): Promise<Set<string>> {
  const ids = requests.map((request) => claimsOf(request.command).id).filter((id) => id !== undefined);
  if (ids.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>(sql.transactionIds, [ids]);
  return new Set(rows.map((row) => row.id));
}

export async function takenReferences(
  client: pg.PoolClient,
  requests: Request[],
): Promise<Map<string, string>> {
  const claims = requests
    .map(({ ledger, command }) => ({ ledger, reference: claimsOf(command).reference }))
    .filter(({ reference }) => reference !== undefined);
  if (claims.length === 0) return new Map();
  const { rows } = await client.query<{ ledger: string; reference: string; id: string }>({
    name: 'references',
    text: sql.references,
    values: [claims.map((claim) => claim.ledger), claims.map((claim) => claim.reference)],
  });
  return new Map(rows.map((row) => [nameIn(row.ledger, row.reference), row.id]));
}
