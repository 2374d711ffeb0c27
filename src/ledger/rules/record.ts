import type { Account, AccountType, Side, Totals } from './account.js';

export type TransactionKind = 'posting' | 'hold' | 'capture' | 'void' | 'expiry' | 'reversal';

export const transactionKinds: readonly TransactionKind[] = [
  'posting',
  'hold',
  'capture',
  'void',
  'expiry',
  'reversal',
];

/** Who asked for it, as far as it is kept with the record. */
export interface Origin {
  principal: string;
  idempotencyKey: string | null;
  /** The caller's `traceparent` or `X-Trace-Id`; null when it sent neither. */
  trace: string | null;
}

/** One leg: amounts in minor units, and the account's totals after it. */
export interface Entry extends Totals {
  leg: number;
  accountNo: string;
  account: string;
  accountType: AccountType;
  currency: string;
  side: Side;
  version: number;
  posted: bigint;
  /** Signed: a capture takes back what its hold reserved. */
  pending: bigint;
  maxEffectiveAt: string;
}

/** How far a hold has come, in minor units: amount = captured + released + remaining. */
export interface Hold {
  id: string;
  amount: bigint;
  captured: bigint;
  released: bigint;
  remaining: bigint;
  /** null: it stays until it is captured or voided. */
  expiresAt: string | null;
}

/** What the wallet profile did, for its own event. */
export type WalletOperation = 'debit' | 'credit' | 'hold' | 'commit' | 'rollback';

/** A transaction with all that is needed to answer for it and to make its event again. */
export interface Transaction extends Origin {
  sequence: string;
  id: string;
  ledger: string;
  kind: TransactionKind;
  /** null: the transaction is its own root. */
  rootId: string | null;
  parentId: string | null;
  /** Its number among those of its parent, from 1; null without a parent. */
  step: number | null;
  reference: string | null;
  description: string | null;
  effectiveAt: string;
  recordedAt: string;
  /** null stands for the empty object. */
  metadata: Record<string, unknown> | null;
  /** Of holds, captures, voids and expiries: the hold after it. */
  hold: Hold | null;
  /** Of reversals: how much of the original is reversed, this one included. */
  reversed: bigint | null;
  wallet: WalletOperation | null;
  /** For the wallet's event: what its caller named it by. */
  walletReference: string | null;
  entries: Entry[];
}

/** A transaction that others build on (captures on a hold, reversals on an original), and how far they have come. */
export interface Chain {
  /** As it was recorded. */
  transaction: Transaction;
  /** How many build on it. */
  steps: number;
  /** Of holds: as it is now. */
  hold: Hold | null;
  /** Kind of the newest step: an expiry closes a hold otherwise than a void. */
  newest: TransactionKind | null;
  /** How much of it is reversed. */
  reversed: bigint;
  /** Its metadata now, and the revision of it, from 1. */
  metadata: Record<string, unknown>;
  revision: number;
}

/** A change of a transaction's metadata: the whole of it, after the change. */
export interface Annotation extends Origin {
  sequence: string;
  id: string;
  ledger: string;
  transactionId: string;
  rootId: string;
  kind: TransactionKind;
  revision: number;
  metadata: Record<string, unknown>;
  recordedAt: string;
}

export type ChangeKind = 'opened' | 'updated' | 'frozen' | 'unfrozen' | 'closed';

/** A change of an account itself, with its full state after it. */
export interface AccountChange extends Origin {
  sequence: string;
  id: string;
  kind: ChangeKind;
  recordedAt: string;
  account: Account;
}

export type HoldStatus = 'pending' | 'partially_captured' | 'captured' | 'voided' | 'expired';

export const holdStatuses: readonly HoldStatus[] = [
  'pending',
  'partially_captured',
  'captured',
  'voided',
  'expired',
];

/** A hold's status, from how far it has come and what came last. */
export function holdStatus({ remaining, captured }: Hold, newest: TransactionKind | null): HoldStatus {
  if (remaining > 0n) return captured > 0n ? 'partially_captured' : 'pending';
  if (captured > 0n) return 'captured';
  return newest === 'expiry' ? 'expired' : 'voided';
}
