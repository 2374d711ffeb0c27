import type pg from 'pg';
import { decodeCursor, encodeCursor, parts } from '../../platform/cursor.js';
import { activeSchema } from '../active.js';
import { metadataCondition } from '../metadata.js';

export interface TransactionFilters {
  reference?: string;
  /** Id of an account that the transaction touches. */
  account?: string;
  kind?: string;
  /** `posted`, or the status of a hold. */
  status?: string;
  metadata?: Record<string, string>;
  /** `from` ≤ recorded_at < `to` */
  from?: string;
  to?: string;
}

interface Found {
  sequence: string;
  id: string;
  /** `posted`, or the status of a hold as the read model knows it. */
  status: string;
}

interface Page {
  rows: Found[];
  next_cursor: string | null;
}

type Bind = (value: unknown) => string;

/**
 * Which transactions match, newest first; what they are is read from the journal by sequence.
 * @throws InvalidCursor
 */
export async function listTransactions(
  pool: pg.Pool,
  ledger: string,
  filters: TransactionFilters,
  limit: number,
  cursor?: string,
): Promise<Page> {
  const transactions = await activeSchema(pool, 'transactions');
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = [`t.ledger = ${bind(ledger)}`, ...transactionConditions(filters, bind)];
  const from = `${transactions}.transactions t left join ${transactions}.holds h on h.id = t.id`;
  const select = `select t.sequence, t.id, coalesce(h.status, 'posted') as status`;
  if (filters.account !== undefined) {
    const query = { select, from, conditions, values, bind };
    return listOfAccount(pool, ledger, filters.account, query, limit, cursor);
  }
  if (cursor !== undefined)
    conditions.push(`t.sequence < ${bind(decodeCursor('transactions', cursor, [parts.whole])[0])}`);
  const { rows } = await pool.query<Found>(
    `${select} from ${from} where ${conditions.join(' and ')} order by t.sequence desc limit ${bind(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? encodeCursor('transactions', [page.at(-1)!.sequence]) : null;
  return { rows: page, next_cursor: next };
}

function transactionConditions(filters: TransactionFilters, bind: Bind): string[] {
  const { reference, kind, status, metadata = {}, from, to } = filters;
  const conditions: string[] = [];
  if (reference !== undefined) conditions.push(`t.reference = ${bind(reference)}`);
  if (kind !== undefined) conditions.push(`t.kind = ${bind(kind)}`);
  if (status === 'posted') conditions.push(`t.kind <> 'hold'`);
  else if (status !== undefined) conditions.push(`t.kind = 'hold' and h.status = ${bind(status)}`);
  // Said again for the planner: the index leaves out transactions without metadata.
  if (Object.keys(metadata).length > 0) conditions.push(`t.metadata <> '{}'`);
  conditions.push(...metadataCondition('t.metadata', metadata, bind));
  if (from !== undefined) conditions.push(`t.recorded_at >= ${bind(from)}`);
  if (to !== undefined) conditions.push(`t.recorded_at < ${bind(to)}`);
  return conditions;
}

interface Query {
  select: string;
  from: string;
  conditions: string[];
  values: unknown[];
  bind: Bind;
}

/** By the account's versions, whose order is that of the sequences: the primary key of the lines finds the page. */
async function listOfAccount(
  pool: pg.Pool,
  ledger: string,
  account: string,
  { select, from, conditions, values, bind }: Query,
  limit: number,
  cursor?: string,
): Promise<Page> {
  const before =
    cursor === undefined ? undefined : decodeCursor('account-transactions', cursor, [parts.whole])[0];
  const { rows: accounts } = await pool.query<{ no: string }>(
    'select no from journal.accounts where ledger = $1 and id = $2',
    [ledger, account],
  );
  if (!accounts[0]) return { rows: [], next_cursor: null };
  const lines = await activeSchema(pool, 'lines');
  conditions.push(
    `l.account_no = ${bind(accounts[0].no)}`,
    // A transaction may have several legs on the account: its last one stands for it.
    `not exists (select from ${lines}.lines n
                 where n.account_no = l.account_no and n.version = l.version + 1 and n.sequence = l.sequence)`,
  );
  if (before !== undefined) conditions.push(`l.version < ${bind(before)}`);
  const { rows } = await pool.query<Found & { version: string }>(
    `${select}, l.version from ${lines}.lines l join (${from}) on t.sequence = l.sequence
     where ${conditions.join(' and ')} order by l.version desc limit ${bind(limit + 1)}`,
    values,
  );
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? encodeCursor('account-transactions', [page.at(-1)!.version]) : null;
  return { rows: page.map(({ sequence, id, status }) => ({ sequence, id, status })), next_cursor: next };
}
