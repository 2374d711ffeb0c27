import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { createClient, type Client, type Json, type Reply } from '../support/client.js';
import { eventually } from '../support/ledger.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let database: pg.Client;
beforeAll(async () => {
  service = await startService();
  database = new pg.Client({ connectionString: service.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await service?.stop();
});

const MAX = 10n ** 38n - 1n;
const digits = fc.integer({ min: 0, max: 9 });
/** Where a float would lose something: 17 digits and more, next to 2^53, next to powers of ten, at the very end. */
const amounts = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.array(digits, { maxLength: 37, size: 'max' }))
    .map(([first, rest]) => BigInt([first, ...rest].join(''))),
  fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 3n),
  fc
    .tuple(fc.integer({ min: 1, max: 37 }), fc.bigInt(-1n, 1n))
    .map(([power, off]) => 10n ** BigInt(power) + off),
  fc.bigInt(MAX - 5n, MAX),
);
const currencies = fc.constantFrom(
  { code: 'USD', decimals: 2 },
  { code: 'JPY', decimals: 0 },
  { code: 'WEI/18', decimals: 18 },
);

interface Case {
  client: Client;
  amount: string;
  /** From 1 to the amount. */
  part: string;
  entries: (from: string, to: string) => object[];
}

async function done(reply: Promise<Reply>): Promise<Json> {
  const { status, body, text } = await reply;
  if (status >= 300) throw new Error(text);
  return body;
}

/** Every command that moves the amount from one new account to another; each answers what it recorded. */
const ways: Record<string, (test: Case, from: string, to: string) => Promise<Json[]>> = {
  transaction: async ({ client, entries }, from, to) => [
    await done(client.post('transactions', { entries: entries(from, to) })),
  ],
  transfer: async ({ client, amount }, from, to) => [await done(client.transfer(from, to, amount))],
  'up-to': async ({ client, amount }, from, to) => [
    await done(client.post('transfers', { from, to, up_to: amount })),
  ],
  independent: async (test, from, to) => bulk(test, 'independent', from, to),
  atomic: async (test, from, to) => bulk(test, 'atomic', from, to),
  hold: async ({ client, amount, part }, from, to) => {
    const hold = await done(client.post('holds', { from, to, amount }));
    expect(hold.hold).toMatchObject({ amount, captured: '0', released: '0', remaining: amount });
    expect((await client.account(from)).balances.pending).toEqual({ debits: amount, credits: '0' });
    expect((await client.account(to)).balances.pending).toEqual({ debits: '0', credits: amount });
    const first = await done(client.post(`holds/${hold.id}/capture`, { amount: part, keep_open: true }));
    const rest = String(BigInt(amount) - BigInt(part));
    expect(first.hold).toMatchObject({ amount, captured: part, remaining: rest });
    const second = rest === '0' ? [] : [await done(client.post(`holds/${hold.id}/capture`))];
    const all = second.length > 0 ? [first, ...second] : [first];
    const { body } = await client.get(`transactions/${hold.id}`);
    expect([body.status, body.hold.captured, body.hold.remaining]).toEqual(['captured', amount, '0']);
    return all;
  },
};
async function bulk({ client, entries }: Case, mode: string, from: string, to: string): Promise<Json[]> {
  const commands = [{ command: 'transaction', entries: entries(from, to) }];
  const { results } = await done(client.post('bulk', { mode, commands }));
  expect(results[0].status).toBe(201);
  return [results[0].body];
}

test('an amount of up to 38 digits is the same to the last digit whichever way it goes and is read', async () => {
  const property = fc.asyncProperty(amounts, fc.bigInt(0n, MAX), currencies, async (whole, any, currency) => {
    const ledger = randomUUID();
    const client = createClient(service.url, ledger);
    await client.send('PUT', `/v1/ledgers/${ledger}`, {});
    const amount = String(whole);
    const part = String((any % whole) + 1n);
    const entries = (from: string, to: string) => [
      { account: from, side: 'debit', amount },
      { account: to, side: 'credit', amount },
    ];
    await Promise.all(
      Object.entries(ways).map(async ([way, record]) => {
        const [from, to] = [`${way}:from`, `${way}:to`];
        const fields = { currency: currency.code, min_balance: null };
        await client.open(from, { ...fields, type: 'liability' });
        await client.open(to, { ...fields, type: 'revenue' });
        const recorded = await record({ client, amount, part, entries }, from, to);
        const moved = recorded.map(({ entries }) => BigInt(entries[0].amount));
        expect(String(moved.reduce((a, b) => a + b))).toBe(amount);
        await readBack(
          client,
          from,
          { debits: amount, credits: '0', balance: `-${amount}` },
          currency.decimals,
        );
        await readBack(client, to, { debits: '0', credits: amount, balance: amount }, currency.decimals);
        await eventsSay(client, recorded);
      }),
    );
    await inLists(client, amount, Object.keys(ways), currency.code);
    await atLimits(client, whole, currency.code);
    await splitAndReversed(client, whole, part, currency.code);
  });
  await fc.assert(property, { numRuns: Number(process.env.AMOUNT_RUNS ?? 12) });
}, 600_000);

