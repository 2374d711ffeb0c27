import { digitsOf } from '../ledger/rules/currency.js';
import { decimals, tableOf } from './format.js';

/** What is used of a hold as the API gives it; amounts in minor units. */
export interface Hold {
  id: string;
  status: string;
  reference: string | null;
  entries: { account: string; side: 'debit' | 'credit'; currency: string }[];
  /** In the currency of the first entry. */
  hold: { amount: string; captured: string; remaining: string; expires_at: string | null };
}

/** A line a hold, in their order. Where several accounts are on a side, the first and how many more. */
export function holdsTable(holds: Hold[]): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    { head: 'hold' },
    { head: 'status' },
    { head: 'from' },
    { head: 'to' },
    { head: 'currency' },
  ];
  const amounts = [right('amount'), right('captured'), right('remaining')];
  return tableOf([...columns, ...amounts, { head: 'expires' }, { head: 'reference' }], holds.map(rowOf));
}

function rowOf({ id, status, reference, entries, hold }: Hold): string[] {
  const { currency } = entries[0]!;
  const amounts = [hold.amount, hold.captured, hold.remaining];
  return [
    id,
    status,
    accountsOf(entries, 'debit'),
    accountsOf(entries, 'credit'),
    currency,
    ...amounts.map((amount) => decimals(amount, digitsOf(currency))),
    hold.expires_at ? `${hold.expires_at.slice(0, 19)}Z` : '',
    reference ?? '',
  ];
}

function accountsOf(entries: Hold['entries'], side: 'debit' | 'credit'): string {
  const [first, ...more] = new Set(
    entries.filter((entry) => entry.side === side).map(({ account }) => account),
  );
  return more.length ? `${first} +${more.length}` : first!;
}
