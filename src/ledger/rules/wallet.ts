import { noEntries, type Account } from './account.js';
import { claimFault, limitsFault, mismatch, statusFault, unknown } from './checks.js';
import { settlementOf, walletOperation, type WalletClose, type WalletMove } from './command.js';
import type { Decision, Draw, World } from './decide.js';
import { capture, holdNotFound, isHold, reserve, voidHold, type HoldChain } from './holds.js';
import { play, recordOf, type Move } from './moves.js';
import type { AccountChange, Entry, Transaction } from './record.js';
import { refuse, type Refusal } from './refusal.js';

// The wallet profile knows one account at a time; the other side is the settlement account of the currency.

/** Debit, credit or hold. The settlement account is opened on first use, in the same transaction. */
export function moveWallet(command: WalletMove, world: World, draw: Draw): Decision {
  const early = claimFault(command, world);
  if (early) return { refusal: early };
  const account = world.account(command.account);
  if (!account) return { refusal: unknown(command.account) };
  const found = world.account(settlementOf(command.currency));
  const settlement = found ?? newSettlement(command.currency, world, draw);
  const refusal =
    walletFault(account, settlement) ??
    currencyFault([account, settlement], command.currency) ??
    statusFault(kindOf(command), [account, settlement]);
  if (refusal) return { refusal };
  const decision = record(command, account, settlement, world, draw);
  if (found || !('transaction' in decision)) return decision;
  return { ...decision, opened: openingOf(settlement, draw, world.now) };
}

const kindOf = ({ command }: WalletMove) => (command === 'wallet_hold' ? 'hold' : 'posting');

function record(
  command: WalletMove,
  account: Account,
  settlement: Account,
  world: World,
  draw: Draw,
): Decision {
  const { amount, walletReference } = command;
  const reserves = kindOf(command) === 'hold';
  const amounts = reserves ? { posted: 0n, pending: amount } : { posted: amount, pending: 0n };
  const [from, to] = command.command === 'wallet_credit' ? [settlement, account] : [account, settlement];
  const moves: Move[] = [
    { account: from, side: 'debit', ...amounts },
    { account: to, side: 'credit', ...amounts },
  ];
  const mark = { wallet: walletOperation(command), walletReference };
  if (reserves) return reserve({ ...command, entries: [] }, moves, world, draw, mark);
  const played = play(moves, command, world, draw);
  const refusal = limitsFault('posting', played);
  return refusal ? { refusal } : recordOf('posting', command, played, draw, mark);
}

/** Commit or rollback of a hold on a wallet, whoever made it. */
export function closeWalletHold(command: WalletClose, world: World, draw: Draw): Decision {
  const { holdId, amount, currency } = command;
  const chain = world.chain(holdId);
  if (!isHold(chain)) return { refusal: holdNotFound(holdId) };
  const account = walletAccountOf(chain);
  const refusal =
    (account ? undefined : notAWallet(`hold ${holdId} is not between a wallet and one other account`)) ??
    (account && currency !== undefined && currency !== account.currency
      ? refuse('CURRENCY_MISMATCH', `hold ${holdId} is in ${account.currency}, not ${currency}`, {
          account: account.account,
          currency: account.currency,
        })
      : undefined);
  if (refusal) return { refusal };
  const mark = {
    wallet: walletOperation(command),
    walletReference: chain.transaction.walletReference ?? chain.transaction.reference,
  };
  return command.command === 'wallet_commit'
    ? capture({ command: 'capture', holdId, amount, keepOpen: false }, world, draw, mark)
    : voidHold({ command: 'void', holdId }, world, draw, mark);
}

/** The leg of a wallet: a debited liability against one other account. */
function walletAccountOf({ transaction: { entries } }: HoldChain) {
  const leg = entries.find(({ side }) => side === 'debit');
  return entries.length === 2 && leg?.accountType === 'liability' ? leg : undefined;
}

/** The entry of the wallet's own account in a transaction of the profile. */
export function walletEntry({ wallet, entries }: Transaction): Entry {
  return entries.find(({ side }) => side === (wallet === 'credit' ? 'credit' : 'debit'))!;
}

function walletFault(account: Account, settlement: Account): Refusal | undefined {
  // Opened by hand as a liability, it would be both sides: nothing would move, and be called committed.
  if (account.id === settlement.id) {
    return notAWallet(`account ${account.id} is a settlement account`, account.id);
  }
  if (account.type === 'liability') return undefined;
  return notAWallet(`account ${account.id} is of type ${account.type}, a wallet is a liability`, account.id);
}

function notAWallet(detail: string, account?: string): Refusal {
  return refuse('NOT_A_WALLET', detail, account === undefined ? {} : { account });
}

function currencyFault(accounts: Account[], currency: string): Refusal | undefined {
  const other = accounts.find((account) => account.currency !== currency);
  return other && mismatch(other, `is in ${other.currency}, the amount in ${currency}`);
}

function newSettlement(currency: string, world: World, draw: Draw): Account {
  return {
    no: draw.opening.accountNo,
    ledger: draw.ledger,
    id: settlementOf(currency),
    type: 'asset',
    currency,
    minBalance: null,
    maxBalance: null,
    status: 'open',
    metadata: {},
    revision: 1,
    openedAt: world.now,
    ...noEntries,
  };
}

function openingOf(account: Account, draw: Draw, now: string): AccountChange {
  const { principal, idempotencyKey, trace, opening } = draw;
  const { sequence, id } = opening;
  return { sequence, id, kind: 'opened', recordedAt: now, account, principal, idempotencyKey, trace };
}
