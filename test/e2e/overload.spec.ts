import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

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
