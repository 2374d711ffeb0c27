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

  it('is given up in the end: 503, nothing recorded', async () => {
    const before = await client.balance('partner');
    await lock('locked');
    const reply = await client.transfer('locked', 'partner', '1');
    expect([reply.status, reply.body.code]).toEqual([503, 'UNAVAILABLE']);
    await holder.query('rollback');
    expect(await client.balance('partner')).toBe(before);
  });
});
