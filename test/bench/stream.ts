/**
 * How soon after its acknowledgement a transfer is in a Kafka consumer's hands and in the read model, and how fast a
 * worker works off a topic: `npm run bench:stream`, or with another rate, number of seconds and number of transactions to
 * work off as its arguments. It makes a whole stack of its own in temporary folders.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { republishJournal } from '../../src/events/republish.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { withAdmin } from '../../src/platform/kafka.js';
import { openPastAccounts, recordHistory } from '../support/history.js';
import { eventually } from '../support/ledger.js';
import { startProgram } from '../support/program.js';
import { createDatabase } from '../support/postgres.js';
import { startTestStack, type TestStack } from '../support/stack.js';
import { percentile } from './limit/statistics.js';
import { delays, load, TOPIC, watchReadModel, watchTopic, type Times } from './stream-watch.js';

const ACCOUNTS = 10_000;

interface Rate {
  /** Transfers a second. */
  rate: number;
  seconds: number;
}

export interface Streaming {
  /** Of the API. */
  url: string;
  stack: TestStack;
  /** Milliseconds from the acknowledgement: to a consumer, and to the read model. */
  latency(rate: Rate): Promise<{ consumer: number[]; readModel: number[] }>;
}

/** A Postgres for databases with and without Kafka. */
async function withPostgres(work: () => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
  const settings = { wal_level: 'logical', shared_buffers: '1GB', max_wal_size: '4GB' };
  const postgres = await startEmbeddedPostgres({ dataDir, exclusive: false, settings });
  process.env.TEST_POSTGRES_URL = postgres.url;
  try {
    await work();
  } finally {
    await postgres.stop();
    for (const each of [dataDir, postgres.dataDir]) await rm(each, { recursive: true, force: true });
  }
}

/** Postgres, Kafka, Connect, the API and a worker, each a process of its own. */
export async function withStreaming(work: (streaming: Streaming) => Promise<void>): Promise<void> {
  await withPostgres(async () => {
    const stack = await startTestStack();
    const program = await startProgram(stack.databaseUrl, { KAFKA_BROKERS: stack.brokers.join(',') });
    try {
      await stack.startStreaming();
      await work({
        url: program.url,
        stack,
        async latency(rate) {
          const consumed = await watchTopic(stack.brokers);
          const acknowledged: Times = new Map();
          const shown = await watchReadModel(stack.databaseUrl, acknowledged);
          await load(program.url, acknowledged, rate);
          return {
            consumer: delays(acknowledged, await consumed(acknowledged.size)),
            readModel: delays(acknowledged, await shown(acknowledged.size)),
          };
        },
      });
    } finally {
      await program.stop();
      await stack.stop();
    }
  });
}

/** Without Kafka: the outbox's tail feeds the read model. @returns milliseconds from the acknowledgement */
export async function embeddedLatency(rate: Rate): Promise<number[]> {
  let times: number[] = [];
  await withPostgres(async () => {
    const database = await createDatabase();
    const program = await startProgram(database.url);
    const acknowledged: Times = new Map();
    const shown = await watchReadModel(database.url, acknowledged);
    await load(program.url, acknowledged, rate);
    times = delays(acknowledged, await shown(acknowledged.size));
    await program.stop();
    await database.drop();
  });
  return times;
}

/** A topic with a backlog, and one worker. @returns transactions a second */
async function workOff(stack: TestStack, backlog: number): Promise<number> {
  const owner = new pg.Client({ connectionString: stack.databaseUrl });
  await owner.connect();
  const first = await openAccounts(owner, 'w');
  const rows = `
    select n, $1::bigint + (n * 7919::bigint) % $2::bigint as debit,
      $1::bigint + (n * 7919::bigint + 1 + n % 97) % $2::bigint as credit, 1 as posted, 0 as pending,
      clock_timestamp() as recorded_at, clock_timestamp() as effective_at from generate_series(1, $3::int) n`;
  for (let n = 0; n < backlog; n += 50_000) {
    await recordHistory(owner, rows, [first, ACCOUNTS, Math.min(50_000, backlog - n)]);
  }
  await republishJournal(stack.databaseUrl);
  const count = await countOf(owner, 'journal.transactions');
  await eventually(async () => {
    const offsets = await withAdmin(stack.brokers, (admin) => admin.fetchTopicOffsets(TOPIC));
    const there = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    if (there < count) throw new Error(`${there} of ${count} are in the topic`);
  }, 300_000);
  const applied = () => countOf(owner, 'transactions_v1.transactions');
  const before = await applied();
  await stack.startWorker('bench');
  while ((await applied()) === before) await sleep(5);
  const [began, from] = [performance.now(), await applied()];
  while ((await applied()) < count) await sleep(250);
  const took = (performance.now() - began) / 1000;
  await owner.end();
  return (count - from) / took;
}

/** @returns the number of the first */
export async function openAccounts(owner: pg.Client, prefix: string): Promise<number> {
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => ({
    id: `${prefix}${n + 1}`,
    type: 'asset',
    currency: 'USD',
  }));
  const numbers = [...(await openPastAccounts(owner, accounts)).values()].map(Number);
  return numbers.reduce((a, b) => Math.min(a, b));
}

async function countOf(owner: pg.Client, table: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]!.count;
}

if (import.meta.filename === process.argv[1]) {
  const [rate = 200, seconds = 30, backlog = 200_000] = process.argv.slice(2).map(Number);
  const print = (what: string, times: number[]) => {
    const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
    console.log(`${what}, ${rate}/s, ms: p50 ${p50}, p95 ${p95}, p99 ${p99}, most ${most}`);
  };
  print('acknowledged → in the read model, embedded', await embeddedLatency({ rate, seconds }));
  await withStreaming(async ({ stack, latency }) => {
    const { consumer, readModel } = await latency({ rate, seconds });
    print('acknowledged → in a consumer’s hands', consumer);
    print('acknowledged → in the read model, through Kafka', readModel);
    await stack.stopWorkers();
    const perSecond = Math.round(await workOff(stack, backlog));
    console.log(`one worker, from the topic into the read model: ${perSecond} transactions/s`);
  });
}
