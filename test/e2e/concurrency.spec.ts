import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client } from '../support/client.js';
import { atOnce, expectSoundBooks, tally } from '../support/races.js';
import { startService, type TestService } from '../support/service.js';

let services: TestService[];
let clients: [Client, Client];
let database: pg.Client;
let client: Client;

beforeAll(async () => {
  const one = await startService({ WRITERS: '4' });
  services = [one, await startService({ WRITERS: '4' }, one.databaseUrl)];
  clients = services.map(({ url }) => createClient(url)) as [Client, Client];
  client = clients[0];
  database = new pg.Client({ connectionString: one.databaseUrl });
  await database.connect();
  await client.open('world', { min_balance: null });
});

afterAll(async () => {
  await database?.end();
  for (const service of [...(services ?? [])].reverse()) await service.stop();
});

test('transfers in opposite directions neither deadlock nor lose a unit', async () => {
  for (const id of ['left', 'right', 'third']) {
    await client.open(id);
    await client.transfer('world', id, '10000');
  }
  const ring = ['left', 'right', 'third'];
  const replies = await atOnce(clients, 600, 60, (on, i) => {
    const [from, to] = i % 2 ? [0, 1] : [1, 0];
    return i % 5 === 0
      ? on.transfer(ring[i % 3]!, ring[(i + 1) % 3]!, 7)
      : on.transfer(ring[from]!, ring[to]!, (i % 9) + 1);
  });
  expect(tally(replies)).toEqual({ '201': 600 });
  const balances = await Promise.all(ring.map((id) => client.balance(id)));
  expect(balances.reduce((sum, balance) => sum + BigInt(balance), 0n)).toBe(30000n);
  await expectSoundBooks(database);
});

test('of 200 that want 10 from an account of 555, exactly 55 succeed and none overdraws', async () => {
  await client.open('hot');
  await client.open('sink');
  await client.transfer('world', 'hot', 555);
  const replies = await atOnce(clients, 200, 100, (on) => on.transfer('hot', 'sink', 10));
  expect(tally(replies)).toEqual({ '201': 55, INSUFFICIENT_FUNDS: 145 });
  expect(await client.balance('hot')).toBe('5');
  const { rows } = await database.query(`
    select min(posted_credits - posted_debits) as least from journal.entries e
    join journal.accounts a on a.no = e.account_no where a.id = 'hot'`);
  expect(rows[0].least).toBe('5');
  await expectSoundBooks(database);
});

test('a floor below zero and a ceiling hold under load too', async () => {
  await client.open('overdraft', { min_balance: '-100' });
  await client.open('capped', { max_balance: '95' });
  const down = atOnce(clients, 60, 30, (on) => on.transfer('overdraft', 'world', 10));
  const up = atOnce(clients, 60, 30, (on) => on.transfer('world', 'capped', 10));
  expect(tally(await down)).toEqual({ '201': 10, INSUFFICIENT_FUNDS: 50 });
  expect(tally(await up)).toEqual({ '201': 9, LIMIT_EXCEEDED: 51 });
  expect(await client.balance('overdraft')).toBe('-100');
  expect(await client.balance('capped')).toBe('90');
});

test('one id opened by many at once is opened once', async () => {
  const replies = await atOnce(clients, 40, 40, (on, i) =>
    on.post('accounts', { id: 'contested', type: 'liability', currency: 'USD', metadata: { by: i } }),
  );
  expect(tally(replies)).toEqual({ '201': 1, ALREADY_EXISTS: 39 });
  const winner = replies.find(({ status }) => status === 201)!;
  expect(await client.account('contested')).toEqual(winner.body);
});

test('many ids opened by several at once, in opposite order, are each opened once', async () => {
  const replies = await atOnce(clients, 200, 50, (on, i) =>
    on.post('accounts', { id: `race-${i % 2 ? i >> 1 : 99 - (i >> 1)}`, type: 'asset', currency: 'USD' }),
  );
  expect(tally(replies)).toEqual({ '201': 100, ALREADY_EXISTS: 100 });
});

test('one reference used by many at once is used once, and all others are told by whom', async () => {
  await client.open('refs');
  const replies = await atOnce(clients, 40, 40, (on, i) =>
    on.transfer('world', 'refs', i + 1, { reference: 'contested' }),
  );
  expect(tally(replies)).toEqual({ '201': 1, REFERENCE_ALREADY_USED: 39 });
  const winner = replies.find(({ status }) => status === 201)!.body.id;
  for (const { status, body } of replies) if (status === 409) expect(body.transaction_id).toBe(winner);
  expect((await client.account('refs')).version).toBe(1);
});

test('one transaction id chosen by many at once is taken once', async () => {
  await client.open('ids');
  const id = randomUUID();
  const replies = await atOnce(clients, 40, 40, (on, i) => on.transfer('world', 'ids', i + 1, { id }));
  expect(tally(replies)).toEqual({ '201': 1, ALREADY_EXISTS: 39 });
  expect((await client.get(`transactions/${id}`)).body.id).toBe(id);
});

test('a posting that races with a freeze is either before it or refused', async () => {
  await client.open('frosty');
  const replies = await atOnce(clients, 80, 40, (on, i) =>
    i === 40 ? on.post('accounts/frosty/freeze') : on.transfer('world', 'frosty', 1),
  );
  const counts = tally(replies);
  expect(counts['200']).toBe(1);
  expect((counts['201'] ?? 0) + (counts['ACCOUNT_FROZEN'] ?? 0)).toBe(79);
  expect((await client.account('frosty')).version).toBe(counts['201'] ?? 0);
  expect((await client.transfer('world', 'frosty', 1)).body.code).toBe('ACCOUNT_FROZEN');
});

test('patches that race change one after the other, or are told the revision moved on', async () => {
  await client.open('patched');
  const replies = await atOnce(clients, 20, 20, (on, i) =>
    on.send('PATCH', 'accounts/patched', { metadata: { [`k${i}`]: i } }, { headers: { 'if-match': '"1"' } }),
  );
  expect(tally(replies)).toEqual({ '200': 1, REVISION_MISMATCH: 19 });
  await atOnce(clients, 20, 20, (on, i) =>
    on.send('PATCH', 'accounts/patched', { metadata: { [`m${i}`]: i } }),
  );
  const { revision, metadata } = await client.account('patched');
  expect(revision).toBe(22);
  expect(Object.keys(metadata)).toHaveLength(21);
});

test('transactions of many legs on the same accounts in any order, from both services', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `many-${i}`);
  for (const id of ids) await client.open(id, { min_balance: null });
  const replies = await atOnce(clients, 100, 40, (on, i) => {
    const order = i % 2 ? ids : [...ids].reverse();
    const entries = order.map((account, n) => ({
      account,
      side: n % 2 ? 'debit' : 'credit',
      amount: (i % 7) + 1,
    }));
    return on.post('transactions', { entries });
  });
  expect(tally(replies)).toEqual({ '201': 100 });
  await expectSoundBooks(database);
});
