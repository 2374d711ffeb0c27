/**
 * How soon after its acknowledgement a transfer is in a Kafka consumer's hands and in the read model, and how fast a
 * worker works off a topic: `npm run bench:stream`, or with another rate, number of seconds and number of transactions to
 * work off as its arguments. It makes a whole stack of its own in temporary folders.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { republishJournal } from '../../src/events/republish.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { createKafka, withAdmin } from '../../src/platform/kafka.js';
import { openPastAccounts, recordHistory } from '../support/history.js';
import { eventually, post } from '../support/ledger.js';
import { startProgram } from '../support/program.js';
import { createDatabase } from '../support/postgres.js';
import { startTestStack } from '../support/stack.js';

const [RATE = 200, SECONDS = 30, BACKLOG = 200_000] = process.argv.slice(2).map(Number);
const ACCOUNTS = 10_000;
const TOPIC = 'ledger.transactions.v1';

const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
const settings = { wal_level: 'logical', shared_buffers: '1GB', max_wal_size: '4GB' };
const postgres = await startEmbeddedPostgres({ dataDir, exclusive: false, settings });
process.env.TEST_POSTGRES_URL = postgres.url;
try {
  await embedded();
  await streaming();
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** Without Kafka: the outbox's tail feeds the read model. */
async function embedded(): Promise<void> {
  const database = await createDatabase();
  const program = await startProgram(database.url);
  const acknowledged: Times = new Map();
  const shown = await watchReadModel(database.url, acknowledged);
  await load(program.url, acknowledged);
  report('acknowledged → in the read model, embedded', acknowledged, await shown(acknowledged.size));
  await program.stop();
  await database.drop();
}

async function streaming(): Promise<void> {
  const stack = await startTestStack();
  const program = await startProgram(stack.databaseUrl, { KAFKA_BROKERS: stack.brokers.join(',') });
  await stack.startStreaming();
  const consumed = await watchTopic(stack.brokers);
  const acknowledged: Times = new Map();
  const shown = await watchReadModel(stack.databaseUrl, acknowledged);
  await load(program.url, acknowledged);
  report('acknowledged → in a consumer’s hands', acknowledged, await consumed(acknowledged.size));
  report('acknowledged → in the read model, through Kafka', acknowledged, await shown(acknowledged.size));
  await stack.stopWorkers();
  await workOff(stack);
  await program.stop();
  await stack.stop();
}

/** By a transaction's id. */
type Times = Map<string, number>;

/** Transfers at a steady rate, whatever the answers take; notes when each was acknowledged. */
async function load(url: string, acknowledged: Times): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, n) => `${randomUUID()}-${n}`);
  for (const id of ids)
    await post(url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  const underway = new Set<Promise<void>>();
  const began = performance.now();
  for (let n = 0; n < RATE * SECONDS; n += 1) {
    await sleep(Math.max(0, began + (n * 1_000) / RATE - performance.now()));
    const [from, to] = [ids[n % 20], ids[(n + 1 + (n % 7)) % 20]];
    const one = post(url, '/transfers', { from, to, amount: '1' }).then(({ id }) => {
      // The first half warms everything up: Kafka and Connect compile what they run.
      acknowledged.set(id, n < (RATE * SECONDS) / 2 ? Infinity : performance.now());
      underway.delete(one);
    });
    underway.add(one);
  }
  await Promise.all(underway);
}

type Seen = (count: number) => Promise<Times>;

/** Looks every few milliseconds for those that are acknowledged and weren't there yet: more would be load itself. */
async function watchReadModel(databaseUrl: string, acknowledged: Times): Promise<Seen> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const seen = new Map<string, number>();
  let wanted = Infinity;
  const watch = async () => {
    while (seen.size < wanted) {
      await sleep(4);
      const expected = [...acknowledged.keys()].filter((id) => !seen.has(id));
      if (expected.length === 0) continue;
      const { rows } = await client.query<{ id: string }>({
        name: 'seen',
        text: 'select id from transactions_v1.transactions where id = any($1)',
        values: [expected],
      });
      const now = performance.now();
      for (const { id } of rows) seen.set(id, now);
    }
    await client.end();
    return seen;
  };
  const watching = watch();
  return (count) => {
    wanted = count;
    return watching;
  };
}

async function watchTopic(brokers: string[]): Promise<Seen> {
  const consumer = createKafka(brokers, 'bench').consumer({
    groupId: randomUUID(),
    readUncommitted: false,
    maxWaitTimeInMs: 50,
  });
  const seen = new Map<string, number>();
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      const id = message.headers?.ce_id?.toString();
      if (id) seen.set(id, performance.now());
    },
  });
  await sleep(3_000);
  return async (count) => {
    await eventually(async () => {
      if (seen.size < count) throw new Error(`${seen.size} of ${count} came`);
    });
    await consumer.disconnect();
    return seen;
  };
}

function report(what: string, from: Map<string, number>, to: Map<string, number>): void {
  const times = [...from]
    .filter(([, at]) => at !== Infinity)
    .map(([id, at]) => Math.max(0, to.get(id)! - at))
    .sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(1);
  console.log(
    `${what}, ${RATE}/s, ms: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, most ${times.at(-1)!.toFixed(1)}`,
  );
}

/** A topic with a backlog, and one worker. */
async function workOff(stack: Awaited<ReturnType<typeof startTestStack>>): Promise<void> {
  const owner = new pg.Client({ connectionString: stack.databaseUrl });
  await owner.connect();
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => ({
    id: `w${n}`,
    type: 'asset',
    currency: 'USD',
  }));
  const numbers = [...(await openPastAccounts(owner, accounts)).values()].map(Number);
  const first = numbers.reduce((a, b) => Math.min(a, b));
  const rows = `
    select n, $1::bigint + (n * 7919::bigint) % $2::bigint as debit,
      $1::bigint + (n * 7919::bigint + 1 + n % 97) % $2::bigint as credit, 1 as posted, 0 as pending,
      clock_timestamp() as recorded_at, clock_timestamp() as effective_at from generate_series(1, $3::int) n`;
  for (let n = 0; n < BACKLOG; n += 50_000) {
    await recordHistory(owner, rows, [first, ACCOUNTS, Math.min(50_000, BACKLOG - n)]);
  }
  await republishJournal(stack.databaseUrl);
  const { rows: counted } = await owner.query<{ count: number }>(
    'select count(*)::int as count from journal.transactions',
  );
  const count = counted[0]!.count;
  await eventually(async () => {
    const offsets = await withAdmin(stack.brokers, (admin) => admin.fetchTopicOffsets(TOPIC));
    const there = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    if (there < count) throw new Error(`${there} of ${count} are in the topic`);
  }, 300_000);
  const applied = async () => {
    const { rows: found } = await owner.query<{ count: number }>(
      'select count(*)::int as count from transactions_v1.transactions',
    );
    return found[0]!.count;
  };
  const before = await applied();
  await stack.startWorker('bench');
  while ((await applied()) === before) await sleep(5);
  const [began, from] = [performance.now(), await applied()];
  while ((await applied()) < count) await sleep(250);
  const took = (performance.now() - began) / 1000;
  console.log(
    `one worker, from the topic into the read model: ${Math.round((count - from) / took)} transactions/s`,
  );
  await owner.end();
}
