import type { AccountStatus, AccountType, Side } from './account.js';
import type { WalletOperation } from './record.js';

/** What is asked for, after its shape was checked. Amounts are minor units; times are canonical text. */
export type Command =
  | OpenAccount
  | UpdateAccount
  | SetStatus
  | PostTransaction
  | Transfer
  | CreateHold
  | CaptureHold
  | VoidHold
  | ExpireHold
  | Reverse
  | Annotate
  | WalletMove
  | WalletClose;

export interface OpenAccount {
  command: 'open_account';
  id: string;
  type: AccountType;
  currency: string;
  /** null: unbounded. */
  minBalance: bigint | null;
  maxBalance: bigint | null;
  metadata: Record<string, unknown>;
}

export interface UpdateAccount {
  command: 'update_account';
  id: string;
  /** A JSON merge patch (RFC 7396). */
  metadata?: Record<string, unknown>;
  /** null: unbounded; absent: as it is. */
  minBalance?: bigint | null;
  maxBalance?: bigint | null;
  /** The revisions one of which the account must be at (`If-Match`). */
  ifRevisions?: number[];
}

export interface SetStatus {
  command: 'set_status';
  id: string;
  status: AccountStatus;
}

/** What every command that records a transaction may say of it. */
export interface Details {
  id?: string;
  reference?: string;
  description?: string;
  effectiveAt?: string;
  metadata?: Record<string, unknown>;
}

export const comparisons = ['lt', 'lte', 'gt', 'gte', 'eq'] as const;
/** Every bound given must hold. */
export type Bounds = Partial<Record<(typeof comparisons)[number], bigint>>;

/** What must hold of an entry's account before the command: all that is given. */
export interface Condition {
  version?: number;
  posted?: Bounds;
  available?: Bounds;
}

export interface Leg {
  account: string;
  side: Side;
  amount: bigint;
  currency?: string;
  condition?: Condition;
}

export interface PostTransaction extends Details {
  command: 'transaction';
  entries: Leg[];
}

/** A share in 10^-10 of a percent, so that ten decimals are exact. */
export type Part = { account: string } & ({ amount: bigint } | { share: bigint } | { remaining: true });

/** Debits `from`, credits `to`: one account, or several between which the amount is split. */
export interface Transfer extends Details {
  command: 'transfer';
  from: string;
  to: string | Part[];
  /** What moves, or the most that may. */
  amount: bigint;
  /** True: as much as there is, up to `amount`. */
  upTo?: boolean;
}

/** Either a time or seconds from now; neither: it does not expire. */
export interface Expiry {
  expiresAt?: string;
  expiresIn?: number;
}

export interface CreateHold extends Details, Expiry {
  command: 'hold';
  entries: Leg[];
  /** Asked for by `from` and `to`: between two currencies it is a mismatch, not unbalanced. */
  isTransfer: boolean;
}

export interface CaptureHold extends Details {
  command: 'capture';
  holdId: string;
  /** Absent: all that remains. */
  amount?: bigint;
  keepOpen: boolean;
}

export interface VoidHold extends Details {
  command: 'void';
  holdId: string;
}

/** Of the sweep: releases what remains of a hold, if it is open and past its time. */
export interface ExpireHold {
  command: 'expire';
  holdId: string;
}

export interface Reverse extends Details {
  command: 'reverse';
  transactionId: string;
  /** Absent: all that is left. */
  amount?: bigint;
}

/** Changes the metadata of a transaction: a merge patch, kept as a new revision. */
export interface Annotate {
  command: 'annotate';
  transactionId: string;
  metadata: Record<string, unknown>;
  ifRevisions?: number[];
}

/** A wallet's account against the settlement account of its currency. */
export interface WalletMove extends Details {
  command: 'wallet_debit' | 'wallet_credit' | 'wallet_hold';
  account: string;
  amount: bigint;
  currency: string;
  reference: string;
  walletReference: string;
}

/** Takes what a wallet's hold reserved, or gives it back. */
export interface WalletClose {
  command: 'wallet_commit' | 'wallet_rollback';
  holdId: string;
  amount?: bigint;
  currency?: string;
}

/** The settlement account of a currency: the other side of everything a wallet does. */
export function settlementOf(currency: string): string {
  return `wallet:settlement:${currency.replace('/', '.')}`;
}

export function walletOperation(command: WalletMove | WalletClose): WalletOperation {
  return command.command.slice('wallet_'.length) as WalletOperation;
}

/** The accounts a command names, by their ids within the ledger. Those of its target come besides. */
export function accountsOf(command: Command): string[] {
  switch (command.command) {
    case 'open_account':
    case 'update_account':
    case 'set_status':
      return [command.id];
    case 'transaction':
    case 'hold':
      return command.entries.map((entry) => entry.account);
    case 'transfer':
      if (typeof command.to === 'string') return [command.from, command.to];
      return [command.from, ...command.to.map(({ account }) => account)];
    case 'wallet_debit':
    case 'wallet_credit':
    case 'wallet_hold':
      return [command.account, settlementOf(command.currency)];
    default:
      return [];
  }
}

/** The transaction a command builds on, by its id. */
export function targetOf(command: Command): string | undefined {
  switch (command.command) {
    case 'capture':
    case 'void':
    case 'expire':
    case 'wallet_commit':
    case 'wallet_rollback':
      return command.holdId;
    case 'reverse':
    case 'annotate':
      return command.transactionId;
    default:
      return undefined;
  }
}

/** How many accounts a command may open, each with an event of its own. */
export function opensOf({ command }: Command): number {
  return command === 'open_account' || /^wallet_(debit|credit|hold)$/.test(command) ? 1 : 0;
}

/** Id and reference a command claims for its transaction. */
export function claimsOf(command: Command): Pick<Details, 'id' | 'reference'> {
  switch (command.command) {
    case 'open_account':
    case 'update_account':
    case 'set_status':
    case 'expire':
    case 'annotate':
    case 'wallet_commit':
    case 'wallet_rollback':
      return {};
    default:
      return command;
  }
}
