import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { Journal } from '../../src/ledger/journal/journal.js';
import type { Request } from '../../src/ledger/journal/request.js';
import type { Command } from '../../src/ledger/rules/command.js';
import { createPool } from '../../src/platform/postgres.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const ACCOUNTS = 40;
let database: TestDatabase;
let pool: pg.Pool;
let owner: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { role: 'counterfoil_app', max: 4, applicationName: 'test' });
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  const ids = Array.from({ length: ACCOUNTS }, (_, n) => `a${n}`);
  const outcomes = await journal().append(ids.map((id) => request(open(id))));
  expect(outcomes.map(({ status }) => status)).toEqual(ids.map(() => 201));
});

afterAll(async () => {
  await owner?.end();
  await pool?.end();
  await database?.drop();
});

const journal = (most = 200_000) =>
  new Journal(pool, { committed: () => {}, retried: () => {} }, { numbers: most, accounts: most });

function request(command: Command): Request {
  return {
    ledger: 'main',
    principal: 'test',
    idempotencyKey: randomUUID(),
    fingerprint: Buffer.alloc(32),
    trace: null,
    traceId: 'test',
    dryRun: false,
    command,
  };
}

const open = (id: string): Command => ({
  command: 'open_account',
  id,
  type: 'asset',
  currency: 'USD',
  minBalance: null,
  maxBalance: null,
  metadata: {},
});

const transfer = (from: number, to: number): Command => ({
  command: 'transaction',
  entries: [
    { account: `a${from}`, side: 'debit', amount: 1n },
    { account: `a${to}`, side: 'credit', amount: 1n },
  ],
});

it('however few numbers are remembered, no account that is there is taken for unknown', async () => {
  const few = journal(3);
  const batches = Array.from({ length: 12 }, (_, batch) =>
    Array.from({ length: 50 }, (_, n) =>
      request(transfer((batch + n) % ACCOUNTS, (batch + n + 7) % ACCOUNTS)),
    ),
  );
  // Two at a time, as writers do.
  for (let n = 0; n < batches.length; n += 2) {
    const outcomes = await Promise.all(batches.slice(n, n + 2).map((batch) => few.append(batch)));
    expect(new Set(outcomes.flat().map(({ status }) => status))).toEqual(new Set([201]));
  }
});

it('a number that is no longer so is forgotten', async () => {
  const one = journal();
  expect((await one.append([request(transfer(2, 3))]))[0]!.status).toBe(201);
  // What a failover to a standby that lacked the last transactions does.
  await owner.query(`set session_replication_role = replica`);
  await owner.query(`update journal.accounts set no = no + 1000 where id in ('a2', 'a3')`);
  const outcomes = await one.append([request(transfer(2, 3)), request(transfer(0, 1))]);
  expect(outcomes.map(({ status }) => status)).toEqual([201, 201]);
});
