const entry = (account: string, side: string, version: number, debits: string, credits: string) => ({
  account,
  side,
  amount: '1000',
  currency: 'USD',
  version,
  balances: {
    posted: { debits, credits, balance: '1000' },
    pending: { debits: '0', credits: '0' },
    available: '1000',
  },
});

/** What the API's documentation shows. */
export const transactionExample = {
  id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21',
  ledger: 'main',
  kind: 'posting',
  status: 'posted',
  reference: 'order-1',
  description: 'top-up',
  effective_at: '2026-11-20T00:00:00.000000Z',
  recorded_at: '2026-11-21T10:00:00.000000Z',
  metadata: { order: 'order-1' },
  parent_id: null,
  entries: [entry('cash', 'debit', 1, '1000', '0'), entry('alice', 'credit', 1, '0', '1000')],
};

const held = (account: string, side: string, debits: string, credits: string, available: string) => ({
  ...entry(account, side, 2, '0', '0'),
  amount: '500',
  balances: {
    posted: {
      debits: '0',
      credits: account === 'alice' ? '1000' : '0',
      balance: account === 'alice' ? '1000' : '0',
    },
    pending: { debits, credits },
    available,
  },
});

export const holdExample = {
  ...transactionExample,
  id: '01994c3e-9a11-7c02-8d55-0b7d2a6f4e10',
  kind: 'hold',
  status: 'pending',
  reference: 'booking-1',
  description: 'room, two nights',
  hold: {
    amount: '500',
    captured: '0',
    released: '0',
    remaining: '500',
    expires_at: '2026-11-28T10:00:00.000000Z',
  },
  entries: [held('alice', 'debit', '500', '0', '500'), held('hotel', 'credit', '0', '500', '0')],
};
