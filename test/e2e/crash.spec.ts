import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Reply } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

let testDatabase: TestDatabase;
let proxy: TcpProxy;
let service: TestService;
let database: pg.Client;
let client: Client;

beforeAll(async () => {
  testDatabase = await createDatabase();
  proxy = await startTcpProxy(testDatabase.url);
  service = await startService({}, proxy.url);
  client = createClient(service.url);
  database = new pg.Client({ connectionString: testDatabase.url });
  await database.connect();
  await client.open('world', { min_balance: null });
});

afterAll(async () => {
  await database?.end();
  await service?.stop();
  await proxy?.close();
  await testDatabase?.drop();
});

afterEach(() => {
  proxy.vanish(false);
  proxy.dropAnswersOfCommit(0);
  proxy.dropCommits(0);
});

const rows = async (text: string, values: unknown[] = []) => (await database.query(text, values)).rows;
const withKey = (key: string) =>
  rows('select id, sequence from journal.transactions where idempotency_key = $1', [key]);

test('a COMMIT whose answer is lost is found out: 201, recorded once, and replayed', async () => {
  await client.open('lost-answer');
  const key = randomUUID();
  const cut = proxy.cut;
  proxy.dropAnswersOfCommit(1);
  const reply = await client.transfer('world', 'lost-answer', 5, {}, { key });
  expect(proxy.cut).toBe(cut + 1);
  expect(reply.status).toBe(201);
  expect(reply.headers.get('idempotent-replayed')).toBeNull();
  expect(await withKey(key)).toHaveLength(1);
  const again = await client.transfer('world', 'lost-answer', 5, {}, { key });
  expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
    201,
    reply.text,
    'true',
  ]);
  expect(await client.balance('lost-answer')).toBe('5');
});

test('a change under If-Match whose COMMIT is not answered is told as made', async () => {
  await client.open('changed-in-the-dark');
  proxy.dropAnswersOfCommit(1);
  const reply = await client.send(
    'PATCH',
    'accounts/changed-in-the-dark',
    { metadata: { tier: 'gold' } },
    { headers: { 'if-match': '"1"' } },
  );
  expect([reply.status, reply.body.code, reply.headers.get('etag')]).toEqual([200, undefined, '"2"']);
});

test('a COMMIT of which nothing can be found out is 503, and the same again tells', async () => {
  await client.open('unknown');
  const key = randomUUID();
  proxy.vanishAtCommit();
  const reply = await client.transfer('world', 'unknown', 5, {}, { key });
  expect([reply.status, reply.body.code]).toEqual([503, 'UNAVAILABLE']);
  proxy.vanish(false);
  await eventually(async () => (await client.transfer('world', 'unknown', 5, {}, { key })).status === 201);
  expect(await withKey(key)).toHaveLength(1);
  expect(await client.balance('unknown')).toBe('5');
});

test('an account whose opening was committed without an answer can be used at once', async () => {
  proxy.dropAnswersOfCommit(1);
  await client.open('opened-in-the-dark');
  expect((await client.transfer('world', 'opened-in-the-dark', 1)).status).toBe(201);
  const events = await rows(`select from journal.outbox where aggregateid = 'main/opened-in-the-dark'`);
  expect(events).toHaveLength(1);
});

test('a COMMIT that never reached Postgres is known to have failed, and done again', async () => {
  await client.open('lost-commit');
  const key = randomUUID();
  const cut = proxy.cut;
  proxy.dropCommits(2);
  const reply = await client.transfer('world', 'lost-commit', 5, {}, { key });
  expect(proxy.cut).toBe(cut + 2);
  expect(reply.status).toBe(201);
  expect(await withKey(key)).toEqual([{ id: reply.body.id, sequence: expect.any(String) }]);
  expect((await client.account('lost-commit')).version).toBe(1);
});

