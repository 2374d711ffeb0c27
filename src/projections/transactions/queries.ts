import type pg from 'pg';
import { decodeCursor, pageOf, parts, type Page } from '../../platform/cursor.js';
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

type Bind = (value: unknown) => string;

const listName = (ledger: string, account?: string) =>
  account === undefined ? `transactions ${ledger}` : `transactions ${ledger}/${account}`;

/** Where a page of transactions begins. @throws InvalidCursor */
export function transactionsPosition(
  ledger: string,
  { account }: TransactionFilters,
  cursor?: string,
): string | undefined {
  return decodeCursor(listName(ledger, account), cursor, [parts.whole])?.[0];
}

/** Which transactions match, newest first; what they are is read from the journal by sequence. */
export async function listTransactions(
  pool: pg.Pool,
  ledger: string,
  filters: TransactionFilters,
  limit: number,
  before?: string,
): Promise<Page<Found>> {
  const transactions = await activeSchema(pool, 'transactions');
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = [`t.ledger = ${bind(ledger)}`, ...transactionConditions(filters, bind)];
  const from = `${transactions}.transactions t left join ${transactions}.holds h on h.id = t.id`;
  const select = `select t.sequence, t.id, coalesce(h.status, 'posted') as status`;
  if (filters.account !== undefined) {
    const query = { select, from, conditions, values, bind };
    return listOfAccount(pool, ledger, filters.account, query, limit, before);
  }
  if (before !== undefined) conditions.push(`t.sequence < ${bind(before)}`);
  const { rows } = await pool.query<Found>(
    `${select} from ${from} where ${conditions.join(' and ')} order by t.sequence desc limit ${bind(limit + 1)}`,
    values,
  );
  return pageOf(listName(ledger), rows, limit, ({ sequence }) => [sequence]);
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
  before?: string,
): Promise<Page<Found>> {
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
  return pageOf(listName(ledger, account), rows, limit, ({ version }) => [version]);
}
