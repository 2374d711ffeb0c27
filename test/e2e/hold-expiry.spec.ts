import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Json } from '../support/client.js';
import { code, openBank, recordedOf, standing, tally, type Bank } from '../support/money.js';
import { createDatabase } from '../support/postgres.js';
import { startService } from '../support/service.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank(2);
  client = bank.client;
});

afterAll(() => bank?.close());

const hold = async (from: string, to: string, amount: number, more: object = {}): Promise<Json> =>
  recordedOf(await client.post('holds', { from, to, amount, ...more }));
const read = async (id: string) => recordedOf(await client.get(`transactions/${id}`));
const query = async (text: string, values: unknown[] = []) => (await bank.database.query(text, values)).rows;

/** Until it is this time by the database's clock, which alone decides. */
const until = (time: string) =>
  query(`select pg_sleep(greatest(0, extract(epoch from $1::timestamptz - clock_timestamp())) + 0.001)`, [
    time,
  ]);

/** While the table of the sweep is locked, no process can see what is due. */
async function withoutSweep(work: () => Promise<void>): Promise<void> {
  await query('begin');
  try {
    await query('lock table journal.open_holds in access exclusive mode');
    await work();
  } finally {
    await query('rollback');
  }
}

/** How often each of these holds was closed by an expiry, in the journal and in the outbox. */
async function expiries(holds: string[], database: pg.Client = bank.database) {
  const { rows } = await database.query(
    `select (select count(*)::int from journal.transactions where kind = 'expiry' and parent_id = any($1)) as recorded,
       (select count(distinct parent_id)::int from journal.transactions
        where kind = 'expiry' and parent_id = any($1)) as holds,
       (select count(*)::int from journal.outbox
        where type = 'ledger.transaction.expired' and aggregateid = any($1::text[])) as events,
       (select count(*)::int from journal.open_holds where id = any($1)) as open`,
    [holds],
  );
  return rows[0];
}

