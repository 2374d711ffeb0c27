import { toDecimal } from '../rules/amount.js';
import { digitsOf } from '../rules/currency.js';
import type { Statement } from './statement.js';
import type { Rendering } from './statement.text.js';

const header = 'effective_at,transaction_id,kind,reference,description,debit,credit,balance';

/**
 * RFC 4180, amounts in decimals of the currency, which is not said. The first row is the opening balance and the last
 * one the closing balance, where the range begins and ends.
 */
export function csvStatement({ account, from, to, opening, closing }: Statement): Rendering {
  const digits = digitsOf(account.currency);
  const decimal = (amount: string | bigint) => toDecimal(BigInt(amount), digits);
  const bound = (time: string, name: string, balance: bigint) =>
    rowOf([time, '', '', '', name, '', '', decimal(balance)]);
  return {
    head: (brought) =>
      rowOf(header.split(',')) + (brought === undefined ? bound(from, 'Opening balance', opening) : ''),
    lines: (lines) =>
      lines
        .map((line) =>
          rowOf([
            line.effective_at,
            line.transaction_id,
            line.kind,
            line.reference ?? '',
            line.description ?? '',
            line.side === 'debit' ? decimal(line.amount) : '',
            line.side === 'credit' ? decimal(line.amount) : '',
            decimal(line.balance),
          ]),
        )
        .join(''),
    foot: (carried) => (carried === undefined ? bound(to, 'Closing balance', closing) : ''),
  };
}

const rowOf = (cells: string[]) => `${cells.map(quoted).join(',')}\r\n`;

/** A text that a spreadsheet would take for a formula is kept from being one by an apostrophe; numbers stay. */
function quoted(text: string): string {
  const plain = /^[=+\-@\t\r\n]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
