import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { applyAnalysts, removeAnalysts } from '../../src/connect/analysts.js';
import { applyStreaming, type StreamingOptions } from '../../src/connect/apply.js';
import { republishJournal } from '../../src/events/republish.js';
import { SLOT } from '../../src/connect/slot.js';
import { startConnect, type RunningConnect } from '../../src/stack/kafka-connect.js';
import { startKafka, type RunningKafka } from '../../src/stack/kafka.js';
import { freePort, startPart, type Part } from '../../src/stack/process.js';
import { startOwnPostgres } from './own-postgres.js';
import { createDatabase, type TestDatabase } from './postgres.js';
import { startService } from './service.js';

/** Everything that streams, each part a real process but the API. One at a time: the slot's name is fixed. */
export interface TestStack {
  /** Of the API. */
  url: string;
  /** As superuser. */
  databaseUrl: string;
  brokers: string[];
  /** Of Kafka Connect, once it streams. */
  connectUrl(): string;
  /** What the CLI goes by, once Kafka and Connect run. */
  environment(): Promise<Record<string, string>>;
  /** Kafka and Connect alone. */
  startKafkaAndConnect(): Promise<void>;
  /** Kafka, Connect, topics, slot, connector, worker: what the API does without until then. */
  startStreaming(): Promise<void>;
  /** The worker that the streaming began with, or the one started after its crash. */
  worker(): Part;
  /** Topics, slot, connector, again; `log` and `republish` may throw, to cut it off there. */
  apply(cuts?: Partial<Pick<StreamingOptions, 'log' | 'republish'>>): Promise<void>;
  /** The second connector, which is off until then. @returns what it said */
  applyAnalysts(): Promise<string[]>;
  removeAnalysts(): Promise<string[]>;
  /** Another worker; it is stopped with the stack at the latest. */
  startWorker(name: string, settings?: Record<string, string>): Promise<Part>;
  stopWorkers(): Promise<void>;
  stopConnect(): Promise<void>;
  startConnect(): Promise<void>;
  /** As if somebody had: Connect is told nothing. */
  dropSlot(name?: string): Promise<void>;
  /** Kills by SIGKILL and starts again with the same data. */
  crashKafka(): Promise<void>;
  crashConnect(): Promise<void>;
  /** Kills Kafka and Connect, and starts both with nothing of what they had. */
  loseKafka(): Promise<void>;
  crashWorker(): Promise<void>;
  /** Where it is the stack's own. */
  crashPostgres(): Promise<void>;
  stop(): Promise<void>;
}

const java = { heapMb: 128, quickStart: true };
const password = 'cdc-test';

interface TestStackOptions {
  /** A Postgres that may be killed, in place of the one of all tests. */
  ownPostgres?: boolean;
  /** Another that the test keeps itself. */
  database?: TestDatabase;
  /** Of every worker. */
  settings?: Record<string, string>;
}

/** A database with its API; nothing streams yet. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-cdc-'));
  const own = options.ownPostgres ? await startOwnPostgres() : undefined;
  const database = options.database ?? own ?? (await createDatabase());
  const port = await freePort();
  const brokers = [`127.0.0.1:${port}`];
  const service = await startService({ KAFKA_BROKERS: brokers.join(',') }, database.url);
  let kafka: RunningKafka | undefined;
  let connect: RunningConnect | undefined;
  let worker: Part | undefined;
  const workers = new Set<Part>();

  const runKafka = async () => (kafka = await startKafka({ dir, port, ...java }));
  const runConnect = async () => (connect = await startConnect({ dir, brokers, ...java }));
  const startKafkaAndConnect = async () => {
    await runKafka();
    await runConnect();
  };
  const runWorker = async () => (worker = await startWorker('worker'));
  const startWorker = async (name: string, settings: Record<string, string> = {}) => {
    const part = await startPart({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', 'dist/src/worker.js'],
      dir,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATABASE_URL: database.url,
        KAFKA_BROKERS: brokers.join(','),
        ...options.settings,
        ...settings,
      },
    });
    workers.add(part);
    void part.ended.then(() => workers.delete(part));
    return part;
  };
  const told = async (work: typeof applyAnalysts) => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await work({ ...(await places(database.url, brokers, connect!.url)), log });
    return lines;
  };
  const stopWorkers = async () => void (await Promise.all([...workers].map((part) => part.stop())));
  return {
    url: service.url,
    databaseUrl: database.url,
    brokers,
    connectUrl: () => connect!.url,
    async environment() {
      const { cdcDatabaseUrl } = await places(database.url, brokers, connect!.url);
      return {
        DATABASE_URL: database.url,
        DATABASE_OWNER_URL: database.url,
        CDC_DATABASE_URL: cdcDatabaseUrl,
        KAFKA_BROKERS: brokers.join(','),
        CONNECT_URL: connect!.url,
        COUNTERFOIL_URL: service.url,
      };
    },
    startKafkaAndConnect,
    async startStreaming() {
      await startKafkaAndConnect();
      await apply(database.url, brokers, connect!.url);
      await runWorker();
    },
    apply: (cuts) => apply(database.url, brokers, connect!.url, cuts),
    applyAnalysts: () => told(applyAnalysts),
    removeAnalysts: () => told(removeAnalysts),
    worker: () => worker!,
    startWorker,
    stopWorkers,
    stopConnect: () => connect!.kill9(),
    startConnect: async () => void (await runConnect()),
    dropSlot: (name = SLOT) => dropSlots(database.url, name),
    async crashKafka() {
      await kafka!.kill9();
      await runKafka();
    },
    async crashConnect() {
      await connect!.kill9();
      await runConnect();
    },
    async loseKafka() {
      await connect!.kill9();
      await kafka!.kill9();
      await rm(join(dir, 'kafka'), { recursive: true, force: true });
      await startKafkaAndConnect();
    },
    async crashWorker() {
      await worker!.kill9();
      await runWorker();
    },
    crashPostgres: () => own!.crash(),
    async stop() {
      await stopWorkers();
      await service.stop();
      await connect?.kill9();
      await kafka?.kill9();
      await dropSlots(database.url);
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function apply(
  databaseUrl: string,
  kafkaBrokers: string[],
  connectUrl: string,
  cuts: Partial<Pick<StreamingOptions, 'log' | 'republish'>> = {},
): Promise<void> {
  const options = await places(databaseUrl, kafkaBrokers, connectUrl);
  await applyStreaming({ ...options, republish: republishJournal, log: () => {}, ...cuts });
}

/** Where everything is, for `connect` commands; lets Debezium's role log in. */
export async function places(databaseUrl: string, kafkaBrokers: string[], connectUrl: string) {
  await query(databaseUrl, `alter role counterfoil_cdc login replication password '${password}'`);
  const cdc = new URL(databaseUrl);
  cdc.username = 'counterfoil_cdc';
  cdc.password = password;
  return { databaseUrl, cdcDatabaseUrl: cdc.href, kafkaBrokers, connectUrl };
}

/** A slot would hold back the WAL, and keep its database from being dropped. */
async function dropSlots(databaseUrl: string, like = '%'): Promise<void> {
  const own = `from pg_replication_slots where slot_name like '${like}' and database = current_database()`;
  await query(databaseUrl, `select pg_terminate_backend(active_pid, 5000) ${own} and active`);
  await query(databaseUrl, `select pg_drop_replication_slot(slot_name) ${own}`);
}

export async function query<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // Unheard, the end of a connection would end the test's process; the query fails anyway.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
