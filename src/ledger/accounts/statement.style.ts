import type { Account } from '../rules/account.js';

/**
 * The style of a printable statement. Each printed page says whose it is and which of how many; the ids' alphabet
 * (letters, digits and `_.:@-`) needs no escapes in a string of CSS.
 */
export function statementStyle({ id, ledger, currency }: Account): string {
  return `
@page {
  margin: 18mm 15mm 20mm;
  @bottom-left { content: "${id}, ledger ${ledger}, ${currency}"; font: 7.5pt sans-serif; }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 7.5pt sans-serif; }
}
@page wide { size: landscape; margin: 15mm 10mm 18mm; }
:root { color-scheme: only light; }
body {
  margin: 0 auto; padding: 2rem 1.5rem; max-width: 60rem; background: #fff; color: #000;
  font: 0.875rem/1.4 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif;
  font-variant-numeric: lining-nums tabular-nums;
}
h1 { margin: 0 0 1rem; font-size: 1.6em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1.5rem; margin: 0 0 1.5rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: 0 0 2rem; }
caption { text-align: left; font-weight: bold; padding: 0 0 0.4rem; }
th, td { padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; font-weight: normal; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead { display: table-header-group; }
tfoot { display: table-row-group; }
thead th { font-weight: bold; border-bottom: 1.5pt solid #000; vertical-align: bottom; }
tbody tr { border-bottom: 0.5pt solid #bbb; }
tr { break-inside: avoid; }
.bound th, .bound td { font-weight: bold; }
tfoot tr:first-child { border-top: 1pt solid #000; }
tfoot tr:last-child { border-bottom: 1.5pt solid #000; }
tfoot { break-before: avoid; }
.amount { text-align: right; white-space: nowrap; padding-left: 1rem; }
.date { white-space: nowrap; }
.text { width: 100%; overflow-wrap: anywhere; }
small { font-size: 0.8em; }
.text small { display: inline-block; margin-left: 0.5em; }
.summary { width: auto; min-width: 22rem; }
.wide table:not(.summary) { font-size: 0.7em; }
.wide .text { min-width: 9rem; }
@media print {
  body { max-width: none; padding: 0; font-size: 8.5pt; }
  th, td { padding-top: 2.5pt; padding-bottom: 2.5pt; }
  .wide { page: wide; }
  h1, dl, .summary { break-after: avoid; }
}
`;
}
