import type { Account } from './account.js';
import { openAccount, setStatus, updateAccount } from './accounts.js';
import type { Command } from './command.js';
import { post, transfer } from './posting.js';
import type { AccountChange, Origin, Transaction } from './record.js';
import type { Refusal } from './refusal.js';

/** What a decision may look at: everything was read after the locks, in one snapshot, at `now`. */
export interface World {
  /** The database's clock, canonical text. */
  now: string;
  account(id: string): Account | undefined;
  isTransactionId(id: string): boolean;
  /** The id of the transaction that has this reference. */
  transactionReferred(reference: string): string | undefined;
}

/** Numbers drawn after the locks, and who asks. */
export interface Draw extends Origin {
  ledger: string;
  sequence: string;
  /** UUIDv7 for the record, unless the caller chose one. */
  id: string;
  accountNo: string;
}

/** `accounts`: the new states of the accounts that moved. */
export type Decision =
  | { refusal: Refusal }
  | { transaction: Transaction; accounts: Account[] }
  | { change: AccountChange }
  | { unchanged: Account };

/**
 * The heart of the ledger: a command and what it sees become records or a refusal. No I/O, no clock, no chance.
 * Refusals are looked for in the contract's order of precedence.
 */
export function decide(command: Command, world: World, draw: Draw): Decision {
  switch (command.command) {
    case 'open_account':
      return openAccount(command, world, draw);
    case 'update_account':
      return updateAccount(command, world, draw);
    case 'set_status':
      return setStatus(command, world, draw);
    case 'transaction':
      return post(command, world, draw);
    case 'transfer':
      return transfer(command, world, draw);
  }
}
