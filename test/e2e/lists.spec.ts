import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

/** What a filter asks of a row, beside its text in the query. */
interface Filter {
  query: string;
  /** Two filters of one parameter are not given together. */
  name: string;
  holds: (row: Json) => boolean;
}

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  await record();
});

afterAll(() => service.stop());

describe('GET /accounts', () => {
  const balance = (sign: string, bound: bigint, holds: (amount: bigint) => boolean): Filter => ({
    query: `balance[${sign}]=${bound}`,
    name: `balance ${sign}`,
    holds: (row) => holds(BigInt(row.balances.posted.balance)),
  });
  const equal = (name: string, value: string): Filter => ({
    query: `${name}=${encodeURIComponent(value)}`,
    name,
    holds: (row) => row[name] === value,
  });
  const bounds = [
    '-90000000000000000000000000000000000000',
    '-700',
    '-1',
    '0',
    '1',
    '99',
    '100',
    '250',
    '700',
  ];
  const filters: Filter[] = [
    ...['asset', 'liability', 'equity', 'expense'].map((type) => equal('type', type)),
    ...['USD', 'BTC/8', 'JPY'].map((currency) => equal('currency', currency)),
    ...['open', 'frozen', 'closed'].map((status) => equal('status', status)),
    ...['w', 'w:', 'w:1', 'w:1.', 'none', 'A'].map((prefix) => ({
      query: `id_prefix=${prefix}`,
      name: 'id_prefix',
      holds: (row: Json) => row.id.startsWith(prefix),
    })),
    metadata('tier', 'gold'),
    metadata('n', '3'),
    metadata('vip', 'true'),
    ...bounds
      .map(BigInt)
      .flatMap((bound) => [
        balance('lt', bound, (amount) => amount < bound),
        balance('lte', bound, (amount) => amount <= bound),
        balance('gt', bound, (amount) => amount > bound),
        balance('gte', bound, (amount) => amount >= bound),
        balance('eq', bound, (amount) => amount === bound),
      ]),
  ];

  it('finds by each filter what it says', () => eachFinds('accounts', filters));

  it('finds by two filters what both say', () => eachPairFinds('accounts', filters));

  it('finds by all of them', async () => {
    const query = 'type=liability&currency=USD&status=open&id_prefix=w:&metadata[tier]=gold&metadata[n]=3';
    const { body } = await client.get(`accounts?${query}&balance[gte]=1&balance[lt]=1000`);
    expect(body.data.map((row: Json) => row.id)).toEqual(['w:3']);
  });
});

describe('GET /transactions', () => {
  it('finds by each filter and by two of them what they say', async () => {
    const filters = transactionFilters(await all('transactions'));
    await eachFinds('transactions', filters);
    await eachPairFinds('transactions', filters);
  });

  it('finds the very transaction of a reference, and none of another ledger', async () => {
    await client.send('PUT', '/v1/ledgers/other', {});
    const other = createClient(service.url, 'other');
    expect((await client.get('transactions?reference=r-3')).body.data).toHaveLength(1);
    for (const query of [
      'reference=r-3',
      'account=w:1',
      'kind=hold',
      'status=pending',
      'metadata[n]=3',
      '',
    ]) {
      expect((await other.get(`transactions?${query}`)).body.data).toEqual([]);
    }
  });
});

describe('GET /holds', () => {
  it('finds by status and by account, alone and together', async () => {
    const holds = (await all('transactions')).filter((row) => row.kind === 'hold');
    const filters = [
      ...['pending', 'partially_captured', 'captured', 'voided', 'expired'].map(status),
      ...['cash', 'w:1', 'w:2', 'nobody'].map(account),
    ];
    expect(await all('holds')).toEqual(holds);
    await eachFinds('holds', filters);
    await eachPairFinds('holds', filters);
  });
});

describe('GET /accounts/{id}/entries', () => {
  it.each(['strong', 'eventual'])('finds by recorded time, to the microsecond: %s', async (consistency) => {
    const path = `accounts/cash/entries?consistency=${consistency}`;
    const rows = await all(path);
    const times = [...new Set(rows.map((row) => row.recorded_at as string))].filter((_, n) => n % 5 === 0);
    const ends = [undefined, '2020-01-01T00:00:00.000000Z', ...times, '2190-01-01T00:00:00.000000Z'];
    for (const from of ends) {
      for (const to of ends) {
        const range = [from && `&from=${from}`, to && `&to=${to}`].filter(Boolean).join('');
        const expected = rows.filter(
          (row) => (!from || row.recorded_at >= from) && (!to || row.recorded_at < to),
        );
        expect([range, await all(path + range)]).toEqual([range, expected]);
      }
    }
  });
});

describe('the magnitude by which balances are found', () => {
  it('never falls while the amount grows', async () => {
    const db = new pg.Client({ connectionString: service.databaseUrl });
    await db.connect();
    const { rows } = await db.query<{ wrong: number; kinds: number }>(
      `select count(*) filter (where magnitude < before)::int as wrong, count(distinct magnitude)::int as kinds from (
         select magnitude, lag(magnitude) over (order by amount) as before
         from (
           select (sign * (digit * 10::numeric ^ power + step))::numeric(38, 0) as amount
           from generate_series(0, 9) digit, generate_series(0, 37) power, generate_series(-1, 1) step,
             unnest(array[-1, 1]) sign
         ) amounts, balances_v1.magnitude(amount) magnitude
       ) ordered`,
    );
    await db.end();
    // First digits 1 to 9 of 38 lengths with either sign, and 0.
    expect(rows[0]!.wrong).toBe(0);
    expect(rows[0]!.kinds).toBe(2 * 9 * 38 + 1);
  });
});

