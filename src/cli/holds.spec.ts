import { expect, test } from '@jest/globals';
import { holdsTable, type Hold } from './holds.js';

const entry = (account: string, side: 'debit' | 'credit', currency = 'USD') => ({ account, side, currency });
const hold = (over: Partial<Hold>): Hold => ({
  id: '01994c3e-9a11-7c02-8d55-0b7d2a6f4e10',
  status: 'pending',
  reference: null,
  entries: [entry('alice', 'debit'), entry('bob', 'credit')],
  hold: { amount: '123456', captured: '0', remaining: '123456', expires_at: null },
  ...over,
});

test('holds in decimals of their currency, several accounts in short, nothing that drives a terminal', () => {
  const expiring = { amount: '9'.repeat(38), captured: '5', remaining: '0' };
  const table = holdsTable([
    hold({}),
    hold({
      status: 'captured',
      reference: 'order\u001b[2J',
      entries: [
        entry('a', 'debit', 'BTC/8'),
        entry('b', 'credit', 'BTC/8'),
        entry('b', 'credit', 'BTC/8'),
        entry('c', 'credit', 'BTC/8'),
      ],
      hold: { ...expiring, expires_at: '2026-11-21T10:00:00.000001Z' },
    }),
  ]);
  const [head, first] = table.split('\n').map((line) => line.split(/ {2,}/));
  expect(head).toEqual([
    ...[
      'hold',
      'status',
      'from',
      'to',
      'currency',
      'amount',
      'captured',
      'remaining',
      'expires',
      'reference',
    ],
  ]);
  const id = '01994c3e-9a11-7c02-8d55-0b7d2a6f4e10';
  expect(first).toEqual([...[id, 'pending', 'alice', 'bob', 'USD', '1,234.56', '0.00', '1,234.56']]);
  expect(table).toContain('999,999,999,999,999,999,999,999,999,999.99999999');
  expect(table).toMatch(/ b \+1 +BTC\/8 .* 0\.00000005 +0\.00000000 +2026-11-21T10:00:00Z +order\ufffd\[2J$/);
});
