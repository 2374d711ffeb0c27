import { fileURLToPath } from 'node:url';
import { applyAnalysts } from '../connect/analysts.js';
import { applyStreaming } from '../connect/apply.js';
import { republishJournal } from '../events/republish.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.js';
import { migrate } from '../platform/migrate.js';
import { ensureJars, requireMaven } from './jars.js';
import { requireJava } from './java.js';
import { keep } from './keep.js';
import { startConnect } from './kafka-connect.js';
import { startKafka } from './kafka.js';
import { createParts, type Parts } from './parts.js';
import { endLeftover } from './pid-file.js';
import { startPart, waitReady, type Launch, type Part } from './process.js';
import { allowReplication, cdcUrl, requireFreePorts, writeEnv } from './setup.js';

export interface Stack {
  /** Resolves when everything answers; rejects with the first thing that would not start. */
  started: Promise<void>;
  /** Stops what was started, last first, also while the rest starts. @returns false if something would not stop */
  stop(): Promise<boolean>;
}

interface StackOptions {
  /** Everything the stack keeps. */
  dir: string;
  /** Of the API. */
  port: number;
  /** The second connector as well. */
  analysts: boolean;
  log: (line: string) => void;
}

interface Running {
  options: StackOptions;
  parts: Parts;
}

const kafkaPort = 9092;
const connectPort = 8083;
const program = (name: string) => fileURLToPath(new URL(`../${name}.js`, import.meta.url));

export function startStack(options: StackOptions): Stack {
  const parts = createParts(options.log, ['postgres', 'kafka', 'connect', 'api', 'worker']);
  return { started: startAll({ options, parts }), stop: () => parts.stop() };
}

async function startAll(running: Running): Promise<void> {
  const { dir, port, analysts, log } = running.options;
  const { signal } = running.parts;
  await requireJava();
  await requireMaven();
  // A launcher that was killed leaves its parts running, with the ports taken.
  for (const name of ['worker', 'api', 'connect', 'kafka']) {
    if (await endLeftover(dir, name)) log(`Ended the ${name} that an earlier stack left behind`);
  }
  await requireFreePorts({
    'the API; set PORT to another': port,
    Kafka: kafkaPort,
    'Kafka Connect': connectPort,
  });
  await step(running, 'Kafka, Connect and Debezium jars', () =>
    ensureJars((line) => log(`  ${line}`), signal),
  );

  const brokers = [`127.0.0.1:${kafkaPort}`];
  const connectUrl = `http://127.0.0.1:${connectPort}`;
  // What doesn't need each other starts at the same time. The API answers before anything streams.
  const kafka = step(running, 'Kafka', () => kept(running, startKafka, { dir, port: kafkaPort }));
  const streaming = kafka.then(() =>
    step(running, 'Kafka Connect', () => kept(running, startConnect, { dir, brokers, port: connectPort })),
  );
  const env = openDatabase(running).then((databaseUrl) => ({
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    CONNECT_URL: connectUrl,
    CDC_DATABASE_URL: cdcUrl(databaseUrl, dir),
  }));
  const api = env.then((given) =>
    step(running, 'API', () => kept(running, startApi, { dir, port, env: given })),
  );
  // Told of below; until then it may fail unheard, as when the rest is stopped.
  api.catch(() => {});
  const [given] = await Promise.all([env, streaming]);
  const places = {
    databaseUrl: given.DATABASE_URL,
    cdcDatabaseUrl: given.CDC_DATABASE_URL,
    kafkaBrokers: brokers,
    connectUrl,
    log: (line: string) => log(`  ${line}`),
  };
  await step(running, 'Topics, slot and connector', () =>
    applyStreaming({ ...places, republish: republishJournal }),
  );
  if (analysts) await step(running, 'The same for analysts', () => applyAnalysts(places));
  writeEnv(dir, given);
  const worker = step(running, 'Worker', () => kept(running, startWorker, { dir, env: given }));
  await Promise.all([api, worker]);
}

/** Starts a part, and again when it ends unasked. */
function kept<Options>(
  { options: { log }, parts: { signal, add } }: Running,
  start: (options: Options & Launch) => Promise<Part>,
  options: Options,
): Promise<Part> {
  return keep(() => start({ ...options, spawned: add, signal }), { signal, log });
}

/** Postgres, migrated, with the login that Connect uses. @returns the superuser's URL */
async function openDatabase(running: Running): Promise<string> {
  const { dir } = running.options;
  const { url } = await step(running, 'Postgres', () => startPostgres(running));
  await step(running, 'Migrations', () => migrate(url));
  await allowReplication(url, cdcUrl(url, dir));
  return url;
}

/** Again, on the same port, when it ends unasked. */
async function startPostgres({
  options: { dir, log },
  parts: { signal, add },
}: Running): Promise<{ url: string }> {
  let port: string | undefined;
  const start = async () => {
    signal.throwIfAborted();
    const settings = { wal_level: 'logical', ...(port && { port }) };
    const starting = startEmbeddedPostgres({ dataDir: dir, settings });
    // It can't be cut off in its start, so stopping waits for that.
    const started = starting.catch(() => undefined);
    add({ name: 'postgres', stop: async () => (await started)?.stop() });
    const server = await starting;
    port = String(server.port);
    return { name: 'postgres', url: server.url, ended: server.lost };
  };
  return keep(start, { signal, log });
}

interface ProgramOptions extends Launch {
  dir: string;
  env: Record<string, string>;
}

async function startApi({ port, ...options }: ProgramOptions & { port: number }): Promise<Part> {
  const env = { ...options.env, PORT: String(port) };
  const api = await startProgram('api', 'main', { ...options, env });
  await waitReady(api, async () => (await fetch(`http://127.0.0.1:${port}/health/live`)).ok);
  return api;
}

function startWorker(options: ProgramOptions): Promise<Part> {
  return startProgram('worker', 'worker', options);
}

function startProgram(name: string, file: string, { dir, env, ...launch }: ProgramOptions): Promise<Part> {
  return startPart({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', program(file)],
    dir,
    env: { ...process.env, ...env },
    ...launch,
  });
}

async function step<T>(running: Running, name: string, work: () => Promise<T>): Promise<T> {
  const { signal } = running.parts;
  signal.throwIfAborted();
  const began = Date.now();
  const result = await work();
  signal.throwIfAborted();
  running.options.log(`  ${name}: ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return result;
}
