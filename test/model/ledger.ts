/**
 * A ledger in memory, written from the HTTP contract alone: nothing here comes from the service, so that two
 * readings of the contract meet. A command takes the request's body, changes the book, and returns the answer's
 * body or throws a refusal (the book is then half changed: the caller throws it away). What only the service
 * can know, the new id and the time, comes with `Made`.
 */

import {
  available,
  balance,
  mergePatch,
  normal,
  opposite,
  reach,
  showAccount,
  showBalances,
  showHold,
  showTransaction,
} from './book.js';
import type { Account, Book, Hold, Json, Kind, Leg, Made, Side, Transaction } from './book.js';

const MAX = 10n ** 38n - 1n;
const sum = (amounts: bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

export class Refusal {
  constructor(readonly body: Json) {}
}
export function refuse(code: string, when: boolean, more: object = {}): void {
  if (when) throw new Refusal({ code, ...more });
}

/** A limit that is null is none, an absent one the default. */
const limit = (value: Json, absent: bigint | null): bigint | null =>
  value === undefined ? absent : value === null ? null : BigInt(value);

export function openAccount(book: Book, body: Json): Json {
  refuse('ALREADY_EXISTS', book.accounts.has(body.id));
  const { id, type, currency, metadata = {}, min_balance, max_balance } = body;
  const [min, max] = [limit(min_balance, 0n), limit(max_balance, null)];
  const none = () => ({ debit: 0n, credit: 0n });
  const fresh = { status: 'open', revision: 1, version: 0, posted: none(), pending: none() } as const;
  book.accounts.set(id, { id, type, currency, min, max, metadata, ...fresh });
  return showAccount(book.accounts.get(id)!);
}

export function patchAccount(book: Book, id: string, body: Json, ifMatch?: string): Json {
  const account = existing(book, id);
  const matches = ifMatch === undefined || ifMatch === '*' || ifMatch === `"${account.revision}"`;
  refuse('REVISION_MISMATCH', !matches);
  refuse('ACCOUNT_CLOSED', account.status === 'closed');
  const before = JSON.stringify(showAccount(account));
  account.min = limit(body.min_balance, account.min);
  account.max = limit(body.max_balance, account.max);
  refuse('VALIDATION_FAILED', account.min !== null && account.max !== null && account.min > account.max);
  account.metadata = mergePatch(account.metadata, body.metadata ?? {});
  if (JSON.stringify(showAccount(account)) !== before) account.revision++;
  return showAccount(account);
}

export function changeStatus(book: Book, id: string, action: 'freeze' | 'unfreeze' | 'close'): Json {
  const account = existing(book, id);
  const next = ({ freeze: 'frozen', unfreeze: 'open', close: 'closed' } as const)[action];
  if (account.status === next) return showAccount(account);
  refuse('ACCOUNT_CLOSED', account.status === 'closed');
  const held = account.pending.debit + account.pending.credit > 0n;
  refuse('ACCOUNT_NOT_EMPTY', next === 'closed' && (balance(account) !== 0n || held));
  account.status = next;
  account.revision++;
  return showAccount(account);
}

function existing(book: Book, id: string): Account {
  refuse('ACCOUNT_NOT_FOUND', !book.accounts.has(id));
  return book.accounts.get(id)!;
}

export function patchTransaction(book: Book, id: string, body: Json): Json {
  const transaction = parentOf(book, id, 'TRANSACTION_NOT_FOUND');
  const metadata = mergePatch(transaction.metadata.at(-1), body.metadata ?? {});
  if (JSON.stringify(metadata) !== JSON.stringify(transaction.metadata.at(-1)))
    transaction.metadata.push(metadata);
  return showTransaction(transaction);
}

function parentOf(book: Book, id: string, code: string): Transaction {
  const transaction = book.transactions.get(id);
  refuse(code, !transaction || (code === 'HOLD_NOT_FOUND' && !transaction.hold));
  return transaction!;
}

/** What stands before all other refusals of a new transaction. */
function claim(book: Book, body: Json, parent?: Transaction): void {
  refuse('VALIDATION_FAILED', !!parent && body.effective_at < parent.body.effective_at);
  refuse('ALREADY_EXISTS', book.transactions.has(body.id));
  const users = [...book.transactions.values()].filter((t) => t.body.reference === (body.reference ?? ''));
  refuse('REFERENCE_ALREADY_USED', users.length > 0, { transaction_id: users[0]?.body.id });
}
function known(book: Book, legs: { account: string }[]): Account[] {
  const accounts = legs.map(({ account }) => book.accounts.get(account));
  refuse('UNKNOWN_ACCOUNT', accounts.includes(undefined));
  return accounts as Account[];
}
function usable(accounts: Account[], evenFrozen = false): void {
  refuse('ACCOUNT_CLOSED', accounts.some(({ status }) => status === 'closed')); // prettier-ignore
  refuse('ACCOUNT_FROZEN', !evenFrozen && accounts.some(({ status }) => status === 'frozen'));
}

/** Postings and holds by entries, and holds by `from` and `to`. */
export function post(book: Book, kind: 'posting' | 'hold', body: Json, made: Made): Json {
  claim(book, body);
  const { from, to, amount } = body;
  const pair = [{ account: from, side: 'debit', amount }, { account: to, side: 'credit', amount }]; // prettier-ignore
  const entries: Json[] = body.entries ?? pair;
  const accounts = known(book, entries);
  const currencies = accounts.map(({ currency }) => currency);
  const wrong = entries.some((entry, i) => entry.currency && entry.currency !== currencies[i]);
  refuse('CURRENCY_MISMATCH', wrong || (!body.entries && currencies[0] !== currencies[1]));
  const total = (side: Side, currency?: string) =>
    sum(entries.map((e, i) => (e.side === side && currencies[i] === currency ? BigInt(e.amount) : 0n)));
  refuse('UNBALANCED', currencies.some((c) => total('debit', c) !== total('credit', c))); // prettier-ignore
  usable(accounts);
  refuse('CONDITION_FAILED', !entries.every((entry, i) => holdsTrue(entry.if ?? {}, accounts[i]!)));
  const isHold = kind === 'hold';
  const legs = entries.map(({ account, side, amount }) =>
    isHold
      ? { account, side, posted: 0n, pending: BigInt(amount) }
      : { account, side, posted: BigInt(amount), pending: 0n },
  );
  const expiresAt = body.expires_at ?? (body.expires_in ? later(made.now, body.expires_in) : null);
  const hold = {
    amount: total('debit', currencies[0]),
    captured: 0n,
    released: 0n,
    expiresAt,
    expired: false,
  };
  return record(book, kind, legs, body, made, { hold: isHold ? hold : undefined });
}

function holdsTrue(condition: Json, account: Account): boolean {
  const compare = (name: string, value: bigint, than: bigint) =>
    name === 'eq'
      ? value === than
      : (name.startsWith('g') ? value > than : value < than) || (name.length > 2 && value === than);
  return Object.entries(condition).every(([name, wanted]: [string, Json]) => {
    if (name === 'version') return Number(wanted) === account.version;
    const value = name === 'posted' ? balance(account) : available(account);
    return Object.entries(wanted).every(([how, than]: [string, Json]) => compare(how, value, BigInt(than)));
  });
}
function later(time: string, seconds: number): string {
  const whole = new Date(Date.parse(`${time.slice(0, 19)}Z`) + seconds * 1000).toISOString();
  return whole.slice(0, 19) + time.slice(19);
}

export function transfer(book: Book, body: Json, made: Made): Json {
  claim(book, body);
  const list: Json[] = Array.isArray(body.to) ? body.to : [{ account: body.to, share: 'remaining' }];
  const [from, ...to] = known(book, [{ account: body.from }, ...list]) as [Account, ...Account[]];
  refuse('CURRENCY_MISMATCH', to.some(({ currency }) => currency !== from.currency)); // prettier-ignore
  const total = body.amount ? BigInt(body.amount) : upTo(from, BigInt(body.up_to));
  // Where there is nothing to move, what was asked for is judged.
  const parts = split(total > 0n ? total : BigInt(body.up_to), list);
  usable([from, ...to.filter((_, i) => parts[i])]);
  refuse('INSUFFICIENT_FUNDS', total <= 0n);
  const leg = (account: Account, side: Side, posted: bigint) => ({
    account: account.id,
    side,
    posted,
    pending: 0n,
  });
  const legs = [leg(from, 'debit', total), ...to.map((account, i) => leg(account, 'credit', parts[i]!))];
  return record(book, 'posting', legs.filter(({ posted }) => posted), body, made); // prettier-ignore
}

function upTo(from: Account, most: bigint): bigint {
  const raised = normal(from) === 'debit';
  const bound = raised ? from.max : from.min;
  const room = bound === null ? most : raised ? bound - reach(from) : available(from) - bound;
  return room < most ? room : most;
}

/** Fixed amounts first; shares of the rest by largest remainder, the earlier of equals first. */
function split(total: bigint, to: Json[]): bigint[] {
  const whole = 100n * 10n ** 10n;
  const rest = total - sum(to.map(({ amount }) => BigInt(amount ?? 0)));
  const shares = to.map(({ share = '0%' }) => {
    const [units, decimals = ''] = share.slice(0, -1).split('.');
    return share === 'remaining' ? 0n : BigInt(units + decimals.padEnd(10, '0'));
  });
  const said = sum(shares);
  const remaining = to.findIndex(({ share }) => share === 'remaining');
  refuse('UNBALANCED', rest < 0n || said > whole);
  refuse('UNBALANCED', remaining < 0 && said < whole && rest > 0n);
  if (remaining >= 0) shares[remaining] = whole - said;
  const parts = to.map(({ amount }, i) => BigInt(amount ?? 0) + (rest * shares[i]!) / whole);
  const left = (i: number) => (rest * shares[i]!) % whole;
  const order = [...to.keys()].sort((a, b) => (left(a) === left(b) ? a - b : left(a) > left(b) ? -1 : 1));
  for (const i of order.slice(0, Number(total - sum(parts)))) parts[i]! += 1n;
  return parts;
}

export function capture(book: Book, id: string, body: Json, made: Made): Json {
  const parent = parentOf(book, id, 'HOLD_NOT_FOUND');
  claim(book, body, parent);
  usable(known(book, parent.legs), true);
  const { hold, left, pair } = openHold(parent, made.now);
  refuse('AMOUNT_NOT_APPLICABLE', !!body.amount && !pair);
  const amount = BigInt(body.amount ?? left);
  refuse('CAPTURE_EXCEEDS_HOLD', amount > left);
  const freed = body.keep_open && pair ? amount : left;
  hold.captured += amount;
  hold.released += freed - amount;
  const legs = parent.legs.map(({ account, side, pending }) =>
    pair
      ? { account, side, posted: amount, pending: -freed }
      : { account, side, posted: pending, pending: -pending },
  );
  return record(book, 'capture', legs, body, made, { parent, limits: false });
}

/** Void, and expiry when the service says that it came. */
export function release(book: Book, kind: 'void' | 'expiry', id: string, body: Json, made: Made): Json {
  const parent = parentOf(book, id, 'HOLD_NOT_FOUND');
  claim(book, body, parent);
  const { hold, left, pair } = openHold(parent, kind === 'void' ? made.now : '');
  hold.released += left;
  hold.expired = kind === 'expiry';
  const legs = parent.legs.map((leg) => ({ ...leg, posted: 0n, pending: pair ? -left : -leg.pending }));
  return record(book, kind, legs, body, made, { parent, limits: false });
}

function openHold({ hold, legs }: Transaction, now: string) {
  const { amount, captured, released, expired, expiresAt } = hold!;
  const left = amount - captured - released;
  refuse('HOLD_EXPIRED', expired || (left > 0n && expiresAt !== null && expiresAt <= now));
  refuse('HOLD_NOT_OPEN', left === 0n);
  return { hold: hold!, left, pair: legs.length === 2 };
}

export function reverse(book: Book, id: string, body: Json, made: Made): Json {
  const parent = parentOf(book, id, 'TRANSACTION_NOT_FOUND');
  claim(book, body, parent);
  usable(known(book, parent.legs));
  refuse('NOT_REVERSIBLE', parent.kind !== 'posting' && parent.kind !== 'capture');
  const pair = parent.legs.length === 2;
  refuse('AMOUNT_NOT_APPLICABLE', !!body.amount && !pair);
  const left = parent.legs[0]!.posted - parent.reversed;
  const amount = BigInt(body.amount ?? left);
  refuse('REVERSAL_EXCEEDS_ORIGINAL', amount > left || left === 0n);
  parent.reversed += amount;
  const mirror = parent.legs.map(({ account, side, posted }) => ({
    account,
    side: opposite[side],
    posted: pair ? amount : posted,
    pending: 0n,
  }));
  return record(book, 'reversal', mirror, { ...body, description: body.reason ?? body.description }, made, {
    parent,
  });
}

type Details = { parent?: Transaction; hold?: Hold; limits?: boolean };
/** Moves the totals, judges limits by what comes of it, and keeps the transaction. */
function record(book: Book, kind: Kind, legs: Leg[], body: Json, made: Made, details: Details = {}): Json {
  const { parent, hold, limits = true } = details;
  const touched = [...new Set(legs.map(({ account }) => book.accounts.get(account)!))];
  const before = structuredClone(touched);
  const entries = legs.map(({ account: id, side, posted, pending }) => {
    const account = book.accounts.get(id)!;
    account.posted[side] += posted;
    account.pending[side] += pending;
    account.version++;
    const amount = `${posted || pending}`.replace('-', '');
    const { currency, version } = account;
    return { account: id, side, amount, currency, version, balances: showBalances(account) };
  });
  const short = (a: Account, i: number) =>
    a.min !== null && available(a) < a.min && available(a) < available(before[i]!);
  const full = (a: Account, i: number) => a.max !== null && reach(a) > a.max && reach(a) > reach(before[i]!);
  refuse('INSUFFICIENT_FUNDS', limits && touched.some(short));
  refuse('LIMIT_EXCEEDED', limits && touched.some(full));
  const totals = touched.flatMap(({ posted, pending }) => [posted, pending].flatMap(Object.values<bigint>));
  refuse(
    'AMOUNT_OVERFLOW',
    [hold?.amount ?? 0n, ...totals].some((total) => total > MAX),
  );
  const { id = made.id, reference = null, description = null, metadata = {} } = body;
  const effective_at = body.effective_at ?? [made.now, parent?.body.effective_at ?? ''].sort()[1];
  const said = { id, kind, reference, description, effective_at, recorded_at: made.now };
  const shown = { ...said, parent_id: parent?.body.id ?? null, entries };
  const transaction = { kind, body: shown, legs, metadata: [metadata], reversed: 0n, hold };
  book.transactions.set(id, transaction);
  const chain = parent?.hold && { hold: showHold(parent.hold) };
  return { ...showTransaction(transaction), ...chain };
}
