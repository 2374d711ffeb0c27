import type { Account, AccountType, Side, Totals } from './account.js';

export type TransactionKind = 'posting' | 'hold' | 'capture' | 'void' | 'expiry' | 'reversal';

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

/** A transaction with all that is needed to answer for it and to make its event again. */
export interface Transaction extends Origin {
  sequence: string;
  id: string;
  ledger: string;
  kind: TransactionKind;
  /** null: the transaction is its own root. */
  rootId: string | null;
  parentId: string | null;
  reference: string | null;
  description: string | null;
  effectiveAt: string;
  recordedAt: string;
  /** null stands for the empty object. */
  metadata: Record<string, unknown> | null;
  entries: Entry[];
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