type Totals = { debits: string; credits: string; balance: string };
/** One account by every way of reading it. */
async function readBack(client: Client, id: string, posted: Totals, decimals: number): Promise<void> {
  const read = async (query = '') => (await client.get(`accounts/${id}${query}`)).body;
  const { version, balances } = await read();
  const pending = { debits: '0', credits: '0' };
  expect(balances).toEqual({ posted, pending, available: posted.balance });
  expect((await read(`?consistency=eventual&min_version=${version}`)).balances).toEqual(balances);
  expect((await read('?at=2100-01-01T00:00:00Z')).balances).toEqual(balances);
  for (const more of ['', `&consistency=eventual&min_version=${version}`]) {
    const rows: Json[] = (await read(`/entries?limit=10${more}`)).data;
    expect(rows[0].balances).toEqual(balances);
    const sum = (side: string) => sumOf(rows.filter((row) => row.side === side).map((row) => row.posted));
    expect([sum('debit'), sum('credit')]).toEqual([posted.debits, posted.credits]);
    const statement = await read(`/statement?limit=10${more}`);
    expect([statement.opening, statement.closing]).toEqual(['0', posted.balance]);
    expect(statement.lines.at(-1).balance).toBe(posted.balance);
    expect(sumOf(statement.lines.map(({ amount }: Json) => amount))).toBe(posted.balance.replace('-', ''));
  }
  const csv = (await client.get(`accounts/${id}/statement`, { accept: 'text/csv' })).text;
  const cells = csv
    .trim()
    .split('\r\n')
    .slice(2)
    .map((line) => line.split(',').slice(-3));
  expect(cells.at(-1)!.at(-1)).toBe(decimal(posted.balance, decimals));
  const minor = (column: number) =>
    sumOf(
      cells
        .map((row) => row[column]!)
        .filter((cell) => cell)
        .map((cell) => cell.replace('.', '')),
    );
  expect([minor(0), minor(1)]).toEqual([posted.debits, posted.credits]);
}
const sumOf = (texts: string[]): string => String(texts.reduce((sum, text) => sum + BigInt(text), 0n));

