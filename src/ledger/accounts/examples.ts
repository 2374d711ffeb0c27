const totals = {
  posted: { debits: '0', credits: '1000', balance: '1000' },
  pending: { debits: '0', credits: '0' },
  available: '1000',
};

/** What the API's documentation shows. */
export const accountExample = {
  id: 'alice',
  ledger: 'main',
  type: 'liability',
  normal_side: 'credit',
  currency: 'USD',
  status: 'open',
  min_balance: '0',
  max_balance: null,
  metadata: { tier: 'gold' },
  version: 1,
  revision: 1,
  balances: totals,
  opened_at: '2026-11-21T10:00:00.000000Z',
};

export const entryExample = {
  account: 'alice',
  version: 1,
  transaction_id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21',
  kind: 'posting',
  leg: 2,
  side: 'credit',
  posted: '1000',
  pending: '0',
  balances: totals,
  effective_at: '2026-11-20T00:00:00.000000Z',
  recorded_at: '2026-11-21T10:00:00.000000Z',
};

export const statementExample = {
  account: 'alice',
  currency: 'USD',
  from: '2026-11-20T00:00:00.000000Z',
  to: '2026-11-22T00:00:00.000000Z',
  opening: '0',
  lines: [
    {
      version: 1,
      transaction_id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21',
      kind: 'posting',
      side: 'credit',
      amount: '1000',
      reference: 'order-1',
      description: 'top-up',
      effective_at: '2026-11-20T00:00:00.000000Z',
      recorded_at: '2026-11-21T10:00:00.000000Z',
      balance: '1000',
    },
  ],
  closing: '1000',
  next_cursor: null,
};

export const dailyTotalsExample = {
  day: '2026-11-20',
  opening: '0',
  debits: '250',
  credits: '1000',
  closing: '750',
  entries: 2,
};
