import { MAX_AMOUNT } from './amount.js';
import {
  aheadFault,
  balanceFault,
  claimFault,
  conditionFault,
  currencyFault,
  limitsFault,
  movesOfLegs,
  statusFault,
  transferCurrencyFault,
} from './checks.js';
import type { CaptureHold, CreateHold, Details, ExpireHold, Expiry, Leg, VoidHold } from './command.js';
import type { Decision, Draw, World } from './decide.js';
import { movesOf, play, recordingTime, recordOf, type Move } from './moves.js';
import type { Chain, Hold, TransactionKind, WalletOperation } from './record.js';
import { refuse, refuseField, type Refusal } from './refusal.js';
import { addSeconds } from './time.js';

/** What the wallet profile adds to a record. */
export interface WalletMark {
  wallet: WalletOperation;
  walletReference: string | null;
}

/** Reserves: the entries are pending, none is posted. Judged as a posting of the same entries would be. */
export function hold(command: CreateHold, world: World, draw: Draw): Decision {
  const early = expiryFault(command, world.now) ?? claimFault(command, world);
  if (early) return { refusal: early };
  const { entries } = command;
  const moves = movesOfLegs(entries, world, (amount) => ({ posted: 0n, pending: amount }));
  if (!Array.isArray(moves)) return { refusal: moves };
  const refusal =
    (command.isTransfer ? transferCurrencyFault(moves[0]!.account, [moves[1]!.account]) : undefined) ??
    currencyFault(moves) ??
    balanceFault(moves) ??
    statusFault(
      'hold',
      moves.map(({ account }) => account),
    ) ??
    conditionFault(entries, world);
  return refusal ? { refusal } : reserve(command, moves, world, draw);
}

/** The checks of a hold that come after its accounts' status, then its record. */
export function reserve(
  command: Details & Expiry & { entries: Leg[] },
  moves: Move[],
  world: World,
  draw: Draw,
  mark?: WalletMark,
): Decision {
  const played = play(moves, command, world, draw);
  const amount = heldAmount(moves);
  const refusal =
    limitsFault('hold', played) ??
    (amount > MAX_AMOUNT
      ? refuse('AMOUNT_OVERFLOW', 'the amount of the hold would pass 38 digits')
      : undefined);
  if (refusal) return { refusal };
  const { expiresAt, expiresIn } = command;
  const hold: Hold = {
    id: command.id ?? draw.id,
    amount,
    captured: 0n,
    released: 0n,
    remaining: amount,
    expiresAt: expiresAt ?? (expiresIn === undefined ? null : addSeconds(world.now, expiresIn)),
  };
  return recordOf('hold', command, played, draw, { hold, ...mark });
}

/** The sum of the debits; of several currencies, of that of the first entry. */
function heldAmount(moves: Move[]): bigint {
  const { currency } = moves[0]!.account;
  return moves
    .filter(({ account, side }) => side === 'debit' && account.currency === currency)
    .reduce((sum, { pending }) => sum + pending, 0n);
}

/** Posts what was reserved, all or a part; limits were judged when it was. The rest is released, or kept open. */
export function capture(command: CaptureHold, world: World, draw: Draw, mark?: WalletMark): Decision {
  const chain = world.chain(command.holdId);
  if (!isHold(chain)) return { refusal: aheadFault(command, world) ?? holdNotFound(command.holdId) };
  const parent = chain.transaction;
  const early = claimFault(command, world, parent.effectiveAt);
  if (early) return { refusal: early };
  const accounts = parent.entries.map((entry) => world.account(entry.account)!);
  const whole = parent.entries.length > 2;
  const refusal =
    statusFault('capture', accounts) ??
    openFault(chain, recordingTime(accounts, world.now)) ??
    amountFault(command.amount, whole, chain);
  if (refusal) return { refusal };
  const { remaining } = chain.hold;
  const taken = whole ? remaining : (command.amount ?? remaining);
  const given = command.keepOpen && !whole ? 0n : remaining - taken;
  const moves = movesOf(parent, world, ({ side, pending }) => ({
    side,
    posted: whole ? pending : taken,
    pending: whole ? -pending : -(taken + given),
  }));
  const played = play(moves, command, world, draw, parent.effectiveAt);
  const overflow = limitsFault('capture', played);
  if (overflow) return { refusal: overflow };
  return recordOf('capture', command, played, draw, { ...step(chain, taken, given), ...mark });
}

