import type { AccountStatus, AccountType, Side } from './account.js';

/** What a caller asks for, after its shape was checked. Amounts are minor units; times are canonical text. */
export type Command = OpenAccount | UpdateAccount | SetStatus | PostTransaction | Transfer;

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

export interface Leg {
  account: string;
  side: Side;
  amount: bigint;
  currency?: string;
}

export interface PostTransaction extends Details {
  command: 'transaction';
  entries: Leg[];
}

/** Debits `from`, credits `to`. */
export interface Transfer extends Details {
  command: 'transfer';
  from: string;
  to: string;
  amount: bigint;
}

/** The accounts a command needs to see locked, by their ids within the ledger. */
export function accountsOf(command: Command): string[] {
  switch (command.command) {
    case 'open_account':
    case 'update_account':
    case 'set_status':
      return [command.id];
    case 'transaction':
      return command.entries.map((entry) => entry.account);
    case 'transfer':
      return [command.from, command.to];
  }
}

/** Id and reference a command claims for its transaction. */
export function claimsOf(command: Command): Pick<Details, 'id' | 'reference'> {
  return command.command === 'transaction' || command.command === 'transfer' ? command : {};
}
