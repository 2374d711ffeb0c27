import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { applyAnalysts } from '../connect/analysts.js';
import { applyStreaming } from '../connect/apply.js';
import { republishJournal } from '../events/republish.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../platform/embedded-postgres.js';
import { ensureJars, requireMaven } from './jars.js';
import { requireJava } from './java.js';
import { startConnect } from './kafka-connect.js';
import { startKafka } from './kafka.js';
import { createParts, type Parts } from './parts.js';
import { endLeftover } from './pid-file.js';
import { isListening, startPart, waitReady, type Launch, type Part } from './process.js';

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
  const parts = createParts(options.log);
  return { started: startAll({ options, parts }), stop: () => parts.stop() };
}

async function startAll(running: Running): Promise<void> {
  const { dir, port, analysts, log } = running.options;
  const { signal, add } = running.parts;
  const launch: Launch = { signal, spawned: add };
  await requireJava();
  await requireMaven();
  // A launcher that was killed leaves its parts running, with the ports taken.
  for (const name of ['worker', 'api', 'connect', 'kafka']) {
    if (await endLeftover(dir, name)) log(`Ended the ${name} that an earlier stack left behind`);
  }
  await requireFreePorts(port);

  await step(running, 'Kafka, Connect and Debezium jars', () =>
    ensureJars((line) => log(`  ${line}`), signal),
  );
  const postgres = await step(running, 'Postgres', () => startPostgres(running));
  const kafka = await step(running, 'Kafka', async () =>
    watched(running, await startKafka({ dir, port: kafkaPort, ...launch })),
  );
  const connect = await step(running, 'Kafka Connect', async () =>
    watched(running, await startConnect({ dir, brokers: kafka.brokers, port: connectPort, ...launch })),
  );

  const env: Record<string, string> = {
    DATABASE_URL: postgres.url,
    KAFKA_BROKERS: kafka.brokers.join(','),
    CONNECT_URL: connect.url,
    CDC_DATABASE_URL: cdcUrl(postgres.url, dir),
  };
  await step(running, 'Migrations', () => runCli(env, signal, 'migrate'));
  await allowReplication(postgres.url, env.CDC_DATABASE_URL!);
  const streaming = {
    databaseUrl: postgres.url,
    cdcDatabaseUrl: env.CDC_DATABASE_URL!,
    kafkaBrokers: kafka.brokers,
    connectUrl: connect.url,
    log: (line: string) => log(`  ${line}`),
  };
  await step(running, 'Topics, slot and connector', () =>
    applyStreaming({ ...streaming, republish: republishJournal }),
  );
  if (analysts) await step(running, 'The same for analysts', () => applyAnalysts(streaming));
  writeEnv(dir, env);
  await step(running, 'API', async () => {
    const api = await startProgram(dir, 'api', 'main', { ...env, PORT: String(port) }, launch);
    await waitReady(api, async () => (await fetch(`http://127.0.0.1:${port}/health/live`)).ok);
    watched(running, api);
  });
  await step(running, 'Worker', async () =>
    watched(running, await startProgram(dir, 'worker', 'worker', env, launch)),
  );
}

/** It can't be cut off in its start, so stopping waits for that. */
async function startPostgres(running: Running): Promise<EmbeddedPostgres> {
  const { dir } = running.options;
  const starting = startEmbeddedPostgres({ dataDir: dir, settings: { wal_level: 'logical' } });
  const started = starting.catch(() => undefined);
  running.parts.add({ name: 'postgres', stop: async () => (await started)?.stop() });
  const server = await starting;
  void server.lost.then((what) => tellEnd(running, what));
  return server;
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

/** Says so when it ends of itself. */
function watched<T extends Part>(running: Running, part: T): T {
  void part.ended.then((what) => tellEnd(running, `${what}, unasked: see ${part.logFile}`));
  return part;
}

function tellEnd({ options, parts }: Running, what: string): void {
  if (!parts.signal.aborted) options.log(`\n${what}\nThe rest goes on; Ctrl-C stops it.`);
}

function startProgram(
  dir: string,
  name: string,
  file: string,
  env: Record<string, string>,
  launch: Launch,
): Promise<Part> {
  return startPart({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', program(file)],
    dir,
    env: { ...process.env, ...env },
    ...launch,
  });
}

async function runCli(env: Record<string, string>, signal: AbortSignal, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [program('cli'), ...args], {
      env: { ...process.env, ...env },
      signal,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`counterfoil ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

async function requireFreePorts(port: number): Promise<void> {
  for (const [number, what] of [
    [port, 'the API; set PORT to another'],
    [kafkaPort, 'Kafka'],
    [connectPort, 'Kafka Connect'],
  ] as const) {
    if (await isListening(number)) throw new Error(`Port ${number} is in use, and needed for ${what}`);
  }
}

/** The login of Connect; its password is made once and kept for this user's eyes only. */
function cdcUrl(databaseUrl: string, dir: string): string {
  const file = join(dir, 'cdc.password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const url = new URL(databaseUrl);
  url.username = 'counterfoil_cdc';
  url.password = readFileSync(file, 'utf8');
  return url.href;
}

async function allowReplication(databaseUrl: string, cdcDatabaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  // Unheard, the end of a connection between two statements would end this process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The password is of our own making: base64url, nothing to escape.
    const { password } = new URL(cdcDatabaseUrl);
    await client.query(`ALTER ROLE counterfoil_cdc LOGIN REPLICATION PASSWORD '${password}'`);
  } finally {
    await client.end();
  }
}

/** What another terminal needs to use the CLI on this stack. */
function writeEnv(dir: string, env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  writeFileSync(join(dir, 'env'), lines.join(''), { mode: 0o600 });
}
