import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type Client, type Json } from '../support/client.js';
import { eventually } from '../support/ledger.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let on: Client;
const daysOf = async (id: string, query = '') => on.get(`accounts/${id}/daily-totals${query}`);

beforeAll(async () => {
  service = await startService();
  on = createClient(service.url);
  for (const id of ['cash', 'shop'])
    await on.open(id, { min_balance: null, type: id === 'cash' ? 'asset' : 'revenue' });
  const effective = [
    '2026-01-03T23:59:59.999999Z',
    '2026-01-01T00:00:00Z',
    '2026-01-03T10:00:00+12:00',
    '2026-01-07T12:00:00Z',
  ];
  for (const [n, effective_at] of effective.entries())
    await on.transfer('cash', 'shop', 10 ** n, { effective_at });
  await on.transfer('shop', 'cash', 5, { effective_at: '2026-01-03T12:00:00Z' });
  // Reserved, not posted.
  await on.post('holds', { from: 'cash', to: 'shop', amount: '77' });
  await eventually(async () => {
    const { body } = await daysOf('shop');
    expect(body.data.reduce((sum: number, { entries }: Json) => sum + entries, 0)).toBe(5);
  });
});

afterAll(() => service?.stop());

describe('the totals of the days', () => {
  test('are by effective day (UTC), oldest first, each opening with the closing of the one before', async () => {
    const { body } = await daysOf('shop');
    expect(body).toEqual({
      data: [
        { day: '2026-01-01', opening: '0', debits: '0', credits: '10', closing: '10', entries: 1 },
        { day: '2026-01-02', opening: '10', debits: '0', credits: '100', closing: '110', entries: 1 },
        { day: '2026-01-03', opening: '110', debits: '5', credits: '1', closing: '106', entries: 2 },
        { day: '2026-01-07', opening: '106', debits: '0', credits: '1000', closing: '1106', entries: 1 },
      ],
      next_cursor: null,
    });
    const { body: cash } = await daysOf('cash');
    expect(cash.data.map(({ closing }: Json) => closing)).toEqual(['10', '110', '106', '1106']);
  });

  test('of a range keep their openings, and come page by page', async () => {
    const { body } = await daysOf('shop', '?from=2026-01-02T13:00:00Z&to=2026-01-07T00:00:00Z');
    expect(body.data.map(({ day, opening }: Json) => [day, opening])).toEqual([
      ['2026-01-02', '10'],
      ['2026-01-03', '110'],
    ]);
    const first = (await daysOf('shop', '?limit=3')).body;
    const second = (await daysOf('shop', `?limit=3&cursor=${first.next_cursor}`)).body;
    expect([first.data.length, second.data.length, second.next_cursor]).toEqual([3, 1, null]);
    expect(second.data[0]).toMatchObject({ day: '2026-01-07', opening: '106' });
  });

  test('agree with the statement of the same days', async () => {
    const { body } = await on.get(
      'accounts/shop/statement?from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z',
    );
    expect([body.opening, body.closing]).toEqual(['10', '106']);
  });

  test('of nobody are 404, with a foreign cursor 400, and say how fresh they are', async () => {
    expect((await daysOf('nobody')).body.code).toBe('ACCOUNT_NOT_FOUND');
    const { next_cursor } = (await daysOf('shop', '?limit=1')).body;
    expect((await daysOf('cash', `?cursor=${next_cursor}`)).status).toBe(400);
    expect((await daysOf('shop')).headers.get('read-model-as-of')).toMatch(/^\d{4}-/);
  });
});