/** In units of the currency, by moving the point in the text. */
function decimal(minor: string, decimals: number): string {
  if (decimals === 0) return minor;
  const padded = minor.replace('-', '').padStart(decimals + 1, '0');
  return `${minor.startsWith('-') ? '-' : ''}${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

/** The event as it is stored for Kafka, and in the feed. */
async function eventsSay(client: Client, transactions: Json[]): Promise<void> {
  const ids = transactions.map(({ id }) => id);
  const query = 'select payload from journal.outbox where event_id = any ($1)';
  const stored: Json[] = (await database.query(query, [ids])).rows.map(({ payload }) => JSON.parse(payload));
  const feed = (await client.get('events?limit=1000')).text.trim().split('\n');
  const told: Json[] = feed
    .map((line) => JSON.parse(line).event)
    .filter(({ event_id }) => ids.includes(event_id));
  expect([stored.length, told.length]).toEqual([ids.length, ids.length]);
  for (const { event_id, entries } of [...stored, ...told]) {
    const answered = transactions.find(({ id }) => id === event_id).entries;
    for (const [i, entry] of entries.entries()) {
      const { debits, credits } = answered[i].balances.posted;
      const totals = [entry.posted, entry.posted_debits, entry.posted_credits];
      expect(totals).toEqual([answered[i].amount, debits, credits]);
    }
  }
}

/** Lists, filters and sums, which come from the read model. */
async function inLists(client: Client, amount: string, ways: string[], currency: string): Promise<void> {
  const get = async (path: string) => (await client.get(path)).body.data;
  const to = ways.map((way) => `${way}:to`).sort();
  const from = ways.map((way) => `${way}:from`).sort();
  const ids = async (query: string) =>
    (await get(`accounts?limit=100&${query}`)).map(({ id }: Json) => id).sort();
  const off = (by: bigint, sign = '') => `${BigInt(sign + amount) + by}`;
  await eventually(async () => {
    expect(await ids(`balance[eq]=${amount}`)).toEqual(to);
    expect(await ids(`balance[eq]=-${amount}`)).toEqual(from);
  });
  expect(await ids(`balance[gte]=${amount}`)).toEqual(to);
  expect(await ids(`balance[gt]=${amount}`)).toEqual([]);
  expect(await ids(`balance[gt]=${off(-1n)}`)).toEqual(to);
  expect(await ids(`balance[lt]=${off(1n, '-')}`)).toEqual(from);
  for (const row of await get('accounts?limit=100'))
    expect(row.balances.posted.balance).toBe(row.id.endsWith(':to') ? amount : `-${amount}`);
  const listed = await get('transactions?limit=100&kind=posting');
  expect(new Set(listed.flatMap(({ entries }: Json) => entries).map((entry: Json) => entry.amount))).toEqual(
    new Set([amount]),
  );
  const total = String(BigInt(amount) * BigInt(ways.length));
  await eventually(async () => {
    const { body } = await client.get('trial-balance');
    expect(body.totals).toEqual([{ currency, debits: total, credits: total }]);
  });
}

/** The very amount is within a limit or meets a condition; one more or less is not. */
async function atLimits(client: Client, amount: bigint, currency: string): Promise<void> {
  await client.open('world', { type: 'asset', currency, min_balance: null });
  const full = await client.open('full', { currency, max_balance: String(amount) });
  expect(full.max_balance).toBe(String(amount));
  const low = await client.open('low', { currency, min_balance: String(-amount) });
  expect(low.min_balance).toBe(String(-amount));
  const code = async (reply: Promise<Reply>) => (await reply).body.code;
  if (amount < MAX) {
    expect(await code(client.transfer('world', 'full', String(amount + 1n)))).toBe('LIMIT_EXCEEDED');
    expect(await code(client.transfer('low', 'world', String(amount + 1n)))).toBe('INSUFFICIENT_FUNDS');
  }
  await done(client.transfer('world', 'full', String(amount)));
  await done(client.transfer('low', 'world', String(amount)));
  expect(await code(client.transfer('world', 'full', '1'))).toBe('LIMIT_EXCEEDED');
  const short = await client.transfer('low', 'world', '1');
  expect(short.body).toMatchObject({ available: String(-amount), required: '1' });
  expect((await client.account('full')).max_balance).toBe(String(amount));
  const asked = (eq: bigint) =>
    client.post('transactions?dry_run=true', {
      entries: [
        { account: 'full', side: 'debit', amount: '1', if: { posted: { eq: String(eq) } } },
        { account: 'low', side: 'credit', amount: '1' },
      ],
    });
  expect((await asked(amount)).status).toBe(200);
  expect(await code(asked(amount - 1n))).toBe('CONDITION_FAILED');
}

/** Nothing is lost or made where an amount is divided, or taken back. */
async function splitAndReversed(
  client: Client,
  amount: bigint,
  part: string,
  currency: string,
): Promise<void> {
  for (const id of ['s', 't', 'u']) await client.open(id, { currency, min_balance: null });
  const to = [
    { account: 't', share: '33.3333333333%' },
    { account: 'u', share: 'remaining' },
  ];
  const split = await done(client.post('transfers', { from: 's', to, amount: String(amount) }));
  const [out, ...parts]: string[] = split.entries.map((entry: Json) => entry.amount);
  expect([out, sumOf(parts)]).toEqual([String(amount), String(amount)]);
  const exact = (amount * 333333333333n) / 10n ** 12n;
  const third = (await client.account('t')).balances.posted.balance;
  expect([exact, exact + 1n].map(String)).toContain(third);
  await client.open('v', { currency, min_balance: null });
  await client.open('w', { currency, min_balance: null });
  const original = await done(client.transfer('v', 'w', String(amount)));
  const reversal = await done(client.post(`transactions/${original.id}/reverse`, { amount: part }));
  expect(reversal.entries.map((entry: Json) => entry.amount)).toEqual([part, part]);
  const left = String(amount - BigInt(part));
  expect(await client.balance('w')).toBe(left);
  const again = await client.post(`transactions/${original.id}/reverse`, { amount: String(amount) });
  expect(again.body).toMatchObject({ code: 'REVERSAL_EXCEEDS_ORIGINAL', remaining: left });
}
