import { toDecimal } from '../rules/amount.js';
import { digitsOf } from '../rules/currency.js';
import type { StatementLine } from './statement.js';

const header = 'effective_at,transaction_id,kind,reference,description,debit,credit,balance';

/** RFC 4180, amounts in decimals of the currency. */
export function statementCsv(currency: string, lines: StatementLine[]): string {
  const digits = digitsOf(currency);
  const decimal = (amount: string) => toDecimal(BigInt(amount), digits);
  const rows = lines.map((line) =>
    [
      line.effective_at,
      line.transaction_id,
      line.kind,
      line.reference ?? '',
      line.description ?? '',
      line.side === 'debit' ? decimal(line.amount) : '',
      line.side === 'credit' ? decimal(line.amount) : '',
      decimal(line.balance),
    ]
      .map(quoted)
      .join(','),
  );
  return [header, ...rows].map((row) => `${row}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula is kept from being one by an apostrophe. */
function quoted(text: string): string {
  const plain = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
