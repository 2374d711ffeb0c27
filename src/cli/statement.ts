import { digitsOf } from '../ledger/rules/currency.js';
import { decimals, tableOf } from './format.js';

/** A page of a statement as the API gives it; amounts in minor units. */
export interface StatementPage {
  account: string;
  currency: string;
  from: string | null;
  to: string | null;
  opening: string;
  lines: StatementLine[];
  closing: string;
  next_cursor: string | null;
}

export interface StatementLine {
  transaction_id: string;
  side: 'debit' | 'credit';
  amount: string;
  reference: string | null;
  description: string | null;
  effective_at: string;
  balance: string;
}

/** The account and its range, then opening, lines and closing, oldest first, in decimals of the currency. */
export function statementTable(page: Omit<StatementPage, 'next_cursor'>): string {
  const digits = digitsOf(page.currency);
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [
    ...['date', 'transaction', 'text'].map((head) => ({ head })),
    ...['debit', 'credit', 'balance'].map(right),
  ];
  const rows = page.lines.map((line) => [
    line.effective_at.slice(0, 10),
    line.transaction_id,
    [line.description, line.reference && `[${line.reference}]`].filter(Boolean).join(' '),
    line.side === 'debit' ? decimals(line.amount, digits) : '',
    line.side === 'credit' ? decimals(line.amount, digits) : '',
    decimals(line.balance, digits),
  ]);
  const bound = (name: string, amount: string) => ['', '', name, '', '', decimals(amount, digits)];
  const range = `${page.from ?? 'the beginning'} to ${page.to ?? 'now'}`;
  return (
    `${page.account}, ${page.currency}, ${range}\n\n` +
    tableOf(columns, [
      bound('opening balance', page.opening),
      ...rows,
      bound('closing balance', page.closing),
    ])
  );
}
