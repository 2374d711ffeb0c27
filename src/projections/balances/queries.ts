import type pg from 'pg';
import { decodeCursor, pageOf, parts, type Page } from '../../platform/cursor.js';
import { activeSchema } from '../active.js';
import { metadataCondition } from '../metadata.js';

/** An account with its balance in the read model; totals in minor units, `version` 0 before its first entry. */
export interface AccountRow {
  no: string;
  ledger: string;
  id: string;
  type: 'asset' | 'liability' | 'equity' | 'revenue' | 'expense';
  currency: string;
  status: 'open' | 'frozen' | 'closed';
  min_balance: string | null;
  max_balance: string | null;
  metadata: Record<string, unknown>;
  revision: number;
  opened_at: string;
  version: string;
  posted_debits: string;
  posted_credits: string;
  pending_debits: string;
  pending_credits: string;
}

export interface AccountFilters {
  type?: string;
  currency?: string;
  status?: string;
  id_prefix?: string;
  metadata?: Record<string, string>;
  /** Bounds of the posted balance, signed to the account's normal side. */
  balance?: Partial<Record<'lt' | 'lte' | 'gt' | 'gte' | 'eq', string>>;
}

const columns = `
  a.no, a.ledger, a.id, a.type, a.currency, a.status, a.min_balance, a.max_balance, a.metadata, a.revision,
  a.opened_at, coalesce(b.version, 0) as version,
  coalesce(b.posted_debits, 0) as posted_debits, coalesce(b.posted_credits, 0) as posted_credits,
  coalesce(b.pending_debits, 0) as pending_debits, coalesce(b.pending_credits, 0) as pending_credits`;

/** The materialized balance of an account, as old as the read model; undefined for an unknown account. */
export async function readBalance(
  pool: pg.Pool,
  ledger: string,
  account: string,
): Promise<AccountRow | undefined> {
  const schema = await activeSchema(pool, 'balances');
  const { rows } = await pool.query<AccountRow>(
    `select ${columns} from journal.accounts a left join ${schema}.balances b on b.account_no = a.no
     where a.ledger = $1 and a.id = $2`,
    [ledger, account],
  );
  return rows[0];
}

const accountsOf = (ledger: string) => `accounts ${ledger}`;

/** Where a page of accounts begins. @throws InvalidCursor */
export function accountsPosition(ledger: string, cursor?: string): string | undefined {
  return decodeCursor(accountsOf(ledger), cursor, [parts.whole])?.[0];
}

/** Accounts, newest first; `before` is the position of a page. */
export async function listAccounts(
  pool: pg.Pool,
  ledger: string,
  filters: AccountFilters,
  limit: number,
  before?: string,
): Promise<Page<AccountRow>> {
  const balances = await activeSchema(pool, 'balances');
  const values: unknown[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const conditions = [`a.ledger = ${bind(ledger)}`, ...accountConditions(filters, bind)];
  if (before !== undefined) conditions.push(`a.no < ${bind(before)}`);
  const { join, conditions: bounds } = balanceFilter(balances, ledger, filters.balance ?? {}, bind);
  // The page is found first, so that what sorts many accounts looks up the balances of those that are shown.
  const { rows } = await pool.query<AccountRow>(
    `with page as (
       select a.* from journal.accounts a ${join}
       where ${[...conditions, ...bounds].join(' and ')} order by a.no desc limit ${bind(limit + 1)}
     )
     select ${columns} from page a left join ${balances}.balances b on b.account_no = a.no order by a.no desc`,
    values,
  );
  return pageOf(accountsOf(ledger), rows, limit, ({ no }) => [no]);
}

type Bind = (value: unknown) => string;

function accountConditions(filters: AccountFilters, bind: Bind): string[] {
  const conditions: string[] = [];
  for (const name of ['type', 'currency', 'status'] as const) {
    if (filters[name] !== undefined) conditions.push(`a.${name} = ${bind(filters[name])}`);
  }
  if (filters.id_prefix !== undefined) conditions.push(`a.id ^@ ${bind(filters.id_prefix)}`);
  conditions.push(...metadataCondition('a.metadata::jsonb', filters.metadata ?? {}, bind));
  return conditions;
}

/**
 * The balances' index finds magnitudes, which the balances themselves then narrow down. An account without entries has
 * no row there, so bounds that zero meets must look at every account.
 */
function balanceFilter(
  schema: string,
  ledger: string,
  bounds: NonNullable<AccountFilters['balance']>,
  bind: Bind,
) {
  const { least, most } = rangeOf(bounds);
  if (least === undefined && most === undefined) return { join: '', conditions: [] };
  const ends = [
    ...(least === undefined ? [] : [{ sign: '>=', place: `${bind(String(least))}::numeric` }]),
    ...(most === undefined ? [] : [{ sign: '<=', place: `${bind(String(most))}::numeric` }]),
  ];
  if ((least ?? 0n) <= 0n && (most ?? 0n) >= 0n) {
    return {
      join: `left join ${schema}.balances b on b.account_no = a.no`,
      conditions: ends.map(({ sign, place }) => `coalesce(b.balance, 0) ${sign} ${place}`),
    };
  }
  return {
    join: `join ${schema}.balances b on b.account_no = a.no`,
    conditions: [
      `b.ledger = ${bind(ledger)}`,
      ...ends.flatMap(({ sign, place }) => [
        `b.magnitude ${sign} ${schema}.magnitude(${place})`,
        `b.balance ${sign} ${place}`,
      ]),
    ],
  };
}

/** Balances are whole numbers: all five comparisons come to a least and a most one. */
function rangeOf({ lt, lte, gt, gte, eq }: NonNullable<AccountFilters['balance']>) {
  const amounts = (texts: (string | undefined)[], step = 0n) =>
    texts.flatMap((text) => (text === undefined ? [] : [BigInt(text) + step]));
  const lower = [...amounts([gte, eq]), ...amounts([gt], 1n)];
  const upper = [...amounts([lte, eq]), ...amounts([lt], -1n)];
  const extreme = (ends: bigint[], sooner: (a: bigint, b: bigint) => boolean) =>
    ends.length === 0 ? undefined : ends.reduce((a, b) => (sooner(a, b) ? a : b));
  return { least: extreme(lower, (a, b) => a > b), most: extreme(upper, (a, b) => a < b) };
}
