import { MAX_AMOUNT } from './amount.js';
import { available, expected, type Account, type Side } from './account.js';
import type { Details, PostTransaction, Transfer } from './command.js';
import type { Decision, Draw, World } from './decide.js';
import type { Entry } from './record.js';
import { refuse, refuseField, type Refusal } from './refusal.js';
import { addSeconds } from './time.js';

/** An `effective_at` may lie this far ahead of the database's clock: clocks of callers differ a little. */
const AHEAD_SECONDS = 300;

export function post(command: PostTransaction, world: World, draw: Draw): Decision {
  const early = claimFault(command, world);
  if (early) return { refusal: early };
  const moves: Move[] = [];
  for (const { account: id, side, amount, currency } of command.entries) {
    const account = world.account(id);
    if (!account) return { refusal: unknown(id) };
    moves.push({ account, side, amount, currency });
  }
  const refusal = currencyFault(moves) ?? balanceFault(moves);
  return refusal ? { refusal } : record(command, moves, world, draw);
}

export function transfer(command: Transfer, world: World, draw: Draw): Decision {
  const early = claimFault(command, world);
  if (early) return { refusal: early };
  const { amount } = command;
  const [from, to] = [world.account(command.from), world.account(command.to)];
  if (!from) return { refusal: unknown(command.from) };
  if (!to) return { refusal: unknown(command.to) };
  if (from.currency !== to.currency) {
    return { refusal: mismatch(to, `is in ${to.currency}, ${from.id} in ${from.currency}`) };
  }
  const moves: Move[] = [
    { account: from, side: 'debit', amount },
    { account: to, side: 'credit', amount },
  ];
  return record(command, moves, world, draw);
}

interface Move {
  account: Account;
  side: Side;
  amount: bigint;
  currency?: string;
}

/** What a command says of its transaction, checked before its accounts are looked at. */
function claimFault(details: Details, world: World): Refusal | undefined {
  const { id, reference, effectiveAt } = details;
  if (effectiveAt && effectiveAt > addSeconds(world.now, AHEAD_SECONDS)) {
    return refuseField('effective_at', 'is more than 5 minutes ahead');
  }
  if (id && world.isTransactionId(id)) {
    return refuse('ALREADY_EXISTS', `transaction ${id} exists`, { transaction_id: id });
  }
  const other = reference === undefined ? undefined : world.transactionReferred(reference);
  if (other) {
    return refuse('REFERENCE_ALREADY_USED', `reference ${reference} belongs to transaction ${other}`, {
      reference,
      transaction_id: other,
    });
  }
  return undefined;
}

/** The checks of a posting that come after its accounts are known, then its records, which can't fail. */
function record(details: Details, moves: Move[], world: World, draw: Draw): Decision {
  const accounts = [...new Set(moves.map((move) => move.account))];
  const recordedAt = accounts.reduce(
    (latest, a) => ((a.recordedAt ?? '') > latest ? a.recordedAt! : latest),
    world.now,
  );
  const effectiveAt = details.effectiveAt ?? recordedAt;
  const after = new Map<Account, Account>();
  const entries = moves.map((move, index): Entry => {
    const { account, side, amount } = move;
    const next = moved(after.get(account) ?? account, side, amount, effectiveAt, recordedAt);
    after.set(account, next);
    return entryOf(next, index + 1, side, amount, effectiveAt);
  });
  const refusal =
    statusFault(accounts) ?? fundsFault(after) ?? limitFault(after) ?? overflowFault([...after.values()]);
  if (refusal) return { refusal };
  return {
    accounts: [...after.values()],
    transaction: {
      sequence: draw.sequence,
      id: details.id ?? draw.id,
      ledger: draw.ledger,
      kind: 'posting',
      rootId: null,
      parentId: null,
      reference: details.reference ?? null,
      description: details.description ?? null,
      effectiveAt,
      recordedAt,
      metadata: details.metadata && Object.keys(details.metadata).length > 0 ? details.metadata : null,
      principal: draw.principal,
      idempotencyKey: draw.idempotencyKey,
      trace: draw.trace,
      entries,
    },
  };
}

