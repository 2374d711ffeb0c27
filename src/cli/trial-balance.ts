import { digitsOf } from '../ledger/rules/currency.js';
import { decimals, tableOf } from './format.js';

/** A trial balance as the API gives it; amounts in minor units. */
export interface TrialBalance {
  data: { currency: string; type: string; debits: string; credits: string; balance: string }[];
  totals: { currency: string; debits: string; credits: string }[];
  as_of: string;
}

const right = (head: string) => ({ head, align: 'right' as const });

/** Which point in time it is of, then types and below them the sums of each currency, in decimals. */
export function trialBalanceTable(
  { data, totals, as_of }: TrialBalance,
  { at, recordedAt }: { at?: string | undefined; recordedAt?: string | undefined },
): string {
  const bounds = [at && `effective by ${at}`, recordedAt && `recorded by ${recordedAt}`].filter(Boolean);
  const head = [...bounds, `everything recorded before ${as_of} is known`].join(', ');
  if (data.length === 0) return `${head}\n\nno entries`;
  const rows = data.map(({ currency, type, ...amounts }) => [
    currency,
    type,
    ...[amounts.debits, amounts.credits, amounts.balance].map((sum) => decimals(sum, digitsOf(currency))),
  ]);
  const columns = [{ head: 'currency' }, { head: 'type' }, ...['debits', 'credits', 'balance'].map(right)];
  return `${head}\n\n${tableOf(columns, rows)}\n\n${totalsTable(totals)}`;
}

function totalsTable(totals: TrialBalance['totals']): string {
  const rows = totals.map(({ currency, debits, credits }) => [
    currency,
    ...[debits, credits, BigInt(debits) - BigInt(credits)].map((sum) => decimals(sum, digitsOf(currency))),
  ]);
  return tableOf([{ head: 'total' }, ...['debits', 'credits', 'debits - credits'].map(right)], rows);
}

/** Currencies whose debits and credits differ: never, unless the read model was tampered with. */
export function unbalanced({ totals }: TrialBalance): string[] {
  return totals.filter(({ debits, credits }) => debits !== credits).map(({ currency }) => currency);
}
