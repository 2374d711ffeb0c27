import type pg from 'pg';
import { versionsRecorded } from '../../ledger/accounts/entries.js';
import { activeSchemas } from '../active.js';
import { metadataCondition } from '../metadata.js';
import {
  holdStatus,
  sourceOf,
  type Bind,
  type Found,
  type Schemas as FilterSchemas,
  type TransactionFilters,
} from './filters.js';

interface Schemas extends FilterSchemas {
  lines: string;
}

/** So many lines of an account are simply looked through, and so many transactions that match the other filters. */
const FEW = 10_000;

interface FoundOfAccount extends Found {
  /** The account's version after the transaction. */
  version: string;
}

/** The account, and between which of its versions, both not included, to look. */
interface Range {
  account: string;
  after: bigint;
  before: bigint;
}

/**
 * Transactions that touch an account, newest first: of versions below `before`, the first `limit`.
 *
 * There are two ways. Along the account's lines, newest first, looking each up: quick unless the account has a great
 * many of which few match. From what matches the other filters, looking up whether it touches the account: quick where
 * that is little. So the second way is taken for an account with many lines when there are few such transactions.
 */
export async function listOfAccount(
  pool: pg.Pool,
  ledger: string,
  account: string,
  filters: TransactionFilters,
  limit: number,
  before?: string,
): Promise<FoundOfAccount[]> {
  const schemas = await activeSchemas(pool, 'lines', 'transactions', 'holds');
  const range = await rangeOf(pool, schemas, ledger, account, filters, before);
  if (!range) return [];
  const { reference, kind, metadata = {} } = filters;
  const filtered = reference ?? kind ?? holdStatus(filters) ?? Object.keys(metadata)[0];
  const many = range.before - range.after > FEW;
  return many && filtered !== undefined && (await areFew(pool, schemas, ledger, filters))
    ? among(pool, schemas, ledger, filters, range, limit)
    : along(pool, schemas, filters, range, limit);
}

async function rangeOf(
  pool: pg.Pool,
  { lines }: Schemas,
  ledger: string,
  account: string,
  { from, to }: TransactionFilters,
  before?: string,
): Promise<Range | undefined> {
  const { rows } = await pool.query<{ no: string; newest: string | null }>(
    `select a.no,
       (select l.version from ${lines}.lines l where l.account_no = a.no order by l.version desc limit 1) as newest
     from journal.accounts a where a.ledger = $1 and a.id = $2`,
    [ledger, account],
  );
  if (!rows[0]?.newest) return undefined;
  const { no, newest } = rows[0];
  const recorded: { after: string; before?: string } =
    from === undefined && to === undefined ? { after: '0' } : await versionsRecorded(pool, no, { from, to });
  const ends = [before, recorded.before].flatMap((end) => (end === undefined ? [] : [BigInt(end)]));
  const end = ends.reduce((a, b) => (a < b ? a : b), BigInt(newest) + 1n);
  return { account: no, after: BigInt(recorded.after), before: end };
}

async function areFew(
  pool: pg.Pool,
  schemas: Schemas,
  ledger: string,
  filters: TransactionFilters,
): Promise<boolean> {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { from, key, conditions } = sourceOf(schemas, ledger, filters, bind);
  const { rows } = await pool.query<{ count: number }>(
    // Ordered for the planner's sake: any so many would do, and where many match, it took them from the table itself.
    `select count(*)::int as count from (
       select from ${from} where ${conditions.join(' and ')}
       order by ${key}.recorded_at desc, ${key}.sequence desc limit ${bind(FEW + 1)}
     ) matching`,
    values,
  );
  return rows[0]!.count <= FEW;
}

/** Along the account's lines. Look-ups each rather than joins, which might read all lines to begin with. */
async function along(
  pool: pg.Pool,
  { lines, transactions, holds }: Schemas,
  filters: TransactionFilters,
  { account, after, before }: Range,
  limit: number,
): Promise<FoundOfAccount[]> {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { reference, kind, status, metadata = {} } = filters;
  const conditions = [
    `l.account_no = ${bind(account)} and l.version > ${bind(after)} and l.version < ${bind(before)}`,
    // A transaction may have several legs on the account: its last one stands for it.
    `(select n.sequence from ${lines}.lines n
      where n.account_no = l.account_no and n.version = l.version + 1) is distinct from l.sequence`,
  ];
  const wanted = holdStatus(filters);
  if (kind !== undefined) conditions.push(`l.kind = ${bind(kind)}`);
  if (status === 'posted') conditions.push(`l.kind <> 'hold'`);
  if (wanted !== undefined) {
    conditions.push(
      `l.kind = 'hold'`,
      `(select h.status from ${holds}.holds h where h.id = l.transaction_id) = ${bind(wanted)}`,
    );
  }
  if (reference !== undefined) conditions.push(`l.reference = ${bind(reference)}`);
  const marked = metadataCondition('t.metadata', metadata, bind);
  if (marked.length > 0) {
    conditions.push(
      `(select ${marked.join(' and ')} from ${transactions}.transactions t where t.sequence = l.sequence)`,
    );
  }
  const { rows } = await pool.query<FoundOfAccount>(
    `select l.sequence, l.transaction_id as id, l.version from ${lines}.lines l
     where ${conditions.join(' and ')} order by l.version desc limit ${bind(limit)}`,
    values,
  );
  return rows;
}

/** Among the transactions that match the other filters: the journal's record of each says which accounts it touches. */
async function among(
  pool: pg.Pool,
  schemas: Schemas,
  ledger: string,
  filters: TransactionFilters,
  { account, after, before }: Range,
  limit: number,
): Promise<FoundOfAccount[]> {
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const { from, key, conditions } = sourceOf(schemas, ledger, filters, bind);
  const { rows } = await pool.query<FoundOfAccount>(
    `select ${key}.sequence, ${key}.id, l.version
     from ${from} cross join lateral (
       select max(l.version) as version
       from journal.transactions j cross join unnest(j.account_nos, j.versions) l (no, version)
       where j.sequence = ${key}.sequence and l.no = ${bind(account)}
     ) l
     where ${conditions.join(' and ')} and l.version > ${bind(after)} and l.version < ${bind(before)}
     order by l.version desc limit ${bind(limit)}`,
    values,
  );
  return rows;
}
