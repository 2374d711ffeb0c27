import { MAX_AMOUNT } from './amount.js';
import { available, balance, expected, type Account } from './account.js';
import type { Bounds, Condition, Details, Leg } from './command.js';
import type { World } from './decide.js';
import { matrix } from './matrix.js';
import type { Move, Played } from './moves.js';
import type { TransactionKind } from './record.js';
import { refuse, refuseField, type Refusal } from './refusal.js';
import { addSeconds } from './time.js';

// What may be wrong with a command, one function a check; each command asks them in the contract's order.

/** An `effective_at` may lie this far ahead of the database's clock: clocks of callers differ a little. */
const AHEAD_SECONDS = 300;

/** What depends on the time alone: it comes first, before anything is looked up. */
export function aheadFault({ effectiveAt }: Details, world: World): Refusal | undefined {
  return effectiveAt && effectiveAt > addSeconds(world.now, AHEAD_SECONDS)
    ? refuseField('effective_at', 'is more than 5 minutes ahead')
    : undefined;
}

/** What a command says of its transaction, checked before its accounts are looked at. */
export function claimFault(details: Details, world: World, parentEffectiveAt?: string): Refusal | undefined {
  const { id, reference, effectiveAt } = details;
  const ahead = aheadFault(details, world);
  if (ahead) return ahead;
  if (effectiveAt && parentEffectiveAt && effectiveAt < parentEffectiveAt) {
    return refuseField('effective_at', `is before that of what it builds on, ${parentEffectiveAt}`);
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

export function unknown(id: string): Refusal {
  return refuse('UNKNOWN_ACCOUNT', `there is no account ${id}`, { account: id });
}

export function mismatch(account: Account, what: string): Refusal {
  return refuse('CURRENCY_MISMATCH', `account ${account.id} ${what}`, {
    account: account.id,
    currency: account.currency,
  });
}

/** The accounts that entries name, or the first that is not there. */
export function movesOfLegs(
  legs: Leg[],
  world: World,
  what: (amount: bigint) => { posted: bigint; pending: bigint },
): Move[] | Refusal {
  const moves: Move[] = [];
  for (const { account: id, side, amount, currency } of legs) {
    const account = world.account(id);
    if (!account) return unknown(id);
    moves.push({ account, side, ...what(amount), currency });
  }
  return moves;
}

export function currencyFault(moves: Move[]): Refusal | undefined {
  const wrong = moves.find(
    ({ account, currency }) => currency !== undefined && currency !== account.currency,
  );
  return wrong && mismatch(wrong.account, `is in ${wrong.account.currency}, the entry in ${wrong.currency}`);
}

export function transferCurrencyFault(from: Account, others: Account[]): Refusal | undefined {
  const other = others.find(({ currency }) => currency !== from.currency);
  return other && mismatch(other, `is in ${other.currency}, ${from.id} in ${from.currency}`);
}

export function balanceFault(moves: Move[]): Refusal | undefined {
  const nets = new Map<string, bigint>();
  for (const { account, side, posted, pending } of moves) {
    const amount = posted + pending;
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

const statusCodes = { closed: 'ACCOUNT_CLOSED', frozen: 'ACCOUNT_FROZEN' } as const;

export function statusFault(kind: TransactionKind, accounts: Iterable<Account>): Refusal | undefined {
  for (const status of matrix[kind].refusedOn) {
    for (const account of accounts) {
      if (account.status !== status) continue;
      return refuse(statusCodes[status], `account ${account.id} is ${status}`, { account: account.id });
    }
  }
  return undefined;
}

/** Conditions are judged on the state before the command. */
export function conditionFault(legs: Leg[], world: World): Refusal | undefined {
  for (const [index, { account: id, condition }] of legs.entries()) {
    if (!condition) continue;
    const failed = failedCondition(condition, world.account(id)!);
    if (failed) {
      const [what, present, wanted] = failed;
      return refuse('CONDITION_FAILED', `account ${id}: ${what} is ${present}, wanted ${wanted}`, {
        account: id,
        entry: index,
        condition: what,
        [what]: what === 'version' ? Number(present) : present,
      });
    }
  }
  return undefined;
}

function failedCondition(condition: Condition, account: Account): [string, string, string] | undefined {
  const { version, posted, available: free } = condition;
  if (version !== undefined && version !== account.version) {
    return ['version', String(account.version), String(version)];
  }
  const judged = [
    ['posted', posted, balance(account.type, account)],
    ['available', free, available(account.type, account)],
  ] as const;
  for (const [what, bounds, value] of judged) {
    const failed = bounds && failedBound(bounds, value);
    if (failed) return [what, String(value), failed];
  }
  return undefined;
}

const holds: Record<keyof Bounds, (value: bigint, bound: bigint) => boolean> = {
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  eq: (value, bound) => value === bound,
};

function failedBound(bounds: Bounds, value: bigint): string | undefined {
  const failed = Object.entries(bounds).find(([name, bound]) => !holds[name as keyof Bounds](value, bound));
  return failed && `${failed[0]} ${failed[1]}`;
}

/** The last three of the order: funds, limits, what the columns can hold. */
export function limitsFault(kind: TransactionKind, { after }: Played): Refusal | undefined {
  const limits = matrix[kind].limits ? (fundsFault(after) ?? maximumFault(after)) : undefined;
  return limits ?? overflowFault(after.values());
}

/** Limits judge the net effect, and refuse only what moves an account further beyond them. */
function fundsFault(after: Map<Account, Account>): Refusal | undefined {
  for (const [before, next] of after) {
    const { minBalance: min, type } = before;
    const [had, has] = [available(type, before), available(type, next)];
    if (min === null || has >= min || has >= had) continue;
    return insufficient(before, had - has);
  }
  return undefined;
}

export function insufficient(account: Account, needed: bigint): Refusal {
  const { id, minBalance: min } = account;
  const had = available(account.type, account);
  const kept = min === null || min === 0n ? '' : `, ${min} to be kept`;
  return refuse('INSUFFICIENT_FUNDS', `account ${id} has ${had} available, ${needed} needed${kept}`, {
    account: id,
    available: String(had),
    required: String(needed),
    min_balance: min === null ? null : String(min),
  });
}

function maximumFault(after: Map<Account, Account>): Refusal | undefined {
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

function overflowFault(accounts: Iterable<Account>): Refusal | undefined {
  for (const account of accounts) {
    const { postedDebits, postedCredits, pendingDebits, pendingCredits } = account;
    const beyond =
      postedDebits > MAX_AMOUNT ||
      postedCredits > MAX_AMOUNT ||
      pendingDebits > MAX_AMOUNT ||
      pendingCredits > MAX_AMOUNT;
    if (beyond) {
      return refuse('AMOUNT_OVERFLOW', `a total of account ${account.id} would pass 38 digits`, {
        account: account.id,
      });
    }
  }
  return undefined;
}
