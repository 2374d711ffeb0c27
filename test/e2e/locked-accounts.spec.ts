import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
let holder: pg.Client;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  holder = new pg.Client({ connectionString: service.databaseUrl });
  await holder.connect();
  for (const id of ['a', 'b', 'c', 'd', 'partner', 'locked']) await client.open(id, { min_balance: null });
});

afterEach(() => holder.query('rollback'));

afterAll(async () => {
  await holder?.end();
  await service?.stop();
});

async function lock(id: string): Promise<void> {
  await holder.query('begin');
  await holder.query('select from journal.accounts where id = $1 for update', [id]);
}

describe('an account that something holds locked', () => {
  it('does not stop unrelated ones, and goes on when it is let go', async () => {
    await lock('locked');
    const waiting = Promise.all([1, 2, 3].map(() => client.transfer('locked', 'partner', '1')));
    let done = false;
    void waiting.then(() => (done = true));
    for (let n = 0; n < 3; n += 1) {
      const others = await Promise.all(['a', 'b', 'c'].map((id) => client.transfer('d', id, '1')));
      expect(others.map(({ status }) => status)).toEqual([201, 201, 201]);
    }
    expect(done).toBe(false);
    await holder.query('rollback');
    expect((await waiting).map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await client.account('locked')).version).toBe(3);
  });

  it('does not keep a stored answer from being given again', async () => {
    const key = randomUUID();
    const send = () => client.transfer('locked', 'partner', '1', {}, { key });
    const first = await send();
    await lock('locked');
    const waiting = [1, 2].map(() => client.transfer('locked', 'partner', '1'));
    const again = await Promise.all([send(), send(), send()]);
    expect(again.map(({ text }) => text)).toEqual([first.text, first.text, first.text]);
    await holder.query('rollback');
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([201, 201]);
  });

  it('keeps no service from stopping: who waits is told 503 at once', async () => {
    const other = await startService({}, service.databaseUrl);
    await lock('locked');
    const waiting = createClient(other.url).transfer('locked', 'partner', '1');
    // Long enough to be waiting for the lock, or put aside because of it.
    await sleep(1_500);
    await other.stop();
    expect((await waiting).status).toBe(503);
  });

  it('is given up in the end: 503, nothing recorded', async () => {
    const before = await client.balance('partner');
    await lock('locked');
    const reply = await client.transfer('locked', 'partner', '1');
    expect([reply.status, reply.body.code]).toEqual([503, 'UNAVAILABLE']);
    await holder.query('rollback');
    expect(await client.balance('partner')).toBe(before);
  });
});
