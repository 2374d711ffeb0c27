import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { applyStreaming } from '../connect/apply.js';
import { republishJournal } from '../events/republish.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.js';
import { ensureJars } from './jars.js';
import { startConnect } from './kafka-connect.js';
import { startKafka } from './kafka.js';
import { endLeftover } from './pid-file.js';
import { isListening, startPart, waitReady, type Part } from './process.js';

export interface Stack {
  /** Resolves when everything answers; rejects with the first thing that would not start. */
  started: Promise<void>;
  /** Stops what was started, last first. */
  stop(): Promise<void>;
}

interface StackOptions {
  /** Everything the stack keeps. */
  dir: string;
  /** Of the API. */
  port: number;
  log: (line: string) => void;
}

interface Running {
  options: StackOptions;
  /** Started so far, in order. */
  parts: { name: string; stop(): Promise<void> }[];
  stopping: boolean;
}

const kafkaPort = 9092;
const connectPort = 8083;
const program = (name: string) => fileURLToPath(new URL(`../${name}.js`, import.meta.url));

export function startStack(options: StackOptions): Stack {
  const running: Running = { options, parts: [], stopping: false };
  return { started: startAll(running), stop: () => stopAll(running) };
}

async function startAll(running: Running): Promise<void> {
  const { dir, port, log } = running.options;
  // A launcher that was killed leaves its parts running, with the ports taken.
  for (const name of ['worker', 'api', 'connect', 'kafka']) {
    if (await endLeftover(dir, name)) log(`Ended the ${name} that an earlier stack left behind`);
  }
  await requireFreePorts(port);

  await step(running, 'Kafka, Connect and Debezium jars', () => ensureJars((line) => log(`  ${line}`)));
  const postgres = await step(running, 'Postgres', async () => {
    const server = await startEmbeddedPostgres({ dataDir: dir, settings: { wal_level: 'logical' } });
    running.parts.push({ name: 'postgres', stop: server.stop });
    return server;
  });
  const kafka = await step(running, 'Kafka', async () =>
    watched(running, await startKafka({ dir, port: kafkaPort })),
  );
  const connect = await step(running, 'Kafka Connect', async () =>
    watched(running, await startConnect({ dir, brokers: kafka.brokers, port: connectPort })),
  );

  const env: Record<string, string> = {
    DATABASE_URL: postgres.url,
    KAFKA_BROKERS: kafka.brokers.join(','),
    CONNECT_URL: connect.url,
    CDC_DATABASE_URL: cdcUrl(postgres.url, dir),
  };
  await step(running, 'Migrations', () => runCli(env, 'migrate'));
  await allowReplication(postgres.url, env.CDC_DATABASE_URL!);
  await step(running, 'Topics, slot and connector', () =>
    applyStreaming({
      databaseUrl: postgres.url,
      cdcDatabaseUrl: env.CDC_DATABASE_URL!,
      kafkaBrokers: kafka.brokers,
      connectUrl: connect.url,
      republish: republishJournal,
      log: (line) => log(`  ${line}`),
    }),
  );
  writeEnv(dir, env);
  await step(running, 'API', async () => {
    const api = watched(running, await startProgram(dir, 'api', 'main', { ...env, PORT: String(port) }));
    await waitReady(api, async () => (await fetch(`http://127.0.0.1:${port}/health/live`)).ok);
  });
  await step(running, 'Worker', async () =>
    watched(running, await startProgram(dir, 'worker', 'worker', env)),
  );
}

async function stopAll(running: Running): Promise<void> {
  running.stopping = true;
  for (const part of running.parts.reverse()) {
    await part.stop();
    running.options.log(`  ${part.name} stopped`);
  }
}

async function step<T>(running: Running, name: string, work: () => Promise<T>): Promise<T> {
  if (running.stopping) throw new Error('stopped');
  const began = Date.now();
  const result = await work();
  running.options.log(`  ${name}: ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

/** Stops with the rest, and says so when it ends of itself. */
function watched<T extends Part>(running: Running, part: T): T {
  running.parts.push(part);
  void part.ended.then((what) => {
    if (running.stopping) return;
    running.options.log(`\n${what}, unasked: see ${part.logFile}\nThe rest goes on; Ctrl-C stops it.`);
  });
  return part;
}

function startProgram(dir: string, name: string, file: string, env: Record<string, string>): Promise<Part> {
  return startPart({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', program(file)],
    dir,
    env: { ...process.env, ...env },
  });
}

async function runCli(env: Record<string, string>, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [program('cli'), ...args], {
      env: { ...process.env, ...env },
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
