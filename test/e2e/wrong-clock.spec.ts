import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Client, Json } from '../support/client.js';
import { code, openBank, recordedOf, type Bank } from '../support/money.js';

const DAY_MS = 86_400_000;
/** Everything but the time that it is: timers go on. */
const others = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
] as const;
const timers = ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const;

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank();
  client = bank.client;
});

afterEach(() => void jest.useRealTimers());

afterAll(() => bank?.close());

const hold = async (more: object): Promise<Json> =>
  recordedOf(await client.post('holds', { from: await bank.wallet(50), to: 'world', amount: 50, ...more }));
const inDatabase = async (): Promise<string> =>
  (await bank.database.query('select clock_timestamp()::text as now')).rows[0].now;

describe.each([
  ['a day ahead', DAY_MS],
  ['a day behind', -DAY_MS],
])('a service whose clock is %s', (_, wrong) => {
  const setClock = () =>
    jest.useFakeTimers({ now: Date.now() + wrong, advanceTimers: true, doNotFake: [...others, ...timers] });

  test('captures a hold as long as it is open by the database’s clock', async () => {
    const { id } = await hold({ expires_in: 600 });
    setClock();
    expect((await client.post(`holds/${id}/capture`)).status).toBe(201);
  });

  test('refuses a hold that is over by the database’s clock', async () => {
    const { id, hold: made } = await hold({ expires_in: 1 });
    setClock();
    await bank.database.query(
      `select pg_sleep(greatest(0, extract(epoch from $1::timestamptz - clock_timestamp())) + 0.001)`,
      [made.expires_at],
    );
    expect(code(await client.post(`holds/${id}/capture`))).toEqual([409, 'HOLD_EXPIRED']);
  });

  test('records the database’s time, and counts a hold’s seconds from it', async () => {
    const before = Date.parse(await inDatabase());
    setClock();
    const { recorded_at: at, hold: made } = await hold({ expires_in: 600 });
    jest.useRealTimers();
    const after = Date.parse(await inDatabase());
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(at)).toBeLessThanOrEqual(after);
    expect(Date.parse(made.expires_at) - Date.parse(at)).toBeGreaterThan(590_000);
    expect(Date.parse(made.expires_at) - Date.parse(at)).toBeLessThanOrEqual(600_000);
  });
});
