import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { Journal } from '../../src/ledger/journal/journal.js';
import type { Outcome, Request } from '../../src/ledger/journal/request.js';
import type { Command } from '../../src/ledger/rules/command.js';
import { createPool } from '../../src/platform/postgres.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

// Two processes' journals over one database. Batches of one of them are decided one upon another before they have their
// locks (A, then B); what the other process does in between must make them all wrong.

let database: TestDatabase;
let owner: pg.Pool;
let pools: [pg.Pool, pg.Pool];
let ours: Journal;
let theirs: Journal;

beforeAll(async () => {
  database = await createDatabase();
  owner = createPool(database.url, { role: 'counterfoil_owner', max: 2, applicationName: 'test' });
  const writers = () =>
    createPool(database.url, { role: 'counterfoil_app', max: 6, applicationName: 'test', hot: true });
  pools = [writers(), writers()];
  const hooks = { committed: () => {}, retried: () => {} };
  [ours, theirs] = pools.map((pool) => new Journal(pool, hooks)) as [Journal, Journal];
});

afterAll(async () => {
  for (const pool of [...(pools ?? []), owner]) await pool?.end();
  await database?.drop();
});

function request(command: object, key: string | null = randomUUID()): Request {
  const fingerprint = createHash('sha256').update(JSON.stringify(command, text)).digest().subarray(0, 16);
  const whose = { ledger: 'main', principal: 'test', traceId: 'x', trace: null, dryRun: false };
  return { command: command as Command, idempotencyKey: key, fingerprint, ...whose };
}
const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
const transfer = (from: string, to: string, amount: bigint) =>
  request({ command: 'transfer', from, to, amount });
const patch = (id: string, more: object) => request({ command: 'update_account', id, ...more }, null);

async function submit(journal: Journal, ...requests: Request[]): Promise<Outcome & { said: string }> {
  const outcomes = await journal.append(requests);
  return { ...outcomes.at(-1)!, said: outcomes.map(({ status }) => status).join() };
}

/** An account with 100, and one beside it, both known to our journal. */
async function accounts(): Promise<{ id: string; other: string; cash: string }> {
  const id = randomUUID();
  const [other, cash] = [`${id}-other`, `${id}-cash`];
  const open = (name: string, type: string, minBalance: bigint | null) =>
    request({
      command: 'open_account',
      id: name,
      type,
      currency: 'USD',
      minBalance,
      maxBalance: null,
      metadata: {},
    });
  await submit(ours, open(id, 'liability', 0n), open(other, 'liability', 0n), open(cash, 'asset', null));
  for (const one of [transfer(cash, id, 100n), transfer(cash, other, 5n)]) await submit(ours, one);
  return { id, other, cash };
}

async function stateOf(id: string): Promise<{ status: string; balance: string; sequences: number[] }> {
  const { rows } = await owner.query(
    `select a.status, sum(case e.side when 'credit' then e.posted else -e.posted end)::text as balance,
       array_agg(e.transaction_sequence::int order by e.version) as sequences
     from journal.accounts a join journal.entries e on e.account_no = a.no where a.id = $1 group by a.no`,
    [id],
  );
  return rows[0];
}

/** Their request gets the account's lock first, then ours, in the order given. */
async function race(id: string, their: Request, our: Request[]) {
  const client = await owner.connect();
  await client.query('begin');
  await client.query('select from journal.accounts where id = $1 for no key update', [id]);
  const running = [submit(theirs, their)];
  await sleep(200);
  for (const one of our) {
    running.push(submit(ours, one));
    await sleep(100);
  }
  await client.query('rollback');
  client.release();
  return Promise.all(running);
}

describe('a batch decided upon one that fails', () => {
  it('fails too, though the account has come to the very version that it counted on', async () => {
    const { id, other, cash } = await accounts();
    const [deposit, first, second] = await race(id, transfer(cash, id, 1000n), [
      transfer(id, other, 100n),
      // Upon the first, there is nothing left for this.
      transfer(id, other, 50n),
    ]);
    expect([deposit!.said, first!.said, second!.said]).toEqual(['201', '201', '201']);
    expect((await stateOf(id)).balance).toBe('950');
    expect((await submit(ours, transfer(id, other, 951n))).status).toBe(422);
    expect((await submit(ours, transfer(id, other, 950n))).status).toBe(201);
  });

  it('fails too, though the account has come to the very revision that it counted on', async () => {
    const { id, other } = await accounts();
    const [frozen, patched, moved] = await race(
      id,
      request({ command: 'set_status', id, status: 'frozen' }),
      [patch(id, { minBalance: -1000n }), transfer(id, other, 500n)],
    );
    expect([frozen!.said, patched!.said, moved!.said]).toEqual(['200', '200', '409']);
    expect(JSON.parse(patched!.body)).toMatchObject({ status: 'frozen', revision: 3, min_balance: '-1000' });
    expect(JSON.parse(moved!.body)).toMatchObject({ code: 'ACCOUNT_FROZEN' });
    expect(await stateOf(id)).toMatchObject({ status: 'frozen', balance: '100' });
  });
});

it('a change that comes to nothing is judged by what is so, not by what was', async () => {
  const { id } = await accounts();
  await submit(theirs, patch(id, { metadata: { tier: 'silver' } }));
  const emptied = await submit(ours, patch(id, { metadata: { tier: null } }));
  expect(JSON.parse(emptied.body)).toMatchObject({ metadata: {}, revision: 3 });
  await submit(theirs, patch(id, { metadata: { tier: 'gold' } }));
  expect((await submit(ours, patch(id, { metadata: { q: 1 }, ifRevisions: [4] }))).status).toBe(200);
});

it('what was drawn earlier never comes later on an account', async () => {
  const { id, other } = await accounts();
  const legs = [
    { account: id, side: 'debit', amount: 10n },
    { account: other, side: 'credit', amount: 10n },
  ];
  const held = await submit(ours, request({ command: 'hold', entries: legs, isTransfer: true }));
  const connect = pools[0].connect.bind(pools[0]) as () => Promise<pg.PoolClient>;
  let slow = true;
  // The first batch has drawn its sequences, and is told late what is stored.
  pools[0].connect = (async () => {
    const client = await connect();
    if (!slow) return client;
    slow = false;
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.query = (async (...args: [{ name?: string }]) => {
      const answer = await query(...args);
      if (args[0]?.name === 'stored_results') await sleep(200);
      return answer;
    }) as unknown as typeof client.query;
    return client;
  }) as typeof connect as never;
  const first = submit(ours, transfer(id, other, 1n));
  await sleep(50);
  const second = submit(ours, request({ command: 'void', holdId: JSON.parse(held.body).id }));
  expect([(await first).said, (await second).said]).toEqual(['201', '201']);
  const { sequences } = await stateOf(id);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
});
