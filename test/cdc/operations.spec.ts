import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import { startTail } from '../../src/projections/runner/tail.js';
import { eventually, post } from '../support/ledger.js';
import { hasPsql, type } from '../support/runbook.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

// Many short programs, each of which takes its time to start.
jest.setTimeout(180_000);

const TOPIC = 'ledger.transactions.v1';
const SLOT = 'counterfoil_outbox';
const provenWhole = {
  status: 0,
  stdout: expect.stringMatching(/^Nothing was skipped: the journal held (\d+) events, \1 were made again/m),
  stderr: expect.not.stringContaining('rror'),
};
const withPsql = hasPsql ? it : it.skip;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

let stack: TestStack;
let environment: Record<string, string>;
let recorded = 0;
const run = (name: string, more: Record<string, string> = {}) => type(name, { ...environment, ...more });

beforeAll(async () => {
  stack = await startTestStack();
  await stack.startKafkaAndConnect();
  environment = await stack.environment();
  for (const id of ['a', 'b'])
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

describe('from the embedded read model to Kafka', () => {
  it('brings the whole history to the topics, and workers take over', async () => {
    const role = 'counterfoil_projector';
    const pool = createPool(stack.databaseUrl, { role, max: 3, applicationName: 'test' });
    const tail = startTail({ pool, log: quiet });
    await transfer(3);
    await eventually(async () => expect((await run('look')).stdout).toContain('fed by tail'));
    await tail.stop();
    await pool.end();

    expect(await run('to-kafka')).toEqual(provenWhole);
    await stack.startWorker('worker', { CONNECT_URL: stack.connectUrl() });
    await expectAllWell();
    expect((await run('look')).stdout).toContain('fed by kafka');
  });
});

describe('a connector', () => {
  it('that was paused is shown with what helps, and goes on', async () => {
    await fetch(`${stack.connectUrl()}/connectors/counterfoil-outbox/pause`, { method: 'PUT' });
    await eventually(async () => {
      const { status, stdout } = await run('look-at-the-stream');
      expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringContaining('connect resume') });
    });
    await transfer(1);
    expect(await run('resume')).toMatchObject({ status: 0 });
    await expectAllWell();
  });

  it('is restarted from where it was', async () => {
    expect(await run('restart-connector')).toMatchObject({ status: 0 });
    await transfer(1);
    await expectAllWell();
  });
});

describe('a slot that keeps too much WAL', () => {
  withPsql(
    'is found, given up, and made anew with proof',
    async () => {
      await stack.stopConnect();
      await transfer(2);
      await eventually(async () =>
        expect((await run('wal')).stdout).toMatch(new RegExp(`^ ${SLOT} \\| f +\\| reserved`, 'm')),
      );
      // This Postgres is given the setting by its command line, which counts more; the procedure says so.
      expect(await run('wal-more-room', { KEEP: '3GB' })).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^ 2048 +\| MB +\| command line$/m),
      });
      await query(stack.databaseUrl, 'alter system reset max_slot_wal_keep_size');
      expect(await run('wal-give-up')).toMatchObject({ status: 0 });
      await expectSlot('missing');
      await stack.startConnect();
      expect(await run('apply')).toEqual(provenWhole);
      await expectAllWell();
    },
    120_000,
  );
});

describe('a range of events', () => {
  it('comes again for all consumers', async () => {
    const before = (await readTopic(stack.brokers, TOPIC, events(recorded))).length;
    const [row] = await query<{ first: string; last: string }>(
      stack.databaseUrl,
      'select min(sequence) as first, max(sequence) as last from journal.transactions',
    );
    expect(await run('republish', { FROM: row!.first, TO: row!.last })).toMatchObject({ status: 0 });
    await readTopic(stack.brokers, TOPIC, (records) => records.length >= before + recorded);
    await expectAllWell();
  });
});

describe('Kafka that is lost altogether', () => {
  it('gets every event again, and the worker that runs goes on with it', async () => {
    await stack.loseKafka();
    await transfer(2);
    expect(await run('new-kafka')).toEqual(provenWhole);
    await expectAllWell();
  });
});

describe('analysts’ topics', () => {
  it('are put on and off', async () => {
    expect(await run('analysts-on')).toMatchObject({ status: 0 });
    expect((await run('look-at-the-stream')).stdout).toContain('counterfoil-analysts');
    expect(await run('analysts-off')).toMatchObject({ status: 0 });
    expect((await run('look-at-the-stream')).stdout).not.toContain('counterfoil-analysts');
  });
});

describe('a database that lost its last minutes', () => {
  it('leaves nothing of them on the topics, nor in the read model', async () => {
    await expectAllWell();
    const kept = recorded;
    const copy = await copyDatabase();
    try {
      // What will never have been; under other sequences' content than what comes instead.
      await post(stack.url, '/transfers', { from: 'a', to: 'b', amount: '77' });
      await readTopic(stack.brokers, TOPIC, events(kept + 1));
      await stack.stopWorkers();
      await copy.restore();
    } finally {
      await copy.drop();
    }
    await eventually(() => transfer(2));

    expect(await run('restored-with-kafka')).toEqual(provenWhole);
    await stack.startWorker('after-restore');
    await expectAllWell();
    await eventually(async () => expect(await run('restored-check')).toMatchObject({ status: 0 }));
    const records = await readTopic(stack.brokers, TOPIC, events(recorded));
    expect(records.filter(({ value }) => value!.includes('"posted":"77"'))).toEqual([]);
  });
});

async function transfer(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await post(stack.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
    recorded += 1;
  }
}

/** By what the manual types first, and in what consumers have. */
async function expectAllWell(): Promise<void> {
  await readTopic(stack.brokers, TOPIC, events(recorded), { quietMs: 0 });
  await eventually(async () => {
    expect(await run('look')).toMatchObject({ status: 0, stdout: expect.stringContaining('{"status":"ok"') });
    expect(await run('look-at-the-stream')).toMatchObject({ status: 0 });
  });
  const [row] = await query<{ count: number }>(
    stack.databaseUrl,
    'select count(*)::int as count from transactions_v1.transactions',
  );
  expect(row!.count).toBeLessThanOrEqual(recorded);
}

async function expectSlot(slot: string): Promise<void> {
  await eventually(async () => {
    const ready = await (await fetch(`${stack.url}/health/ready`)).json();
    expect(ready).toMatchObject({ status: 'degraded', checks: { stream: { slot } } });
  });
}

/** The database as it is now; to restore it puts it in the place of what has become of it, without its slots. */
async function copyDatabase(): Promise<{ restore(): Promise<void>; drop(): Promise<void> }> {
  const url = new URL(stack.databaseUrl);
  const name = url.pathname.slice(1);
  const copy = `${name}_copy`;
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await client.connect();
  const alone = async (work: string[]) => {
    await client.query(`alter database ${name} allow_connections false`);
    try {
      await client.query(
        'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
        [name],
      );
      for (const text of work) await client.query(text);
    } finally {
      await client.query(`alter database ${name} allow_connections true`);
    }
  };
  await alone([`create database ${copy} template ${name}`]);
  return {
    restore: () =>
      alone([
        `select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = '${name}'`,
        `drop database ${name}`,
        `create database ${name} template ${copy}`,
      ]),
    async drop() {
      await client.query(`drop database if exists ${copy} with (force)`);
      await client.end();
    },
  };
}
