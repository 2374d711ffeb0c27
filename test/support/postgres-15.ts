import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  childEnvironment,
  chooseIdentity,
  run,
  type Identity,
} from '../../src/platform/embedded/identity.js';
import { freePort } from '../../src/stack/process.js';
import { query } from './stack.js';

/** Where Debian and its kin put the oldest Postgres that is supported. */
const folder = '/usr/lib/postgresql/15/bin';
export const postgres15 = folder;
const programs = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pg_basebackup'];

export const hasPostgres15 = programs.every((name) => existsSync(join(folder, name)));

const password = 'test';

export interface Cluster {
  /** The URL of a database (default `postgres`) for a login (default the superuser `postgres`). */
  url(database?: string, login?: string): string;
  /** Fast shutdown; then its data is removed. */
  stop(): Promise<void>;
}

/** A new, empty cluster on a free port. Every login's password is the same. */
export async function startCluster(): Promise<Cluster> {
  const identity = await chooseIdentity(undefined);
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-postgres-15-'));
  const data = join(dir, 'data');
  await initialise(dir, data, identity);
  const port = await freePort();
  const logFile = join(dir, 'log');
  const log = await open(logFile, 'w');
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const child = spawn(join(folder, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', log.fd, log.fd],
    env: childEnvironment(),
  });
  await log.close();
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const url: Cluster['url'] = (database = 'postgres', login = 'postgres') =>
    `postgres://${login}:${password}@127.0.0.1:${port}/${database}`;
  const stop = async () => {
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGQUIT'), 10_000);
    await ended;
    clearTimeout(timer);
    await rm(dir, { recursive: true, force: true });
  };
  if (await answers(url(), ended)) return { url, stop };
  const reason = await readFile(logFile, 'utf8');
  await stop();
  throw new Error(`Postgres 15 did not start: ${reason}`);
}

/** Makes an empty data folder. */
export async function initialise(dir: string, data: string, identity: Identity): Promise<void> {
  const passwordFile = join(dir, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) {
    for (const path of [dir, passwordFile]) await chown(path, identity.uid, identity.gid);
  }
  const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8'];
  await run(join(folder, 'initdb'), ['-D', data, ...access, ...locale, '--no-sync'], identity);
}

/** False when it has ended, or takes too long. */
export async function answers(url: string, ended: Promise<void>): Promise<boolean> {
  let alive = true;
  void ended.then(() => (alive = false));
  for (const until = Date.now() + 30_000; alive && Date.now() < until; await sleep(50)) {
    const client = new pg.Client({ connectionString: url });
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (connected) return true;
  }
  return false;
}

/** A login that may create roles but is no superuser, and owns the database of the same name. */
export async function createLogin(superuserUrl: string, name: string): Promise<void> {
  await query(superuserUrl, `create role ${name} login createrole password '${password}'`);
  await query(superuserUrl, `create database ${name} owner ${name}`);
}

/** Runs one of Debian's client programs to its end. @throws with its output when it fails */
export async function tool(name: 'psql' | 'pg_dump' | 'pg_dumpall' | 'pg_restore', ...args: string[]) {
  await run(join(folder, name), args, {});
}
