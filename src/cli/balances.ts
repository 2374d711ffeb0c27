import { digitsOf } from '../ledger/rules/currency.js';
import { decimals, tableOf } from './format.js';

/** What is used of an account as the API gives it; amounts in minor units. */
export interface Account {
  id: string;
  type: string;
  normal_side: 'debit' | 'credit';
  currency: string;
  balances: {
    posted: { debits: string; credits: string; balance: string };
    pending: { debits: string; credits: string };
    available: string;
  };
}

/** Accounts by id with their amounts in decimals, and the sums of each currency below. */
export function balancesTable(accounts: Account[]): string {
  const rows = [...accounts]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ id, type, currency, normal_side, balances }) => [
      id,
      type,
      currency,
      decimals(balances.posted.balance, digitsOf(currency)),
      decimals(pendingOf(balances.pending, normal_side), digitsOf(currency)),
      decimals(balances.available, digitsOf(currency)),
    ]);
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [{ head: 'account' }, { head: 'type' }, { head: 'currency' }];
  const table = tableOf([...columns, right('balance'), right('pending'), right('available')], rows);
  return `${table}\n\n${totalsTable(accounts)}`;
}

/** Signed to the normal side, like the balance. */
function pendingOf(pending: { debits: string; credits: string }, side: 'debit' | 'credit'): bigint {
  const net = BigInt(pending.debits) - BigInt(pending.credits);
  return side === 'debit' ? net : -net;
}

function totalsTable(accounts: Account[]): string {
  const totals = new Map<string, { accounts: number; debits: bigint; credits: bigint }>();
  for (const { currency, balances } of accounts) {
    const total = totals.get(currency) ?? { accounts: 0, debits: 0n, credits: 0n };
    total.accounts++;
    total.debits += BigInt(balances.posted.debits);
    total.credits += BigInt(balances.posted.credits);
    totals.set(currency, total);
  }
  const rows = [...totals]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, { accounts: count, debits, credits }]) => [
      currency,
      String(count),
      ...[debits, credits, debits - credits].map((sum) => decimals(sum, digitsOf(currency))),
    ]);
  const heads = ['accounts', 'debits', 'credits', 'debits - credits'].map((head) => ({
    head,
    align: 'right' as const,
  }));
  return tableOf([{ head: 'total' }, ...heads], rows);
}
