import { available, expected, normalSide, type Account } from './account.js';
import {
  balanceFault,
  claimFault,
  conditionFault,
  currencyFault,
  insufficient,
  limitsFault,
  movesOfLegs,
  statusFault,
  transferCurrencyFault,
  unknown,
} from './checks.js';
import type { Details, PostTransaction, Transfer } from './command.js';
import type { Decision, Draw, World } from './decide.js';
import { play, recordOf, type Move } from './moves.js';
import { refuse, type Refusal } from './refusal.js';
import { split } from './split.js';

export function post(command: PostTransaction, world: World, draw: Draw): Decision {
  const early = claimFault(command, world);
  if (early) return { refusal: early };
  const moves = movesOfLegs(command.entries, world, (amount) => ({ posted: amount, pending: 0n }));
  if (!Array.isArray(moves)) return { refusal: moves };
  const refusal =
    currencyFault(moves) ??
    balanceFault(moves) ??
    statusFault(
      'posting',
      moves.map(({ account }) => account),
    ) ??
    conditionFault(command.entries, world);
  return refusal ? { refusal } : record(command, moves, world, draw);
}

export function transfer(command: Transfer, world: World, draw: Draw): Decision {
  const early = claimFault(command, world);
  if (early) return { refusal: early };
  const from = world.account(command.from);
  if (!from) return { refusal: unknown(command.from) };
  const parts =
    typeof command.to === 'string' ? [{ account: command.to, remaining: true as const }] : command.to;
  const others: Account[] = [];
  for (const { account: id } of parts) {
    const other = world.account(id);
    if (!other) return { refusal: unknown(id) };
    others.push(other);
  }
  const wrong = transferCurrencyFault(from, others);
  if (wrong) return { refusal: wrong };
  const amount = command.upTo ? atMost(from, command.amount) : command.amount;
  // Where there is nothing to move, what was asked for is judged: what can't add up never does.
  const judged = amount > 0n ? amount : command.amount;
  const shares = split(judged, parts);
  if (!Array.isArray(shares)) return { refusal: shares };
  const moves: Move[] = [{ account: from, side: 'debit', posted: judged, pending: 0n }];
  others.forEach((account, index) => {
    const share = shares[index]!;
    if (share > 0n) moves.push({ account, side: 'credit', posted: share, pending: 0n });
  });
  const refusal =
    statusFault(
      'posting',
      moves.map(({ account }) => account),
    ) ?? (amount > 0n ? undefined : nothingToMove(from));
  return refusal ? { refusal } : record(command, moves, world, draw);
}

/**
 * Of at most so much, what may leave an account: what it has available above its minimum; from an account that a
 * debit raises, the room below its maximum.
 */
function atMost(from: Account, most: bigint): bigint {
  const { type, minBalance: min, maxBalance: max } = from;
  const room =
    normalSide(type) === 'credit'
      ? min === null
        ? most
        : available(type, from) - min
      : max === null
        ? most
        : max - expected(type, from);
  return room < most ? room : most;
}

function nothingToMove(from: Account): Refusal {
  if (normalSide(from.type) === 'credit') return insufficient(from, 1n);
  return refuse(
    'INSUFFICIENT_FUNDS',
    `account ${from.id}, which a debit raises, has no room below its maximum`,
    {
      account: from.id,
      available: String(available(from.type, from)),
      required: '1',
      max_balance: String(from.maxBalance),
    },
  );
}

/** The checks that need to know what the accounts would come to, then the record, which can't fail. */
function record(details: Details, moves: Move[], world: World, draw: Draw): Decision {
  const played = play(moves, details, world, draw);
  const refusal: Refusal | undefined = limitsFault('posting', played);
  return refusal ? { refusal } : recordOf('posting', details, played, draw);
}
