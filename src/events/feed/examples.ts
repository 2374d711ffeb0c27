const event = {
  schema_version: '1',
  event_id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21',
  event_type: 'ledger.account.frozen',
  ledger: 'main',
  sequence: '184467',
  account: {
    id: 'alice',
    account_no: '17',
    type: 'liability',
    normal_side: 'credit',
    currency: 'USD',
    status: 'frozen',
    min_balance: '0',
    max_balance: null,
    metadata: {},
    revision: 2,
    opened_at: '2026-11-21T10:00:00.000000Z',
  },
  recorded_at: '2026-11-21T10:05:00.000000Z',
  idempotency_key: 'freeze-alice',
  principal: 'support',
  trace_id: null,
};
const cursor = 'WyJldmVudHMgbWFpbiIsIjc…';

/** What the API's documentation shows. */
export const jsonLinesExample = `{"cursor":"${cursor}","event":${JSON.stringify(event)}}\n`;

export const serverSentEventsExample = `id: ${cursor}\nevent: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`;
