import { transactionExample } from '../transactions/transaction.example.js';

const commands = [
  { command: 'transfer', from: 'cash', to: 'alice', amount: '1000' },
  { command: 'transfer', from: 'alice', to: 'bob', amount: '1250', idempotency_key: 'order-2' },
];
const results = [
  { status: 201, body: transactionExample },
  {
    status: 422,
    body: {
      type: '/problems/insufficient-funds',
      title: 'Insufficient funds',
      status: 422,
      code: 'INSUFFICIENT_FUNDS',
      detail: 'account alice has 1000 available, 1250 needed',
      account: 'alice',
      available: '1000',
      required: '1250',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    },
  },
];

const linesOf = (values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** What the API's documentation shows. */
export const resultsExample = { results };
export const atomicExample = { results: results.slice(0, 1) };
export const commandLinesExample = linesOf(commands);
export const resultLinesExample = linesOf(results);
