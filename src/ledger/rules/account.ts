export type Side = 'debit' | 'credit';
export type AccountType = 'asset' | 'liability' | 'equity' | 'revenue' | 'expense';
export type AccountStatus = 'open' | 'frozen' | 'closed';

export const accountTypes: readonly AccountType[] = ['asset', 'liability', 'equity', 'revenue', 'expense'];
export const accountStatuses: readonly AccountStatus[] = ['open', 'frozen', 'closed'];

/** Running totals of an account, in minor units; none is ever negative. */
export interface Totals {
  postedDebits: bigint;
  postedCredits: bigint;
  pendingDebits: bigint;
  pendingCredits: bigint;
}

/** An account as it stands: its own row, and the totals of its newest entry. A new state is a new object. */
export interface Account extends Totals {
  no: string;
  ledger: string;
  id: string;
  type: AccountType;
  currency: string;
  minBalance: bigint | null;
  maxBalance: bigint | null;
  status: AccountStatus;
  metadata: Record<string, unknown>;
  revision: number;
  openedAt: string;
  /** Number of entries; they are numbered from 1 without a gap. */
  version: number;
  /** Of the newest entry's transaction; "0" before the first. No other state ever has it. */
  sequence: string;
  /** Of the newest entry; null before the first. */
  maxEffectiveAt: string | null;
  recordedAt: string | null;
}

/** What an account is worth before its first entry. */
export const noEntries = {
  version: 0,
  sequence: '0',
  postedDebits: 0n,
  postedCredits: 0n,
  pendingDebits: 0n,
  pendingCredits: 0n,
  maxEffectiveAt: null,
  recordedAt: null,
} as const;

/** The side on which an account of this type grows. */
export function normalSide(type: AccountType): Side {
  return type === 'asset' || type === 'expense' ? 'debit' : 'credit';
}

/** Posted balance, signed to the normal side. */
export function balance(type: AccountType, totals: Totals): bigint {
  const net = totals.postedDebits - totals.postedCredits;
  return normalSide(type) === 'debit' ? net : -net;
}

/** Posted balance less what holds have promised away; incoming holds do not count. */
export function available(type: AccountType, totals: Totals): bigint {
  const promised = normalSide(type) === 'debit' ? totals.pendingCredits : totals.pendingDebits;
  return balance(type, totals) - promised;
}

/** Posted balance and what holds would still bring in: what `max_balance` is judged on. */
export function expected(type: AccountType, totals: Totals): bigint {
  const incoming = normalSide(type) === 'debit' ? totals.pendingDebits : totals.pendingCredits;
  return balance(type, totals) + incoming;
}
