import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './error.js';
import { freePort } from './free-port.js';
import { childEnvironment, type Identity } from './identity.js';
import { findPostmaster, isServerOf, type Postmaster } from './postmaster.js';

export interface LaunchPlan {
  cluster: string;
  logFile: string;
  password: string;
  binaries: Binaries;
  identity: Identity;
  settings: Record<string, string>;
}

/** A server that answers, with a session in its database `postgres`. */
export interface RunningServer extends Postmaster {
  session: pg.Client;
  tookOver: boolean;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  max_connections: '200',
  max_wal_senders: '8',
  max_replication_slots: '8',
  max_slot_wal_keep_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const LOG_KEPT_BYTES = 16 * 1024 * 1024;
const ANSWER_WITHIN_MS = 60_000;
const RECOVER_WITHIN_MS = 30 * 60_000;
/** Why a start that failed is worth another try: somebody else's just won, or the port was taken meanwhile. */
const PASSING = /lock file "postmaster\.pid"|could not bind|could not create any TCP|shared memory block/;

/** Takes over the server that runs on the data, or starts one; waits until it answers. */
export async function reachServer(plan: LaunchPlan): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await findPostmaster(plan.cluster);
    const server = found ?? (await launch(plan));
    const running = () => isServerOf(server.pid, plan.cluster);
    const session = await connectWhenReady(server, plan.password, running);
    if (session) return { ...server, session, tookOver: found !== undefined };
    // It ended before it answered: one that we found was stopping, one that we started says why in its log.
    if (found) continue;
    const reason = await lastFatal(plan.logFile, (server as Launched).logOffset);
    if (attempt >= 40 || !PASSING.test(reason)) {
      throw new EmbeddedPostgresError(
        `the embedded Postgres did not start: ${reason || 'it ended at once'} (see ${plan.logFile})`,
      );
    }
    await sleep(250);
  }
}

interface Launched extends Postmaster {
  logOffset: number;
}

async function launch(plan: LaunchPlan): Promise<Launched> {
  const port = Number(plan.settings.port ?? (await freePort()));
  const settings = { ...SETTINGS, ...plan.settings, port: String(port) };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const size = (await stat(plan.logFile).catch(() => undefined))?.size ?? 0;
  if (size > LOG_KEPT_BYTES) await rename(plan.logFile, `${plan.logFile}.1`);
  const log = await open(plan.logFile, 'a', 0o600);
  try {
    const logOffset = (await log.stat()).size;
    // A process group of its own: Ctrl-C is for the service, which still needs its database to finish.
    const child = spawn(plan.binaries.postgres, ['-D', plan.cluster, ...options], {
      ...plan.identity,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: childEnvironment(),
    });
    await once(child, 'spawn');
    child.unref();
    await untilWorking(
      child.pid as number,
      plan.cluster,
      () => child.exitCode !== null || child.signalCode !== null,
    );
    return { pid: child.pid as number, port, logOffset };
  } finally {
    await log.close();
  }
}

/** A new server is known by its working folder, which it enters a moment after its start. */
async function untilWorking(pid: number, cluster: string, ended: () => boolean): Promise<void> {
  while (!ended() && !(await isServerOf(pid, cluster))) await sleep(5);
}

async function connectWhenReady(
  { port }: Postmaster,
  password: string,
  running: () => Promise<boolean>,
): Promise<pg.Client | undefined> {
  let deadline = Date.now() + ANSWER_WITHIN_MS;
  const latest = Date.now() + RECOVER_WITHIN_MS;
  for (;;) {
    const session = superuserClient(port, password, 'postgres');
    try {
      await session.connect();
      return session;
    } catch (error) {
      await session.end().catch(() => undefined);
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      // 57P01 to 57P03: starting, recovering or shutting down, which can take its time.
      if (code?.startsWith('57P')) deadline = Math.min(latest, Date.now() + ANSWER_WITHIN_MS);
      else if (code) throw refusal(error as Error);
    }
    if (!(await running())) return undefined;
    if (Date.now() > deadline) throw new EmbeddedPostgresError('the embedded Postgres does not answer');
    await sleep(20);
  }
}

function refusal(error: Error): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`the embedded Postgres refuses the service: ${error.message}`);
}

/** Connections of the manager carry its pid, so that another start can say who is there. */
export function superuserClient(port: number, password: string, database: string): pg.Client {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database,
    ssl: false,
    application_name: `counterfoil ${process.pid}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Without a listener, a server that dies would take this process with it.
  client.on('error', () => undefined);
  return client;
}

async function lastFatal(logFile: string, offset: number): Promise<string> {
  const log = await open(logFile, 'r');
  try {
    const { size } = await log.stat();
    const { buffer, bytesRead } = await log.read(Buffer.alloc(Math.max(0, size - offset)), {
      position: offset,
    });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const fatal = lines.filter(
      (line) => /FATAL|PANIC|could not bind/.test(line) && !/database system is/.test(line),
    );
    const detail = lines.filter((line) => /DETAIL/.test(line)).slice(-1);
    return [...fatal.slice(-1), ...detail]
      .map((line) => line.replace(/^.*?(FATAL|PANIC|DETAIL|LOG): +/, ''))
      .join('; ');
  } finally {
    await log.close();
  }
}