function moved(
  account: Account,
  side: Side,
  amount: bigint,
  effectiveAt: string,
  recordedAt: string,
): Account {
  const { maxEffectiveAt } = account;
  return {
    ...account,
    version: account.version + 1,
    postedDebits: account.postedDebits + (side === 'debit' ? amount : 0n),
    postedCredits: account.postedCredits + (side === 'credit' ? amount : 0n),
    maxEffectiveAt: maxEffectiveAt !== null && maxEffectiveAt > effectiveAt ? maxEffectiveAt : effectiveAt,
    recordedAt,
  };
}

function entryOf(account: Account, leg: number, side: Side, posted: bigint, effectiveAt: string): Entry {
  return {
    leg,
    accountNo: account.no,
    account: account.id,
    accountType: account.type,
    currency: account.currency,
    side,
    version: account.version,
    posted,
    pending: 0n,
    postedDebits: account.postedDebits,
    postedCredits: account.postedCredits,
    pendingDebits: account.pendingDebits,
    pendingCredits: account.pendingCredits,
    maxEffectiveAt: account.maxEffectiveAt ?? effectiveAt,
  };
}

function unknown(id: string): Refusal {
  return refuse('UNKNOWN_ACCOUNT', `there is no account ${id}`, { account: id });
}

function mismatch(account: Account, what: string): Refusal {
  return refuse('CURRENCY_MISMATCH', `account ${account.id} ${what}`, {
    account: account.id,
    currency: account.currency,
  });
}

function currencyFault(moves: Move[]): Refusal | undefined {
  const wrong = moves.find(
    ({ account, currency }) => currency !== undefined && currency !== account.currency,
  );
  return wrong && mismatch(wrong.account, `is in ${wrong.account.currency}, the entry in ${wrong.currency}`);
}

function balanceFault(moves: Move[]): Refusal | undefined {
  const nets = new Map<string, bigint>();
  for (const { account, side, amount } of moves) {
    nets.set(account.currency, (nets.get(account.currency) ?? 0n) + (side === 'debit' ? amount : -amount));
  }
  for (const [currency, net] of nets) {
    if (net === 0n) continue;
    const [more, fewer, difference] = net > 0n ? ['debits', 'credits', net] : ['credits', 'debits', -net];
    return refuse('UNBALANCED', `${currency}: ${more} exceed ${fewer} by ${difference}`, {
      currency,
      difference: String(net),
    });
  }
  return undefined;
}

function statusFault(accounts: Account[]): Refusal | undefined {
  for (const [status, code] of [
    ['closed', 'ACCOUNT_CLOSED'],
    ['frozen', 'ACCOUNT_FROZEN'],
  ] as const) {
    const found = accounts.find((account) => account.status === status);
    if (found) return refuse(code, `account ${found.id} is ${status}`, { account: found.id });
  }
  return undefined;
}

/** Limits judge the net effect, and refuse only what moves an account further beyond them. */
function fundsFault(after: Map<Account, Account>): Refusal | undefined {
  for (const [before, next] of after) {
    const { minBalance: min, type, id } = before;
    const [had, has] = [available(type, before), available(type, next)];
    if (min === null || has >= min || has >= had) continue;
    const needed = had - has;
    const kept = min === 0n ? '' : `, ${min} to be kept`;
    return refuse('INSUFFICIENT_FUNDS', `account ${id} has ${had} available, ${needed} needed${kept}`, {
      account: id,
      available: String(had),
      required: String(needed),
      min_balance: String(min),
    });
  }
  return undefined;
}

function limitFault(after: Map<Account, Account>): Refusal | undefined {
  for (const [before, next] of after) {
    const { maxBalance: max, type, id } = before;
    const [had, has] = [expected(type, before), expected(type, next)];
    if (max === null || has <= max || has <= had) continue;
    return refuse('LIMIT_EXCEEDED', `account ${id} would hold ${has}, at most ${max} is allowed`, {
      account: id,
      balance: String(had),
      required: String(has - had),
      max_balance: String(max),
    });
  }
  return undefined;
}

function overflowFault(accounts: Account[]): Refusal | undefined {
  const found = accounts.find((a) => a.postedDebits > MAX_AMOUNT || a.postedCredits > MAX_AMOUNT);
  if (!found) return undefined;
  return refuse('AMOUNT_OVERFLOW', `a total of account ${found.id} would pass 38 digits`, {
    account: found.id,
  });
}
