import { post } from '../../support/ledger.js';

const several = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n + 1}`);

/** A closed set: money moves among them, and never in or out. */
export const bank = several('bank', 6);
export const BANK_TOTAL = 6_000n;
/** Everybody writes to them; they can't go below zero. */
export const shared = several('shared', 8);
/** Now and then frozen. */
export const icy = several('icy', 3);
export const wallets = several('wallet', 4);
/** Where all money comes from. */
export const WORLD = 'world';

/** Opens all of them, with money in them. */
export async function openAccounts(url: string): Promise<void> {
  const open = (id: string, fields: object = {}) =>
    post(url, '/accounts', { id, type: 'liability', currency: 'USD', ...fields });
  const fund = (to: string, amount: bigint) =>
    post(url, '/transfers', { from: WORLD, to, amount: String(amount) });
  await open(WORLD, { type: 'asset', min_balance: null });
  for (const id of [...bank, ...shared, ...icy, ...wallets]) await open(id);
  // At once, so that at no moment there is a part of it.
  const share = String(BANK_TOTAL / BigInt(bank.length));
  const entries = [
    { account: WORLD, side: 'debit', amount: String(BANK_TOTAL) },
    ...bank.map((account) => ({ account, side: 'credit', amount: share })),
  ];
  await post(url, '/transactions', { entries });
  for (const id of [...shared, ...icy, ...wallets]) await fund(id, 500n);
}
