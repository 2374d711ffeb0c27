import type { Account } from './account.js';
import { openAccount, setStatus, updateAccount } from './accounts.js';
import type { Command } from './command.js';
import { capture, expire, hold, voidHold } from './holds.js';
import { post, transfer } from './posting.js';
import type { AccountChange, Annotation, Chain, Origin, Transaction } from './record.js';
import type { Refusal } from './refusal.js';
import { annotate, reverse } from './reversal.js';
import { closeWalletHold, moveWallet } from './wallet.js';

/** What a decision may look at: everything was read after the locks, in one snapshot, at `now`. */
export interface World {
  /** The database's clock, canonical text. */
  now: string;
  account(id: string): Account | undefined;
  isTransactionId(id: string): boolean;
  /** The id of the transaction that has this reference. */
  transactionReferred(reference: string): string | undefined;
  /** What a command builds on; every account of its entries is there. */
  chain(id: string): Chain | undefined;
}

/** Numbers drawn after the locks, and who asks. */
export interface Draw extends Origin {
  ledger: string;
  sequence: string;
  /** UUIDv7 for the record, unless the caller chose one. */
  id: string;
  /** For an account that is opened: its number, and the change's own sequence (the lesser one) and id. */
  opening: { accountNo: string; sequence: string; id: string };
}

/**
 * `accounts`: the new states of the accounts that moved; `opened`: the one of them that is new with it.
 * `nothing`: there was nothing to do, and nobody is told.
 */
export type Decision =
  | { refusal: Refusal }
  | { transaction: Transaction; accounts: Account[]; opened?: AccountChange }
  | { change: AccountChange }
  | { unchanged: Account }
  | { annotation: Annotation; chain: Chain }
  | { kept: Chain }
  | { nothing: true };

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
    case 'hold':
      return hold(command, world, draw);
    case 'capture':
      return capture(command, world, draw);
    case 'void':
      return voidHold(command, world, draw);
    case 'expire':
      return expire(command, world, draw);
    case 'reverse':
      return reverse(command, world, draw);
    case 'annotate':
      return annotate(command, world, draw);
    case 'wallet_debit':
    case 'wallet_credit':
    case 'wallet_hold':
      return moveWallet(command, world, draw);
    case 'wallet_commit':
    case 'wallet_rollback':
      return closeWalletHold(command, world, draw);
  }
}