function metadata(key: string, value: string): Filter {
  return {
    query: `metadata[${key}]=${value}`,
    name: `metadata ${key}`,
    holds: (row) => String(row.metadata[key]) === value,
  };
}

function account(id: string): Filter {
  return {
    query: `account=${id}`,
    name: 'account',
    holds: (row) => row.entries.some((entry: Json) => entry.account === id),
  };
}

function status(value: string): Filter {
  return { query: `status=${value}`, name: 'status', holds: (row) => row.status === value };
}

function transactionFilters(rows: Json[]): Filter[] {
  const times = [rows[5], rows[20], rows[rows.length - 3]].map((row) => row.recorded_at as string);
  return [
    ...['r-3', 'r-10', 'nothing'].map((reference) => ({
      query: `reference=${reference}`,
      name: 'reference',
      holds: (row: Json) => row.reference === reference,
    })),
    ...['cash', 'w:1', 'w:2', 'w:9', 'nobody'].map(account),
    ...['posting', 'hold', 'capture', 'void', 'expiry', 'reversal'].map((kind) => ({
      query: `kind=${kind}`,
      name: 'kind',
      holds: (row: Json) => row.kind === kind,
    })),
    ...['posted', 'pending', 'partially_captured', 'captured', 'voided', 'expired'].map(status),
    metadata('n', '3'),
    metadata('even', 'true'),
    ...times.map((from) => ({
      query: `from=${from}`,
      name: 'from',
      holds: (row: Json) => row.recorded_at >= from,
    })),
    ...times.map((to) => ({ query: `to=${to}`, name: 'to', holds: (row: Json) => row.recorded_at < to })),
  ];
}

/** All rows of a list, in pages of a size that divides nothing. */
async function all(path: string): Promise<Json[]> {
  const rows: Json[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const mark = path.includes('?') ? '&' : '?';
    const { status, body, text } = await client.get(`${path}${mark}limit=7${cursor && `&cursor=${cursor}`}`);
    if (status !== 200) throw new Error(`${path}: ${text}`);
    rows.push(...body.data);
    cursor = body.next_cursor;
  }
  return rows;
}

async function eachFinds(path: string, filters: Filter[]): Promise<void> {
  const rows = await all(path);
  expect(rows.length).toBeGreaterThan(10);
  for (const { query, holds } of filters) {
    expect([query, ids(await all(`${path}?${query}`))]).toEqual([query, ids(rows.filter(holds))]);
  }
}

async function eachPairFinds(path: string, filters: Filter[]): Promise<void> {
  const rows = await all(path);
  for (const [n, one] of filters.entries()) {
    for (const other of filters.slice(n + 1).filter(({ name }) => name !== one.name)) {
      const query = `${one.query}&${other.query}`;
      const expected = rows.filter((row) => one.holds(row) && other.holds(row));
      expect([query, ids(await all(`${path}?${query}`))]).toEqual([query, ids(expected)]);
    }
  }
}

const ids = (rows: Json[]) => rows.map((row) => row.id as string);

/** Accounts and transactions of every sort, all of them in the read model. */
async function record(): Promise<void> {
  await client.open('cash', { type: 'asset', min_balance: null });
  await client.open('bitcoin', { type: 'asset', currency: 'BTC/8', min_balance: null });
  await client.open('w-odd', { type: 'equity', min_balance: null });
  for (let n = 1; n <= 12; n += 1) {
    const fields = {
      metadata: { tier: n % 3 === 0 ? 'gold' : 'none', n, vip: n % 4 === 0 },
      min_balance: null,
    };
    await client.open(`w:${n}`, { ...fields, currency: n > 10 ? 'BTC/8' : 'USD' });
  }
  for (let n = 1; n <= 10; n += 1) {
    const more = { metadata: { n, even: n % 2 === 0 }, ...(n % 3 !== 2 && { reference: `r-${n}` }) };
    await done(client.transfer('cash', `w:${n}`, String([1, 100, 250, 700, 99][n % 5]), more));
  }
  await done(client.transfer('w:9', 'w:1', '800'));

  const held = async (more: object = {}) =>
    (await done(client.post('holds', { from: 'w:1', to: 'w:2', amount: '9', ...more }))).id as string;
  const close = (id: string, how: string, body: object = {}) => done(client.post(`holds/${id}/${how}`, body));
  await held({ metadata: { n: 3 } });
  await held({ from: 'cash', reference: 'r-hold' });
  await close(await held(), 'capture', { amount: '4', keep_open: true });
  const captured = await done(client.post(`holds/${await held({ metadata: { even: true } })}/capture`, {}));
  await close(await held(), 'capture', { amount: '4' });
  await close(await held({ from: 'cash' }), 'void');
  const expiring = await held({ expires_in: 1 });
  await done(client.post(`transactions/${captured.id}/reverse`, {}));
  for (let n = 0; n < 6; n += 1) await close(await held(), n % 2 === 0 ? 'void' : 'capture');
  await done(client.post('accounts/w:7/freeze', {}).then((reply) => ({ ...reply, status: 201 })));
  await done(client.post('accounts/w:12/close', {}).then((reply) => ({ ...reply, status: 201 })));
  await eventually(async () => (await client.get(`transactions/${expiring}`)).body.status === 'expired');
  const { recorded_at: last } = (await done(client.transfer('cash', 'w:2', '1'))) as Json;
  await eventually(async () => {
    const { headers } = await client.get('transactions?limit=1');
    return headers.get('read-model-as-of')! > last;
  });
}

async function done(reply: Promise<{ status: number; text: string; body: Json }>): Promise<Json> {
  const { status, text, body } = await reply;
  if (status !== 201) throw new Error(text);
  return body;
}
