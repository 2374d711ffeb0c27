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
  balance?: Partial<Record<keyof typeof comparisons, string>>;
}

const comparisons = { lt: '<', lte: '<=', gt: '>', gte: '>=', eq: '=' } as const;

const columns = `
  a.no, a.ledger, a.id, a.type, a.currency, a.status, a.min_balance, a.max_balance, a.metadata, a.revision,
  a.opened_at, coalesce(b.version, 0) as version,
  coalesce(b.posted_debits, 0) as posted_debits, coalesce(b.posted_credits, 0) as posted_credits,
  coalesce(b.pending_debits, 0) as pending_debits, coalesce(b.pending_credits, 0) as pending_credits`;

const balance = `
  case when a.type in ('asset', 'expense')
    then coalesce(b.posted_debits - b.posted_credits, 0) else coalesce(b.posted_credits - b.posted_debits, 0)
  end`;

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
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = [`a.ledger = ${bind(ledger)}`, ...accountConditions(filters, bind)];
  if (before !== undefined) conditions.push(`a.no < ${bind(before)}`);
  const schema = await activeSchema(pool, 'balances');
  const { rows } = await pool.query<AccountRow>(
    `select ${columns} from journal.accounts a left join ${schema}.balances b on b.account_no = a.no
     where ${conditions.join(' and ')} order by a.no desc limit ${bind(limit + 1)}`,
    values,
  );
  return pageOf(accountsOf(ledger), rows, limit, ({ no }) => [no]);
}

function accountConditions(filters: AccountFilters, bind: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  for (const name of ['type', 'currency', 'status'] as const) {
    if (filters[name] !== undefined) conditions.push(`a.${name} = ${bind(filters[name])}`);
  }
  if (filters.id_prefix !== undefined) conditions.push(`a.id ^@ ${bind(filters.id_prefix)}`);
  conditions.push(...metadataCondition('a.metadata::jsonb', filters.metadata ?? {}, bind));
  for (const [name, bound] of Object.entries(filters.balance ?? {})) {
    const sign = comparisons[name as keyof typeof comparisons];
    if (bound !== undefined) conditions.push(`${balance} ${sign} ${bind(bound)}::numeric`);
  }
  return conditions;
}
