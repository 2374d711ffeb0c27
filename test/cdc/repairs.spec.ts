import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { republishJournal } from '../../src/events/republish.js';
import { withAdmin } from '../../src/platform/kafka.js';
import { createPool } from '../../src/platform/postgres.js';
import { startKafka } from '../../src/projections/runner/kafka-source.js';
import { startTail } from '../../src/projections/runner/tail.js';
import { schemaOf } from '../../src/projections/projection.js';
import { eventually, post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

const topic = 'ledger.transactions.v1';
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let stack: TestStack;
let pool: pg.Pool;
let recorded = 0;

beforeAll(async () => {
  stack = await startTestStack();
  pool = createPool(stack.databaseUrl, { role: 'counterfoil_projector', max: 6, applicationName: 'test' });
  for (const id of ['a', 'b'])
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
  await transfer(1);
  await eventually(expectAllApplied);
}, 120_000);

afterAll(async () => {
  await pool?.end();
  await stack?.stop();
}, 60_000);

describe('a worker', () => {
  it('keeps up to where the read model is complete', async () => {
    await transfer(3);
    const text = `select (select max(sequence) from journal.transactions) as last, sequence
                  from projections.complete`;
    await eventually(async () => {
      const [row] = await query<{ last: string; sequence: string }>(stack.databaseUrl, text);
      expect(row!.sequence).toBe(row!.last);
    }, 10_000);
  });

  it('that is stopped while it starts ends with status 0', async () => {
    for (const afterMs of [0, 200, 300]) {
      const worker = await stack.startWorker(`stopped-after-${afterMs}`);
      await eventually(async () =>
        expect(readFileSync(worker.logFile, 'utf8')).toContain('projection worker started'),
      );
      await sleep(afterMs);
      await worker.stop(6_000);
      expect(await worker.ended).toMatch(/ended with status 0$/);
    }
  }, 60_000);

  it('that is stopped while it starts leaves its group', async () => {
    for (const afterMs of [0, 10, 20, 40, 60, 80, 110, 150, 250]) {
      const source = startKafka({ pool, log: quiet, brokers: stack.brokers });
      await sleep(afterMs);
      await source.stop();
    }
    // Within the session's 10 s a member that was left behind stays.
    await eventually(async () => expect(await members()).toBe(1), 5_000);
    await transfer(12);
    await eventually(expectAllApplied, 10_000);
  }, 60_000);

  it('that another source took over from ends with status 1, and takes over when it starts again', async () => {
    const ended = stack.worker().ended;
    const tail = startTail({ pool, log: quiet, pollMs: 10 });
    try {
      // A batch finds its checkpoint gone.
      await transfer(1);
      expect(await ended).toBe('worker ended with status 1');
      expect(readFileSync(stack.worker().logFile, 'utf8')).toContain('now fed by the tail');
      await transfer(1);
      await eventually(expectAllApplied);
      await stack.startWorker('successor');
      expect((await tail.ended)?.message).toContain('now fed by the kafka');
      await transfer(1);
      await eventually(expectAllApplied);
      expect(await query(stack.databaseUrl, 'select distinct source from projections.checkpoints')).toEqual([
        { source: 'kafka' },
      ]);
    } finally {
      await tail.stop();
    }
  }, 60_000);
});

describe('a topic that was deleted', () => {
  it('is made and filled again by apply, and a worker that runs applies it from its beginning', async () => {
    // Each in a transaction of its own in Kafka too: they take more offsets than when they are made again.
    await transfer(48);
    await eventually(expectAllApplied);
    await deleteTopic();
    await stack.apply();
    await expectAllInTopic();
    await transfer(24);
    await eventually(expectAllApplied);
  }, 60_000);

  it('and has grown beyond its old end while no worker ran is recognised by its records', async () => {
    await transfer(48);
    await eventually(expectAllApplied);
    const before = await ends();
    await stack.stopWorkers();
    await deleteTopic();
    await stack.apply();
    await transfer(24);
    await expectAllInTopic();
    while ((await ends()).some((end, partition) => end <= before[partition]!)) await transfer(24);
    await stack.startWorker('later');
    await eventually(expectAllApplied);
  }, 90_000);
});

describe('apply', () => {
  it.each(['The connector is made anew', 'Topics', 'Replication slot created', 'the events'])(
    'that broke off at "%s", after the slot was lost, is finished by the next',
    async (point) => {
      await stack.dropSlot();
      await transfer(6);
      const cut = new Error(`cut at ${point}`);
      const log = (line: string) => {
        if (line.startsWith(point)) throw cut;
      };
      const republish = (url: string) =>
        point === 'the events' ? Promise.reject(cut) : republishJournal(url);
      await expect(stack.apply({ log, republish })).rejects.toBe(cut);
      await stack.apply();
      await transfer(6);
      await expectAllInTopic();
      await eventually(expectAllApplied);
    },
    90_000,
  );

  it('replaces a slot that Postgres gave up', async () => {
    await loseSlot();
    await transfer(6);
    await stack.apply();
    await expectAllInTopic();
    await eventually(expectAllApplied);
  }, 90_000);

  it('mends a connector whose slot somebody else made anew', async () => {
    await stack.dropSlot();
    await transfer(6);
    await query(
      stack.databaseUrl,
      `select pg_create_logical_replication_slot('counterfoil_outbox', 'pgoutput')`,
    );
    await stack.apply();
    await expectAllInTopic();
    await eventually(expectAllApplied);
  }, 90_000);

  it('changes nothing when all is well', async () => {
    const lines: string[] = [];
    await stack.apply({
      log: (line) => void lines.push(line),
      republish: () => Promise.reject(new Error('no')),
    });
    expect(lines).toEqual([
      'Topics: all 11 as they should be',
      'Replication slot: present',
      'Connector counterfoil-outbox: running',
    ]);
  });
});

async function transfer(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await post(stack.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
  recorded += times;
}

async function expectAllApplied(): Promise<void> {
  const text = `select count(*)::int as count from ${schemaOf({ name: 'transactions', version: 1 })}.transactions`;
  expect((await query<{ count: number }>(stack.databaseUrl, text))[0]!.count).toBe(recorded);
}

async function expectAllInTopic(): Promise<void> {
  await readTopic(stack.brokers, topic, events(recorded), { withinMs: 20_000, quietMs: 0 });
}

async function deleteTopic(): Promise<void> {
  await withAdmin(stack.brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
}

async function ends(): Promise<number[]> {
  const offsets = await withAdmin(stack.brokers, (admin) => admin.fetchTopicOffsets(topic));
  return offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
}

/** Nobody reads it for longer than Postgres puts up with. */
async function loseSlot(): Promise<void> {
  const run = (text: string) => query<{ wal_status: string }>(stack.databaseUrl, text);
  await stack.stopConnect();
  try {
    await run(`alter system set idle_replication_slot_timeout = '1s'`);
    await run('select pg_reload_conf()');
    await eventually(async () => {
      await run('checkpoint');
      expect(await run('select wal_status from pg_replication_slots')).toEqual([{ wal_status: 'lost' }]);
    });
  } finally {
    await run('alter system reset idle_replication_slot_timeout');
    await run('select pg_reload_conf()');
    await stack.startConnect();
  }
}

async function members(): Promise<number> {
  const group = 'counterfoil-projections';
  const { groups } = await withAdmin(stack.brokers, (admin) => admin.describeGroups([group]));
  return groups[0]!.members.length;
}
