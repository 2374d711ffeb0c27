import type pg from 'pg';
import { decodeCursor, pageOf, parts, type Page } from '../../platform/cursor.js';
import { activeSchemas } from '../active.js';
import { listOfAccount } from './of-account.js';
import { isImpossible, sourceOf, type Bind, type Found, type TransactionFilters } from './filters.js';

const listName = (ledger: string, account?: string) =>
  account === undefined ? `transactions ${ledger}` : `transactions ${ledger}/${account}`;

/** Where a page of transactions begins. @throws InvalidCursor */
export function transactionsPosition(
  ledger: string,
  { account }: TransactionFilters,
  cursor?: string,
): string[] | undefined {
  const forms = account === undefined ? [parts.time, parts.whole] : [parts.whole];
  return decodeCursor(listName(ledger, account), cursor, forms);
}

/**
 * Which transactions match, newest first; what they are is read from the journal by sequence.
 *
 * A position is a recorded time and a sequence, of an account's transactions a version: neither ever changes, so
 * what is added meanwhile shifts no page and is shown once or, where it belongs before the position, not at all. The
 * latter may also meet what the read model learns late; what was recorded before `read-model-as-of` it has.
 */
export async function listTransactions(
  pool: pg.Pool,
  ledger: string,
  filters: TransactionFilters,
  limit: number,
  before?: string[],
): Promise<Page<Found>> {
  if (isImpossible(filters)) return { rows: [], next_cursor: null };
  const list = listName(ledger, filters.account);
  if (filters.account !== undefined) {
    const rows = await listOfAccount(pool, ledger, filters.account, filters, limit + 1, before?.[0]);
    return pageOf(list, rows, limit, ({ version }) => [version]);
  }
  const schemas = await activeSchemas(pool, 'transactions', 'holds');
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { from, key, conditions } = sourceOf(schemas, ledger, filters, bind);
  if (before) {
    const [recordedAt, sequence] = before;
    conditions.push(
      `(${key}.recorded_at, ${key}.sequence) < (${bind(recordedAt)}::timestamptz, ${bind(sequence)}::bigint)`,
    );
  }
  const { rows } = await pool.query<Found & { recorded_at: string }>(
    `select ${key}.sequence, ${key}.id, ${key}.recorded_at from ${from} where ${conditions.join(' and ')}
     order by ${key}.recorded_at desc, ${key}.sequence desc limit ${bind(limit + 1)}`,
    values,
  );
  return pageOf(list, rows, limit, ({ recorded_at, sequence }) => [recorded_at, sequence]);
}