describe('a hold past its time', () => {
  test('is released by itself, by the service and for everyone to see', async () => {
    const [from, to] = [await bank.wallet(50), await bank.wallet()];
    const { id, hold: made } = await hold(from, to, 50, { expires_in: 1 });
    await eventually(async () => (await read(id)).status === 'expired');
    const [expiry] = await query(`select * from journal.transactions where parent_id = $1`, [id]);
    expect(expiry).toMatchObject({
      kind: 'expiry',
      step: 1,
      principal: 'counterfoil',
      idempotency_key: null,
    });
    expect(expiry.recorded_at >= new Date(made.expires_at)).toBe(true);
    expect(await read(expiry.id)).toMatchObject({
      ...{ kind: 'expiry', status: 'posted', parent_id: id, reference: null, metadata: {} },
      hold: { amount: '50', captured: '0', released: '50', remaining: '0', expires_at: made.expires_at },
    });
    expect(await standing(client, from)).toEqual(['50', '0', '0', '50']);
    expect(await standing(client, to)).toEqual(['0', '0', '0', '0']);
    for (const action of ['capture', 'void']) {
      const reply = await client.post(`holds/${id}/${action}`);
      expect([...code(reply), reply.body.expires_at]).toEqual([409, 'HOLD_EXPIRED', made.expires_at]);
    }
  });

  test('is refused before the sweep has come by, too', async () => {
    const from = await bank.wallet(50);
    const { id, hold: made } = await hold(from, 'world', 50, { expires_in: 1 });
    await withoutSweep(async () => {
      await until(made.expires_at);
      for (const action of ['capture', 'void', 'capture']) {
        expect(code(await client.post(`holds/${id}/${action}`))).toEqual([409, 'HOLD_EXPIRED']);
      }
      // Nobody has released it yet: it still counts.
      expect((await read(id)).status).toBe('pending');
      expect(await standing(client, from)).toEqual(['50', '50', '0', '0']);
    });
    await eventually(async () => (await read(id)).status === 'expired');
    expect(await standing(client, from)).toEqual(['50', '0', '0', '50']);
  });

  test('gives back only what was not captured, and is captured then', async () => {
    const [from, to] = [await bank.wallet(50), await bank.wallet()];
    const { id } = await hold(from, to, 50, { expires_in: 1 });
    recordedOf(await client.post(`holds/${id}/capture`, { amount: 20, keep_open: true }));
    await eventually(async () => (await read(id)).hold.remaining === '0');
    expect(await read(id)).toMatchObject({ status: 'captured', hold: { captured: '20', released: '30' } });
    expect(await standing(client, from)).toEqual(['30', '0', '0', '30']);
    expect(code(await client.post(`holds/${id}/void`))).toEqual([409, 'HOLD_EXPIRED']);
  });

  test('is released on frozen accounts', async () => {
    const [from, to] = [await bank.wallet(50), await bank.wallet()];
    const { id } = await hold(from, to, 50, { expires_in: 1 });
    for (const account of [from, to]) await client.post(`accounts/${account}/freeze`);
    await eventually(async () => (await read(id)).status === 'expired');
    expect((await client.post(`accounts/${to}/close`)).status).toBe(200);
  });

  test('of several entries gives back each', async () => {
    const [a, b, c] = [await bank.wallet(10), await bank.wallet(), await bank.wallet()];
    const entries = [
      { account: a, side: 'debit', amount: 10 },
      { account: b, side: 'credit', amount: 4 },
      { account: c, side: 'credit', amount: 6 },
    ];
    const { id } = recordedOf(await client.post('holds', { entries, expires_in: 1 }));
    await eventually(async () => (await read(id)).status === 'expired');
    for (const account of [a, b, c]) {
      expect((await standing(client, account)).slice(1, 3)).toEqual(['0', '0']);
    }
  });

  test('that was closed in time stays as it was', async () => {
    const from = await bank.wallet(50);
    const { id, hold: made } = await hold(from, 'world', 50, { expires_in: 1 });
    recordedOf(await client.post(`holds/${id}/void`));
    await until(made.expires_at);
    expect(code(await client.post(`holds/${id}/capture`))).toEqual([409, 'HOLD_NOT_OPEN']);
    expect((await read(id)).status).toBe('voided');
    expect(await expiries([id])).toEqual({ recorded: 0, holds: 0, events: 0, open: 0 });
  });
});

