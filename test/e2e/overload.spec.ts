import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Reply } from '../support/client.js';
import { startLink } from '../support/link.js';
import { createDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';
import { writeTokens } from '../support/tokens.js';

let service: TestService;
let client: Client;
let owner: pg.Client;

beforeAll(async () => {
  service = await startService({ QUEUE_LIMIT: '5', BATCH_LIMIT: '2', WRITERS: '1' });
  client = createClient(service.url);
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  for (const id of ['from', 'to']) await client.open(id, { min_balance: null });
});

afterAll(async () => {
  await owner?.end();
  await service?.stop();
});

const transactions = async () =>
  Number((await owner.query('select count(*) from journal.transactions')).rows[0].count);

describe('more commands than the queue holds', () => {
  it('are answered 503 OVERLOADED and recorded when they come again', async () => {
    const keys = Array.from({ length: 60 }, () => randomUUID());
    const send = (key: string) => client.transfer('from', 'to', '1', {}, { key });
    const replies = await Promise.all(keys.map(send));
    const refused = replies.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(keys.length);
    for (const { body, headers } of refused) {
      expect(body).toMatchObject({ code: 'OVERLOADED', status: 503 });
      expect(headers.get('retry-after')).toBe('1');
    }
    expect(await transactions()).toBe(keys.length - refused.length);
    for (const key of keys) expect((await send(key)).status).toBe(201);
    expect(await transactions()).toBe(keys.length);
  });
});

describe('one who sends more than is recorded', () => {
  it('lengthens its own queue, and nobody else’s', async () => {
    const tokens = await writeTokens({ noisy: '', quiet: '' });
    const settings = { API_TOKENS_FILE: tokens.file, QUEUE_LIMIT: '40', BATCH_LIMIT: '2', WRITERS: '1' };
    const shared = await startService(settings, service.databaseUrl);
    let over = false;
    try {
      const [noisy, quiet] = ['noisy', 'quiet'].map((name) => createClient(shared.url, 'main', name)) as [
        Client,
        Client,
      ];
      const replies: Reply[] = [];
      const sender = async () => {
        while (!over) {
          const reply = await noisy.transfer('from', 'to', 1);
          replies.push(reply);
          if (reply.status === 503) await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      const flood = Promise.all(Array.from({ length: 80 }, sender));
      await eventually(async () => replies.some(({ status }) => status === 503));
      const others = [];
      for (let n = 0; n < 10; n++) others.push(await quiet.transfer('from', 'to', 1));
      over = true;
      await flood;
      expect(others.map(({ status }) => status)).toEqual(others.map(() => 201));
      const refused = replies.filter(({ status }) => status !== 201);
      expect(refused.length).toBeGreaterThan(0);
      for (const reply of refused) expectOverloaded(reply);
      const { rows } = await owner.query(
        `select count(*)::int as count from journal.transactions where principal = 'noisy'`,
      );
      expect(rows[0].count).toBe(replies.length - refused.length);
    } finally {
      over = true;
      await shared.stop();
      await tokens.remove();
    }
  });
});

describe('a database that does not answer', () => {
  it('has history refused first, then what says it may be, then money, but not that of others', async () => {
    const database = await createDatabase();
    const url = new URL(database.url);
    const link = await startLink(Number(url.port));
    url.port = String(link.port);
    const tokens = await writeTokens({ noisy: '', quiet: '' });
    const settings = { API_TOKENS_FILE: tokens.file, MAX_WAIT_MS: '3500', WRITERS: '1', BATCH_LIMIT: '1' };
    const slow = await startService(settings, url.href);
    try {
      const [noisy, quiet] = ['noisy', 'quiet'].map((name) => createClient(slow.url, 'main', name)) as [
        Client,
        Client,
      ];
      for (const id of ['from', 'to']) await noisy.open(id, { min_balance: null });
      const kinds: Record<string, () => Promise<Reply>> = {
        patient: () => noisy.transfer('from', 'to', 1, {}, { headers: { priority: 'u=7' } }),
        history: () => quiet.get('accounts'),
        point: () => quiet.get('accounts/from'),
        money: () => noisy.transfer('from', 'to', 1),
      };
      const order: string[] = [];
      const sent: Promise<Reply>[] = [];
      link.interrupt();
      while (!order.includes('money')) {
        for (const [kind, send] of Object.entries(kinds)) {
          const reply = send();
          sent.push(reply);
          void reply.then(({ body }) => {
            if (/^more commands wait/.test(body.detail ?? '') && !order.includes(kind)) order.push(kind);
          });
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(order).toEqual(['patient', 'history', 'point', 'money']);
      const others = quiet.transfer('from', 'to', 1);
      expectOverloaded(await noisy.transfer('from', 'to', 1));
      link.mend();
      expect((await others).status).toBe(201);
      const replies = await Promise.all(sent);
      for (const reply of replies) if (reply.body.code === 'OVERLOADED') expectOverloaded(reply);
      for (const send of Object.values(kinds)) expect((await send()).status).toBeLessThan(300);
      const taken = replies.filter(({ status }) => status === 201).length;
      expect(Number(await noisy.balance('to'))).toBe(taken + 3);
    } finally {
      await slow.stop();
      await link.close();
      await database.drop();
      await tokens.remove();
    }
  });
});

function expectOverloaded({ status, body, headers }: Reply): void {
  expect([status, body.code]).toEqual([503, 'OVERLOADED']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
}

describe.each(['40001', '40P01'])('a conflict that Postgres reports (%s)', (code) => {
  it('is tried again until it is gone', async () => {
    const before = await transactions();
    await conflicting(code, 4, async (attempts) => {
      expect((await client.transfer('from', 'to', '1')).status).toBe(201);
      expect(await attempts()).toBe(5);
    });
    expect(await transactions()).toBe(before + 1);
  });

  it('is given up after ten attempts: 503, nothing recorded, the key still free', async () => {
    const key = randomUUID();
    const before = await transactions();
    await conflicting(code, 1_000, async (attempts) => {
      const reply = await client.transfer('from', 'to', '1', {}, { key });
      expect(reply.status).toBe(503);
      expect(reply.body).toMatchObject({ code: 'UNAVAILABLE' });
      expect(await attempts()).toBe(10);
    });
    expect(await transactions()).toBe(before);
    const again = await client.transfer('from', 'to', '1', {}, { key });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBeNull();
  });
});

/** While `work` runs, the first `times` inserts of transactions fail; the sequence counts across rollbacks. */
async function conflicting(
  code: string,
  times: number,
  work: (attempts: () => Promise<number>) => Promise<void>,
): Promise<void> {
  await owner.query(`
    create sequence public.attempts;
    grant usage on sequence public.attempts to public;
    create function public.conflict() returns trigger language plpgsql as $$
    begin
      if nextval('public.attempts') <= ${times} then
        raise exception 'conflict' using errcode = '${code}';
      end if;
      return null;
    end $$;
    create trigger conflict after insert on journal.transactions
      for each statement execute function public.conflict()`);
  try {
    await work(async () =>
      Number((await owner.query('select last_value from public.attempts')).rows[0].last_value),
    );
  } finally {
    await owner.query(`
      drop trigger conflict on journal.transactions;
      drop function public.conflict;
      drop sequence public.attempts`);
  }
}
