import { expect, it } from '@jest/globals';
import { trialBalanceTable, unbalanced } from './trial-balance.js';

const found = {
  data: [
    { currency: 'BTC/8', type: 'asset', debits: '1', credits: '0', balance: '1' },
    { currency: 'BTC/8', type: 'revenue', debits: '0', credits: '1', balance: '1' },
    { currency: 'USD', type: 'asset', debits: '2500', credits: '100000', balance: '-97500' },
  ],
  totals: [
    { currency: 'BTC/8', debits: '1', credits: '1' },
    { currency: 'USD', debits: '2500', credits: '100000' },
  ],
  as_of: '2026-02-05T10:00:00.000000Z',
};

it('a trial balance shows decimals, the sums of each currency below, and its point in time', () => {
  expect(trialBalanceTable(found, { at: '2026-01-31T23:59:59.999999Z' })).toBe(
    `effective by 2026-01-31T23:59:59.999999Z, everything recorded before 2026-02-05T10:00:00.000000Z is known

currency  type         debits     credits     balance
BTC/8     asset    0.00000001  0.00000000  0.00000001
BTC/8     revenue  0.00000000  0.00000001  0.00000001
USD       asset         25.00    1,000.00     -975.00

total      debits     credits  debits - credits
BTC/8  0.00000001  0.00000001        0.00000000
USD         25.00    1,000.00           -975.00`,
  );
});

it('a trial balance without entries says so', () => {
  const nothing = { data: [], totals: [], as_of: '2026-02-05T10:00:00.000000Z' };
  expect(trialBalanceTable(nothing, {})).toBe(
    'everything recorded before 2026-02-05T10:00:00.000000Z is known\n\nno entries',
  );
});

it('a currency whose debits and credits differ is named', () => {
  expect(unbalanced(found)).toEqual(['USD']);
});
