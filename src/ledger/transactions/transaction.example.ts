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