/** Releases what remains. Never refused for the state of an account. */
export function voidHold(command: VoidHold, world: World, draw: Draw, mark?: WalletMark): Decision {
  const chain = world.chain(command.holdId);
  if (!isHold(chain)) return { refusal: aheadFault(command, world) ?? holdNotFound(command.holdId) };
  const early = claimFault(command, world, chain.transaction.effectiveAt);
  if (early) return { refusal: early };
  const accounts = chain.transaction.entries.map((entry) => world.account(entry.account)!);
  const refusal = statusFault('void', accounts) ?? openFault(chain, recordingTime(accounts, world.now));
  return refusal ? { refusal } : release('void', chain, command, world, draw, mark);
}

/** The sweep's: does nothing to a hold that is closed meanwhile, or not due by the database's clock. */
export function expire(command: ExpireHold, world: World, draw: Draw): Decision {
  const chain = world.chain(command.holdId);
  if (!isHold(chain) || chain.hold.remaining === 0n || !isPast(chain.hold, world.now))
    return { nothing: true };
  return release('expiry', chain, {}, world, draw);
}

function release(
  kind: TransactionKind,
  chain: HoldChain,
  details: Details,
  world: World,
  draw: Draw,
  mark?: WalletMark,
): Decision {
  const { transaction: parent, hold } = chain;
  const whole = parent.entries.length > 2;
  const moves = movesOf(parent, world, ({ side, pending }) => ({
    side,
    posted: 0n,
    pending: whole ? -pending : -hold.remaining,
  }));
  const played = play(moves, details, world, draw, parent.effectiveAt);
  return recordOf(kind, details, played, draw, { ...step(chain, 0n, hold.remaining), ...mark });
}

/** A hold's chain after one more step. */
function step({ transaction, steps, hold }: HoldChain, taken: bigint, given: bigint) {
  return {
    rootId: transaction.id,
    parentId: transaction.id,
    step: steps + 1,
    hold: {
      ...hold,
      captured: hold.captured + taken,
      released: hold.released + given,
      remaining: hold.remaining - taken - given,
    },
  };
}

export type HoldChain = Chain & { hold: Hold };

export function isHold(chain: Chain | undefined): chain is HoldChain {
  return chain?.transaction.kind === 'hold';
}

export function holdNotFound(id: string): Refusal {
  return refuse('HOLD_NOT_FOUND', `there is no hold ${id}`, { hold_id: id });
}

/** Judged by the database's clock, whether or not the sweep has come by. */
function isPast({ expiresAt }: Hold, time: string): boolean {
  return expiresAt !== null && time >= expiresAt;
}

export function openFault(chain: HoldChain, time: string): Refusal | undefined {
  const { hold, newest } = chain;
  const isOpen = hold.remaining > 0n;
  if (isOpen ? isPast(hold, time) : newest === 'expiry') {
    return refuse('HOLD_EXPIRED', `hold ${hold.id} expired at ${hold.expiresAt}`, {
      hold_id: hold.id,
      expires_at: hold.expiresAt,
    });
  }
  if (isOpen) return undefined;
  return refuse('HOLD_NOT_OPEN', `hold ${hold.id} was ${newest === 'void' ? 'voided' : 'captured'}`, {
    hold_id: hold.id,
  });
}

function amountFault(amount: bigint | undefined, whole: boolean, { hold }: HoldChain): Refusal | undefined {
  if (amount === undefined) return undefined;
  if (whole) {
    return refuse(
      'AMOUNT_NOT_APPLICABLE',
      `hold ${hold.id} has more than two entries: all of it is captured`,
      {
        hold_id: hold.id,
      },
    );
  }
  if (amount <= hold.remaining) return undefined;
  return refuse('CAPTURE_EXCEEDS_HOLD', `hold ${hold.id} has ${hold.remaining} left, ${amount} asked for`, {
    hold_id: hold.id,
    remaining: String(hold.remaining),
    required: String(amount),
  });
}

function expiryFault({ expiresAt }: Expiry, now: string): Refusal | undefined {
  return expiresAt !== undefined && expiresAt <= now
    ? refuseField('expires_at', 'is not in the future')
    : undefined;
}
