import type pg from 'pg';
import { readBalance } from '../../projections/balances/queries.js';
import { linesThrough } from '../../projections/lines/queries.js';
import { Problem } from '../errors.js';
import { accountOf, type AccountRow } from '../journal/rows.js';
import type { Account } from '../rules/account.js';

interface HeadRow {
  version: string;
  posted_debits: string;
  posted_credits: string;
  pending_debits: string;
  pending_credits: string;
  max_effective_at: string;
  recorded_at: string;
}

/** One statement, one snapshot: an index look-up of the account and of its newest entry. */
const newest = `
select a.no, a.ledger, a.id, a.type, a.currency, a.min_balance, a.max_balance, a.status, a.metadata, a.revision,
  a.opened_at, h.version, h.posted_debits, h.posted_credits, h.pending_debits, h.pending_credits, h.max_effective_at,
  h.recorded_at
from journal.accounts a
left join lateral (
  select * from journal.entries e where e.account_no = a.no order by e.version desc limit 1
) h on true
where a.ledger = $1 and a.id = $2`;

/** The account as the journal has it now. @throws Problem LEDGER_NOT_FOUND, ACCOUNT_NOT_FOUND */
export async function readAccount(pool: pg.Pool, ledger: string, id: string): Promise<Account> {
  const { rows } = await pool.query<AccountRow & (HeadRow | Record<keyof HeadRow, null>)>({
    name: 'read_account',
    text: newest,
    values: [ledger, id],
  });
  const row = rows[0];
  if (!row) {
    await requireLedger(pool, ledger);
    throw new Problem('ACCOUNT_NOT_FOUND', `there is no account ${id}`, { account: id });
  }
  const account = accountOf(row);
  return row.version === null ? account : { ...account, ...totalsOf(row) };
}

function totalsOf(row: HeadRow): Partial<Account> {
  return {
    version: Number(row.version),
    postedDebits: BigInt(row.posted_debits),
    postedCredits: BigInt(row.posted_credits),
    pendingDebits: BigInt(row.pending_debits),
    pendingCredits: BigInt(row.pending_credits),
    maxEffectiveAt: row.max_effective_at,
    recordedAt: row.recorded_at,
  };
}

/** @throws Problem LEDGER_NOT_FOUND */
export async function requireLedger(pool: pg.Pool, ledger: string): Promise<void> {
  const { rowCount } = await pool.query('select from journal.ledgers where id = $1', [ledger]);
  if (rowCount === 0) throw new Problem('LEDGER_NOT_FOUND', `there is no ledger ${ledger}`);
}

/** The account with its balance from the read model, as old as that is; undefined for an unknown account. */
export async function materialized(pool: pg.Pool, ledger: string, id: string): Promise<Account | undefined> {
  const row = await readBalance(pool, ledger, id);
  return row && withTotals(row);
}

/**
 * Up to which version entries and statements may come from the read model; undefined: they come from the journal,
 * because nothing else was asked for, or the read model is too old or has a hole.
 */
export async function readsLines(
  pool: pg.Pool,
  account: Account,
  consistency: 'strong' | 'eventual' | undefined,
  least: number,
): Promise<string | undefined> {
  return consistency === 'eventual' ? linesThrough(pool, account.no, least) : undefined;
}

/** Of a row of the read model: its newest entry's times are not known there. */
export function withTotals(row: AccountRow & Omit<HeadRow, 'max_effective_at' | 'recorded_at'>): Account {
  return { ...accountOf(row), ...totalsOf({ ...row, max_effective_at: '', recorded_at: '' }) };
}
