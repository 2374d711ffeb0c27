import { noEntries, type Account, type AccountStatus, type AccountType } from '../rules/account.js';

/** A row of journal.accounts as pg gives it: int8 and numeric as strings, times canonical, json parsed. */
export interface AccountRow {
  no: string;
  ledger: string;
  id: string;
  type: AccountType;
  currency: string;
  min_balance: string | null;
  max_balance: string | null;
  status: AccountStatus;
  metadata: Record<string, unknown>;
  revision: number;
  opened_at: string;
}

/** The newest entry of an account, as a JSON array: see `readState`. */
export type Head = [string, number, string, string, string, string, string, string, string];

/** An account that has no entries yet, from its own row. */
export function accountOf(row: AccountRow): Account {
  return {
    no: row.no,
    ledger: row.ledger,
    id: row.id,
    type: row.type,
    currency: row.currency,
    minBalance: row.min_balance === null ? null : BigInt(row.min_balance),
    maxBalance: row.max_balance === null ? null : BigInt(row.max_balance),
    status: row.status,
    metadata: row.metadata,
    revision: row.revision,
    openedAt: row.opened_at,
    ...noEntries,
  };
}

/** An account's row as `readState` has it, with the entries that were known of it. */
export function accountAgain(row: AccountRow, known: Account | undefined): Account {
  const account = accountOf({ ...row, opened_at: jsonTime(row.opened_at) });
  return known ? { ...account, ...headOf(known) } : account;
}

function headOf(account: Account): Pick<Account, keyof typeof noEntries> {
  const { version, sequence, postedDebits, postedCredits, pendingDebits, pendingCredits } = account;
  const { maxEffectiveAt, recordedAt } = account;
  return {
    version,
    sequence,
    postedDebits,
    postedCredits,
    pendingDebits,
    pendingCredits,
    maxEffectiveAt,
    recordedAt,
  };
}

export function withHead(account: Account, head: Head): Account {
  const [, version, sequence, postedDebits, postedCredits, pendingDebits, pendingCredits, ...times] = head;
  const [maxEffectiveAt, recordedAt] = times;
  return {
    ...account,
    version,
    sequence,
    postedDebits: BigInt(postedDebits),
    postedCredits: BigInt(postedCredits),
    pendingDebits: BigInt(pendingDebits),
    pendingCredits: BigInt(pendingCredits),
    maxEffectiveAt: jsonTime(maxEffectiveAt),
    recordedAt: jsonTime(recordedAt),
  };
}

/** Postgres' JSON form `2026-11-21T10:00:00.5+00:00` → canonical text. */
function jsonTime(time: string): string {
  const fraction = time.slice(20, -6);
  return `${time.slice(0, 19)}.${fraction.padEnd(6, '0')}Z`;
}
