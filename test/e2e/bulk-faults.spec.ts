import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Json } from '../support/client.js';
import { startProgram } from '../support/program.js';
import { startService, type TestService } from '../support/service.js';
import { openStream, stream } from '../support/stream.js';

let service: TestService;
let client: Client;
let owner: pg.Client;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  for (const id of ['world', 'shop']) await client.open(id, { min_balance: null });
});

afterAll(async () => {
  await owner?.end();
  await service?.stop();
});

const transfer = (more: object = {}) => ({
  command: 'transfer',
  from: 'world',
  to: 'shop',
  amount: '1',
  ...more,
});
const bulk = (commands: unknown[], key: string = randomUUID(), mode = 'independent') =>
  client.post('bulk', { mode, commands }, { key });
const statuses = (answers: Json[]): number[] => answers.map(({ status }) => status);
const version = async (id: string): Promise<number> => (await client.account(id)).version;
const keysOf = async (key: string): Promise<string[]> => {
  const text =
    'select idempotency_key from journal.transactions where idempotency_key like $1 order by sequence';
  return (await owner.query(text, [`${key}→%`])).rows.map((row) => row.idempotency_key);
};

describe('a bulk that stops in the middle', () => {
  test('JSON: 503 that says how far it came; the same again goes on there, each command once', async () => {
    const key = randomUUID();
    const before = await version('shop');
    const commands = Array.from({ length: 1_200 }, () => transfer());
    const refused = await failing('n > 2', '40001', () => bulk(commands, key));
    expect([refused.status, refused.body.code, refused.body.completed]).toEqual([503, 'UNAVAILABLE', 1_000]);
    expect(refused.headers.get('retry-after')).toBe('1');
    const done = await keysOf(key);
    expect(done).toEqual(Array.from({ length: 1_000 }, (_, n) => `${key}→${n}`));
    const { status, body, headers } = await bulk(commands, key);
    expect([status, headers.get('idempotent-replayed')]).toEqual([200, null]);
    expect(new Set(statuses(body.results))).toEqual(new Set([201]));
    expect(await version('shop')).toBe(before + 1_200);
    const again = await bulk(commands, key);
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([body, 'true']);
  });

  test('as lines: it waits and goes on by itself', async () => {
    const before = await version('shop');
    const lines = Array.from({ length: 700 }, () => transfer());
    const answers = await failing('n between 2 and 13', '40001', () => stream(service.url, lines));
    expect(new Set(statuses(answers))).toEqual(new Set([201]));
    expect(await version('shop')).toBe(before + 700);
  });

  test('atomic: 503 and nothing is done; the same again does all of it', async () => {
    const key = randomUUID();
    const before = await version('shop');
    const commands = Array.from({ length: 20 }, () => transfer());
    const refused = await failing('true', '40001', () => bulk(commands, key, 'atomic'));
    expect(refused.status).toBe(503);
    expect(await version('shop')).toBe(before);
    expect((await bulk(commands, key, 'atomic')).status).toBe(201);
    expect(await version('shop')).toBe(before + 20);
  });
});

describe('a service that is killed in the middle', () => {
  test.each(['lines', 'JSON'])('%s: another goes on, and what was answered is answered again', async (as) => {
    const program = await startProgram(service.databaseUrl);
    const key = randomUUID();
    const before = await version('shop');
    const commands = Array.from({ length: 3_000 }, () => transfer());
    let answered: Json[] = [];
    if (as === 'lines') answered = await cutOff(program, commands, key);
    else {
      const sent = createClient(program.url).post('bulk', { mode: 'independent', commands }, { key });
      const failed = expect(sent).rejects.toThrow();
      await eventually(async () => (await version('shop')) >= before + 500);
      await program.kill9();
      await failed;
    }
    const done = await keysOf(key);
    expect(done.length).toBeGreaterThanOrEqual(Math.max(answered.length, 500));
    expect(done.length).toBeLessThan(commands.length);
    const { body } = await bulk(commands, key);
    expect(new Set(statuses(body.results))).toEqual(new Set([201]));
    expect(body.results.slice(0, answered.length)).toEqual(answered);
    expect(await version('shop')).toBe(before + commands.length);
    await program.stop();
  });

  async function cutOff(
    program: Awaited<ReturnType<typeof startProgram>>,
    commands: object[],
    key: string,
  ): Promise<Json[]> {
    const opened = await openStream(program.url, { key });
    const sending = opened.send(...commands).catch(() => {});
    const answered: Json[] = [];
    const reading = (async () => {
      for (;;) answered.push(await opened.next());
    })();
    const broken = expect(reading).rejects.not.toThrow('the stream has ended');
    await eventually(async () => answered.length >= 500);
    await program.kill9();
    await Promise.all([broken, sending]);
    return answered;
  }
});

describe('a command that Postgres refuses for a reason of its own', () => {
  const poisoned = [transfer(), transfer({ description: 'poison' }), transfer()];
  const poison = `exists (select from added where description = 'poison')`;

  test.each(['lines', 'JSON'])('%s: it is a 500 alone, its neighbours take effect', async (as) => {
    const key = randomUUID();
    const before = await version('shop');
    const send = async () =>
      as === 'lines' ? stream(service.url, poisoned, { key }) : (await bulk(poisoned, key)).body.results;
    const answers = await failing(poison, 'P0001', send);
    expect(answers.map(({ status, body }: Json) => body.code ?? status)).toEqual([201, 'INTERNAL', 201]);
    expect(await version('shop')).toBe(before + 2);
    expect(statuses(await send())).toEqual([201, 201, 201]);
    expect(await version('shop')).toBe(before + 3);
  });

  test('atomic: 500 and nothing is done', async () => {
    const before = await version('shop');
    const { status } = await failing(poison, 'P0001', () => bulk(poisoned, randomUUID(), 'atomic'));
    expect(status).toBe(500);
    expect(await version('shop')).toBe(before);
  });
});

/** While `work` runs, inserts of transactions (`added`) fail where `condition` holds; they are counted by `n`. */
async function failing<T>(condition: string, code: string, work: () => Promise<T>): Promise<T> {
  await owner.query(`
    create sequence public.attempts;
    grant usage on sequence public.attempts to public;
    create function public.fail() returns trigger language plpgsql as $$
    declare n bigint := nextval('public.attempts');
    begin
      if ${condition} then raise exception 'failure' using errcode = '${code}'; end if;
      return null;
    end $$;
    create trigger fail after insert on journal.transactions referencing new table as added
      for each statement execute function public.fail()`);
  try {
    return await work();
  } finally {
    await owner.query(`
      drop trigger fail on journal.transactions;
      drop function public.fail;
      drop sequence public.attempts`);
  }
}
