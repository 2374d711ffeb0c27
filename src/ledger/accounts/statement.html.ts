import { createHash } from 'node:crypto';
import { toDecimal } from '../rules/amount.js';
import { digitsOf } from '../rules/currency.js';
import type { Statement, StatementLine } from './statement.js';
import { statementStyle } from './statement.style.js';
import type { Rendering } from './statement.text.js';

/** Times that only the printed page says. */
export interface Printed {
  at: string;
  /** The statement is of what was recorded by then. */
  recordedAt?: string;
}

/** An amount with more characters than these, three of them in a row, doesn't fit an upright page. */
const UPRIGHT_AMOUNT = 20;

/**
 * A page to print, complete in itself: no script, nothing to fetch. Amounts in decimals of the currency.
 * @returns the document piece by piece, and the Content-Security-Policy that allows its style and nothing else
 */
export function htmlStatement(statement: Statement, printed: Printed): Rendering & { policy: string } {
  const { account, from, to, opening, closing, debits, credits } = statement;
  const decimal = decimalsOf(account.currency);
  const style = statementStyle(account);
  const cell = (amount: string | bigint | null) =>
    `<td class="amount">${amount === null ? '' : decimal(amount)}</td>`;
  const bound = (time: string, name: string, balance: string | bigint) =>
    `<tr class="bound">${dateCell(time)}<th scope="row" colspan="4">${name}</th>${cell(balance)}</tr>\n`;
  const totals =
    `<tr class="bound"><td></td><th scope="row" colspan="2">Totals</th>${cell(debits)}${cell(credits)}<td></td></tr>\n` +
    bound(to, 'Closing balance', closing);
  const lineRow = (line: StatementLine) =>
    `<tr>${dateCell(line.effective_at)}<td class="text">${textOf(line)}</td><td>${escaped(line.kind)}</td>` +
    cell(line.side === 'debit' ? line.amount : null) +
    cell(line.side === 'credit' ? line.amount : null) +
    `${cell(line.balance)}</tr>\n`;
  return {
    policy: policyOf(style),
    head: (brought) =>
      `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Statement of ${escaped(account.id)}, ${from.slice(0, 10)} to ${to.slice(0, 10)}</title>
<style>${style}</style>
</head>
<body${isWide(statement, decimal) ? ' class="wide"' : ''}>
<h1>Statement of account</h1>
${factsOf(statement, printed)}
${summaryOf(statement, decimal)}
<table>
<caption>Transactions, in the order in which they take effect</caption>
<thead>
<tr><th scope="col">Date (UTC)</th><th scope="col">Description, reference</th><th scope="col">Kind</th>\
<th scope="col" class="amount">Debit</th><th scope="col" class="amount">Credit</th>\
<th scope="col" class="amount">Balance</th></tr>
</thead>
<tbody>
` +
      (brought === undefined
        ? bound(from, 'Opening balance', opening)
        : bound('', 'Balance brought forward', brought)),
    lines: (lines) => lines.map(lineRow).join(''),
    foot: (carried) =>
      `</tbody>\n<tfoot>\n${carried === undefined ? totals : bound('', 'Balance carried forward', carried)}</tfoot>
</table>
</body>
</html>
`,
  };
}

function factsOf({ account, from, to }: Statement, { at, recordedAt }: Printed): string {
  const facts = [
    ['Account', account.id],
    ['Ledger', account.ledger],
    ['Currency', account.currency],
    ['Period', `from ${moment(from)} until before ${moment(to)}`],
    ...(recordedAt === undefined ? [] : [['As recorded by', moment(recordedAt)]]),
    ['Printed', moment(at.slice(0, 19))],
  ];
  return `<dl>\n${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escaped(text!)}</dd>\n`).join('')}</dl>`;
}

function summaryOf({ opening, closing, debits, credits }: Statement, decimal: Decimal): string {
  const rows: [string, bigint][] = [
    ['Opening balance', opening],
    ['Total debits', debits],
    ['Total credits', credits],
    ['Closing balance', closing],
  ];
  const row = ([name, amount]: [string, bigint]) =>
    `<tr><th scope="row">${name}</th><td class="amount">${decimal(amount)}</td></tr>\n`;
  return `<table class="summary">\n<caption>Summary of the period</caption>\n<tbody>\n${rows.map(row).join('')}</tbody>\n</table>`;
}

/** The description with the reference below it; without either the transaction's id, so that each line has a name. */
function textOf({ description, reference, transaction_id }: StatementLine): string {
  const [first, second] = description === null ? [reference] : [description, reference];
  const text = (value: string) => `<bdi>${escaped(value)}</bdi>`;
  return text(first ?? transaction_id) + (second ? ` <small>${text(second)}</small>` : '');
}

function dateCell(time: string): string {
  if (time === '') return '<td></td>';
  const clock = time.slice(11, 19);
  const shown = clock === '00:00:00' ? '' : ` <small>${clock}</small>`;
  return `<td class="date"><time datetime="${time}">${time.slice(0, 10)}${shown}</time></td>`;
}

/** `2026-03-01T08:30:00.000000Z` → `2026-03-01 08:30:00 UTC`; a fraction stays when there is one. */
function moment(time: string): string {
  const fraction = time.slice(19, -1).replace(/\.?0*$/, '');
  return `${time.slice(0, 10)} ${time.slice(11, 19)}${fraction} UTC`;
}

type Decimal = (amount: string | bigint) => string;

/** With thousands separators: `-1,234,567.89`. */
function decimalsOf(currency: string): Decimal {
  const digits = digitsOf(currency);
  return (amount) => {
    const [whole, fraction] = toDecimal(BigInt(amount), digits).split('.');
    const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
  };
}

/** No debit or credit is greater than their total, and no balance further from zero than this. */
function isWide({ opening, debits, credits }: Statement, decimal: Decimal): boolean {
  const furthest = (opening < 0n ? -opening : opening) + (debits > credits ? debits : credits);
  return decimal(-furthest).length > UPRIGHT_AMOUNT;
}

function policyOf(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and between quotes. Control characters, which HTML has no place for, become U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd');
}