test('commits that fail again and again end in 503 with nothing recorded, and the key is still free', async () => {
  await client.open('unlucky');
  const key = randomUUID();
  proxy.dropCommits(1_000);
  const reply = await client.transfer('world', 'unlucky', 5, {}, { key });
  expect([reply.status, reply.body.code]).toEqual([503, 'UNAVAILABLE']);
  expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
  proxy.dropCommits(0);
  expect(await withKey(key)).toHaveLength(0);
  expect((await client.transfer('world', 'unlucky', 5, {}, { key })).status).toBe(201);
  expect(await client.balance('unlucky')).toBe('5');
});

test('a crowd whose COMMITs lose their answers is told the truth, each of them', async () => {
  await client.open('crowd');
  const keys = Array.from({ length: 60 }, () => randomUUID());
  proxy.dropAnswersOfCommit(3);
  const replies = await Promise.all(keys.map((key) => client.transfer('world', 'crowd', 1, {}, { key })));
  expect(replies.map(({ status }) => status)).toEqual(keys.map(() => 201));
  expect((await client.account('crowd')).version).toBe(60);
  const found = await rows('select id from journal.transactions where idempotency_key = any($1)', [keys]);
  expect(found.map(({ id }) => id).sort()).toEqual(replies.map(({ body }) => body.id).sort());
});

test('while the service’s backends are killed again and again, what it acknowledged is recorded once', async () => {
  await client.open('load');
  const done = new Map<string, Reply>();
  let running = true;
  let killed = 0;
  const killer = (async () => {
    while (running) {
      const [row] = await rows(
        `select count(pg_terminate_backend(pid)) as n from pg_stat_activity
         where application_name like 'counterfoil-%' and datname = current_database()`,
      );
      killed += Number(row.n);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  })();
  const until = Date.now() + 4_000;
  const worker = async () => {
    while (Date.now() < until) {
      const key = randomUUID();
      done.set(key, await client.transfer('world', 'load', 1, {}, { key }));
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  running = false;
  await killer;
  expect(killed).toBeGreaterThan(10);

  const statuses = new Set([...done.values()].map(({ status }) => status));
  for (const status of statuses) expect([201, 503]).toContain(status);
  const acknowledged = [...done].filter(([, { status }]) => status === 201);
  expect(acknowledged.length).toBeGreaterThan(0);

  const recorded = await rows(
    `select id, idempotency_key from journal.transactions where idempotency_key = any($1)`,
    [[...done.keys()]],
  );
  const byKey = new Map(recorded.map((row) => [row.idempotency_key, row.id]));
  expect(byKey.size).toBe(recorded.length);
  for (const [key, { body }] of acknowledged) expect(byKey.get(key)).toBe(body.id);

  // Whoever got 503 asks again with the key: the answer is the one that was recorded, or it is recorded now.
  for (const [key, { status }] of done) {
    if (status !== 503) continue;
    const again = await client.transfer('world', 'load', 1, {}, { key });
    expect(again.status).toBe(201);
    if (byKey.has(key)) expect(again.body.id).toBe(byKey.get(key));
    expect(again.headers.get('idempotent-replayed')).toBe(byKey.has(key) ? 'true' : null);
  }
  const { version, balances } = await client.account('load');
  expect([version, balances.posted.balance]).toEqual([done.size, String(done.size)]);
  const [events] = await rows(`
    select count(*) as rows, count(distinct event_id) as events, (select count(*) from journal.transactions) as wanted
    from journal.outbox where aggregatetype = 'ledger.transactions'`);
  expect(events).toEqual({ rows: events.wanted, events: events.wanted, wanted: events.wanted });
});

test('without Postgres a command is answered 503 in time, and the service is itself again when it is back', async () => {
  await client.open('patient');
  proxy.vanish(true);
  const started = Date.now();
  const reply = await client.transfer('world', 'patient', 1);
  expect([reply.status, reply.body.code]).toEqual([503, 'UNAVAILABLE']);
  const read = await client.get('accounts/patient');
  expect(read.status).toBe(503);
  expect(Date.now() - started).toBeLessThan(20_000);
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(503);
  expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

  proxy.vanish(false);
  await eventually(async () => (await client.transfer('world', 'patient', 1)).status === 201);
  await eventually(async () => (await fetch(`${service.url}/health/ready`)).status === 200);
  expect(await client.balance('patient')).toBe('1');
});