describe('the sweep', () => {
  test('of two processes does nothing twice', async () => {
    const from = await bank.wallet(5000);
    const made = await Promise.all(
      Array.from({ length: 150 }, (_, i) =>
        bank.clients[i % 2]!.post('holds', { from, to: 'world', amount: 7, expires_in: 1 }).then(recordedOf),
      ),
    );
    const ids = made.map(({ id }) => id);
    await eventually(async () => (await expiries(ids)).open === 0);
    expect(await expiries(ids)).toEqual({ recorded: 150, holds: 150, events: 150, open: 0 });
    expect(await standing(client, from)).toEqual(['5000', '0', '0', '5000']);
  });

  test('races with captures and voids: each hold is closed once, by one of them', async () => {
    const [from, to] = [await bank.wallet(1000), await bank.wallet()];
    const made: Json[] = [];
    for (let i = 0; i < 40; i++) made.push(await hold(from, to, 10, { expires_in: 1 }));
    const replies = await Promise.all(
      made.map(async ({ id, hold: { expires_at } }, i) => {
        const wait = Date.parse(expires_at) - Date.now() + (i % 9) - 4;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
        return bank.clients[i % 2]!.post(`holds/${id}/${i % 4 ? 'capture' : 'void'}`);
      }),
    );
    const counts = tally(replies);
    expect((counts['201'] ?? 0) + (counts['HOLD_EXPIRED'] ?? 0)).toBe(40);
    const ids = made.map(({ id }) => id);
    await eventually(async () => (await expiries(ids)).open === 0);
    const captured = replies.filter(({ status, body }) => status === 201 && body.kind === 'capture').length;
    expect((await expiries(ids)).recorded).toBe(counts['HOLD_EXPIRED'] ?? 0);
    expect(await standing(client, from)).toEqual([
      String(1000 - captured * 10),
      '0',
      '0',
      String(1000 - captured * 10),
    ]);
    expect((await standing(client, to))[0]).toBe(String(captured * 10));
  });

  test('catches up after an outage: hundreds of holds that fell due meanwhile', async () => {
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const ids = await holdMany(database.url, 450);
      // More than the sweep takes in one go.
      expect((await expiries(ids, client)).open).toBeGreaterThan(200);
      await client.query(
        'select pg_sleep(extract(epoch from max(expires_at) - clock_timestamp())) from journal.open_holds',
      );
      const service = await startService({}, database.url);
      try {
        await eventually(async () => (await expiries(ids, client)).open === 0);
        expect(await expiries(ids, client)).toEqual({ recorded: 450, holds: 450, events: 450, open: 0 });
        const [, debits, , available] = await standing(createClient(service.url), 'payer');
        expect([debits, available]).toEqual(['0', '100000']);
      } finally {
        await service.stop();
      }
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

/** Holds of a service that is stopped before they fall due. */
async function holdMany(databaseUrl: string, count: number): Promise<string[]> {
  const service = await startService({}, databaseUrl);
  try {
    const on = createClient(service.url);
    await on.open('world', { min_balance: null });
    await on.open('payer');
    recordedOf(await on.transfer('world', 'payer', 100_000));
    const ids = Array.from({ length: count }, () => randomUUID());
    const expires_at = new Date(Date.now() + 8_000).toISOString();
    const commands = ids.map((id) => ({
      ...{ command: 'hold', id, from: 'payer', to: 'world', amount: 3, expires_at },
    }));
    const { results } = recordedOf(await on.post('bulk', { mode: 'independent', commands }));
    expect(results.filter(({ status }: Json) => status === 201)).toHaveLength(count);
    return ids;
  } finally {
    await service.stop();
  }
}

describe('at once, over two processes', () => {
  const atOnce = (count: number, run: (on: Client, i: number) => ReturnType<Client['post']>) =>
    Promise.all(Array.from({ length: count }, (_, i) => run(bank.clients[i % 2]!, i)));

  test.each([
    [70, { '201': 14, CAPTURE_EXCEEDS_HOLD: 16 }],
    [100, { '201': 10, HOLD_NOT_OPEN: 20 }],
  ])('30 captures of %d never take more than the 1000 that were held', async (amount, counts) => {
    const [from, to] = [await bank.wallet(5000), await bank.wallet()];
    const { id } = await hold(from, to, 1000);
    const replies = await atOnce(30, (on) => on.post(`holds/${id}/capture`, { amount, keep_open: true }));
    expect(tally(replies)).toEqual(counts);
    const captured = counts['201'] * amount;
    const rest = String(1000 - captured);
    expect((await read(id)).hold).toMatchObject({ captured: String(captured), remaining: rest });
    expect(await standing(client, from)).toEqual([String(5000 - captured), rest, '0', '4000']);
    expect(await standing(client, to)).toEqual([String(captured), '0', rest, String(captured)]);
  });

  test('of captures and voids one closes the hold', async () => {
    for (let round = 0; round < 5; round++) {
      const from = await bank.wallet(10);
      const { id } = await hold(from, 'world', 10);
      const replies = await atOnce(12, (on, i) => on.post(`holds/${id}/${i % 3 ? 'capture' : 'void'}`));
      expect(tally(replies)).toEqual({ '201': 1, HOLD_NOT_OPEN: 11 });
      const { kind } = replies.find(({ status }) => status === 201)!.body;
      expect((await read(id)).status).toBe(kind === 'void' ? 'voided' : 'captured');
      expect((await standing(client, from))[0]).toBe(kind === 'void' ? '10' : '0');
    }
  });
});
