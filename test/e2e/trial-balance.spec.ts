import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createClient, eventually, type Client, type Json } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';
import {
  bookHistory,
  connect,
  expectBalanced,
  id,
  points,
  summed,
  sumsOf,
} from '../support/trial-balance.js';

describe('GET /trial-balance', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let service: TestService;
  let client: Client;

  beforeAll(async () => {
    database = await createDatabase();
    owner = await connect(database.url);
    await owner.query(`insert into journal.ledgers (id) values ('second'), ('empty')`);
    await bookHistory(owner, 'main', 1_000);
    await bookHistory(owner, 'second', 100);
    service = await startService({}, database.url);
    client = createClient(service.url);
    await caughtUp();
  });

  afterAll(async () => {
    await service?.stop();
    await owner?.end();
    await database?.drop();
  });

  const ask = (point: object, ledger = 'main') =>
    client.get(`/v1/ledgers/${ledger}/trial-balance?${new URLSearchParams({ ...point })}`);

  async function caughtUp(): Promise<void> {
    const { rows } = await owner.query<{ now: string }>(
      `select to_json(clock_timestamp() at time zone 'UTC')#>>'{}' || 'Z' as now`,
    );
    await eventually(async () => (await ask({})).body.as_of > rows[0]!.now);
  }

  it.each(points)('is what the entries of the journal come to: %j', async (point) => {
    for (const ledger of ['main', 'second']) {
      const { status, body } = await ask(point, ledger);
      expect(status).toBe(200);
      const sums = sumsOf(body);
      expect(sums).toEqual(await summed(owner, ledger, point));
      expectBalanced(sums);
      expect(Object.keys(body)).toEqual(['data', 'totals', 'as_of']);
    }
  });

  it('signs each balance to the normal side, and adds up debits and credits of each currency', async () => {
    const { body } = await ask({});
    for (const { type, debits, credits, balance } of body.data) {
      const net = BigInt(debits) - BigInt(credits);
      expect(balance).toBe(String(['asset', 'expense'].includes(type) ? net : -net));
    }
    expect(body.totals.map(({ currency }: Json) => currency)).toEqual(['BTC/8', 'EUR', 'USD']);
    for (const { currency, debits, credits } of body.totals) {
      expect(debits).toBe(credits);
      const own = body.data.filter((sum: Json) => sum.currency === currency);
      expect(debits).toBe(String(own.reduce((sum: bigint, one: Json) => sum + BigInt(one.debits), 0n)));
    }
  });

  it('of a ledger without entries, or of before the first, is empty lists', async () => {
    for (const answer of [await ask({}, 'empty'), await ask({ at: '1950-01-01T00:00:00Z' })]) {
      expect(answer.body).toEqual({ data: [], totals: [], as_of: expect.any(String) });
    }
  });

  it('follows new postings, back-dated ones too, and keeps what was known', async () => {
    const before = { at: '2024-02-10T12:00:00Z', recorded_at: '2024-03-01T00:00:00Z' };
    const known = (await ask(before)).body.data;
    const [cash, sales] = [id('asset', 'EUR'), id('revenue', 'EUR')];
    const amounts = [11n, 13n, 17n, 10n ** 37n];
    for (const amount of amounts) {
      const { status } = await client.post('transactions', {
        effective_at: amount === 13n ? '2024-02-10T12:00:00Z' : undefined,
        entries: [
          { account: cash, side: 'debit', amount: String(amount) },
          { account: sales, side: 'credit', amount: String(amount) },
        ],
      });
      expect(status).toBe(201);
    }
    await caughtUp();
    for (const point of points.filter((one) => !('recorded_at' in one))) {
      const sums = sumsOf((await ask(point)).body);
      expect(sums).toEqual(await summed(owner, 'main', point));
    }
    expect((await ask(before)).body.data).toEqual(known);
  });

  it('holds sums of accounts beyond the 38 digits of one', async () => {
    const most = '9'.repeat(38);
    for (const n of [1, 2]) {
      await client.open(`vault-${n}`, { type: 'asset', currency: 'XAU', min_balance: null });
      await client.open(`owner-${n}`, { type: 'equity', currency: 'XAU', min_balance: null });
      expect((await client.transfer(`vault-${n}`, `owner-${n}`, most)).status).toBe(201);
    }
    await caughtUp();
    const { totals } = (await ask({})).body;
    const twice = String(2n * BigInt(most));
    expect(totals.find(({ currency }: Json) => currency === 'XAU')).toEqual({
      currency: 'XAU',
      debits: twice,
      credits: twice,
    });
  });

  it('is shown by the command line, where a day means its end', async () => {
    const at = '2024-02-10T23:59:59.999999Z';
    const { body } = await ask({ at, recorded_at: at });
    const days = ['--at', '2024-02-10', '--recorded-at', '2024-02-10'];
    const { data, totals } = JSON.parse(await counterfoil(service.url, ...days, '--json')) as Json;
    expect({ data, totals }).toEqual({ data: body.data, totals: body.totals });
    const table = await counterfoil(service.url, ...days);
    expect(table).toMatch(`effective by ${at}, recorded by ${at}, everything recorded before`);
    expect(table.split('\n')).toHaveLength(2 + 1 + body.data.length + 1 + 1 + body.totals.length + 1);
    expect(await counterfoil(service.url, '--ledger', 'empty')).toMatch(/no entries/);
  });

  it('refuses times that are none, recorded_at of the last ten seconds, and ledgers that do not exist', async () => {
    const soon = new Date(Date.now() - 5_000).toISOString();
    for (const [point, path] of [
      [{ at: '2024-02-10' }, 'at'],
      [{ recorded_at: 'now' }, 'recorded_at'],
      [{ recorded_at: soon }, 'recorded_at'],
      [{ recorded_at: '2150-01-01T00:00:00Z', at: '2024-01-01T00:00:00Z' }, 'recorded_at'],
      [{ currency: 'USD' }, 'currency'],
    ] as const) {
      for (const ledger of ['main', 'nowhere']) {
        const { status, body } = await ask(point, ledger);
        expect([status, body.code, body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', path]);
      }
    }
    expect((await ask({}, 'nowhere')).body).toMatchObject({ status: 404, code: 'LEDGER_NOT_FOUND' });
  });
});

describe('a read model that is behind', () => {
  it('says up to when it is complete, and refuses what was known at a later time', async () => {
    const database = await createDatabase();
    const owner = await connect(database.url);
    // Fed by nobody: projections come from Kafka, and no worker runs.
    const service = await startService({ KAFKA_BROKERS: '127.0.0.1:9' }, database.url);
    try {
      await bookHistory(owner, 'main', 10);
      const client = createClient(service.url);
      const now = await client.get('trial-balance');
      expect(now.body).toEqual({ data: [], totals: [], as_of: '1970-01-01T00:00:00.000000Z' });
      const known = await client.get('trial-balance?recorded_at=2024-06-01T00:00:00Z');
      expect(known.body).toMatchObject({ status: 503, code: 'UNAVAILABLE', as_of: now.body.as_of });
      expect(known.headers.get('retry-after')).toBe('1');
    } finally {
      await service.stop();
      await owner.end();
      await database.drop();
    }
  });
});

async function counterfoil(url: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, COUNTERFOIL_URL: url };
  const command = ['dist/src/cli.js', 'trial-balance', ...args];
  return (await promisify(execFile)(process.execPath, command, { env })).stdout;
}
