/** What the model keeps, and how it is shown. */

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;
export type Side = 'debit' | 'credit';
export type Kind = 'posting' | 'hold' | 'capture' | 'void' | 'expiry' | 'reversal';

export interface Account {
  id: string;
  type: string;
  currency: string;
  min: bigint | null;
  max: bigint | null;
  status: 'open' | 'frozen' | 'closed';
  metadata: Json;
  revision: number;
  version: number;
  posted: Record<Side, bigint>;
  pending: Record<Side, bigint>;
}
export interface Leg {
  account: string;
  side: Side;
  posted: bigint;
  pending: bigint;
}
export interface Hold {
  amount: bigint;
  captured: bigint;
  released: bigint;
  expiresAt: string | null;
  expired: boolean;
}
export interface Transaction {
  kind: Kind;
  /** As answered, without status and hold. */
  body: Json;
  legs: Leg[];
  /** Every metadata it had. */
  metadata: Json[];
  reversed: bigint;
  hold?: Hold;
}
export interface Book {
  accounts: Map<string, Account>;
  transactions: Map<string, Transaction>;
}
export interface Made {
  id: string;
  now: string;
}

export const opposite = { debit: 'credit', credit: 'debit' } as const;

export const normal = ({ type }: Account): Side =>
  type === 'asset' || type === 'expense' ? 'debit' : 'credit';
export const balance = (a: Account): bigint => a.posted[normal(a)] - a.posted[opposite[normal(a)]];
export const available = (a: Account): bigint => balance(a) - a.pending[opposite[normal(a)]];
/** What `max_balance` is compared with. */
export const reach = (a: Account): bigint => balance(a) + a.pending[normal(a)];

export const showBalances = (a: Account): Json => ({
  posted: { debits: `${a.posted.debit}`, credits: `${a.posted.credit}`, balance: `${balance(a)}` },
  pending: { debits: `${a.pending.debit}`, credits: `${a.pending.credit}` },
  available: `${available(a)}`,
});
export function showAccount(a: Account): Json {
  const { id, type, currency, status, metadata, revision, version } = a;
  const limits = { min_balance: a.min?.toString() ?? null, max_balance: a.max?.toString() ?? null };
  const rest = { normal_side: normal(a), balances: showBalances(a) };
  return { id, type, currency, status, metadata, revision, version, ...limits, ...rest };
}
export function showHold(hold: Hold): Json {
  const { amount, captured, released, expiresAt } = hold;
  const shown = { amount, captured, released, remaining: amount - captured - released };
  const texts = Object.entries(shown).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(texts), expires_at: expiresAt };
}
export function showTransaction({ body, hold, metadata }: Transaction): Json {
  const shown = { ...body, metadata: metadata.at(-1) };
  if (!hold) return { ...shown, status: 'posted' };
  const open = hold.amount > hold.captured + hold.released;
  const closed = hold.captured ? 'captured' : hold.expired ? 'expired' : 'voided';
  const status = !open ? closed : hold.captured ? 'partially_captured' : 'pending';
  return { ...shown, status, hold: showHold(hold) };
}

const isObject = (value: Json) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** RFC 7396. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  return merged;
}
