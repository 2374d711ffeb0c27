import { chmod } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { findBinaries } from './embedded/binaries.js';
import { createCluster, findCluster, readPassword, SHARED_FOLDER } from './embedded/cluster.js';
import { EmbeddedPostgresError } from './embedded/error.js';
import { makeFolder } from './embedded/folder.js';
import { canEnter, chooseIdentity } from './embedded/identity.js';
import { type LaunchPlan, reachServer, superuserClient } from './embedded/launch.js';
import { findPostmaster, stopPostmaster, watchPostmaster } from './embedded/postmaster.js';
import { lockService, type ServiceLock } from './embedded/service-lock.js';

export { EmbeddedPostgresError } from './embedded/error.js';

const DATABASE = 'counterfoil';

export interface EmbeddedPostgres {
  /** `postgres://postgres:PASSWORD@127.0.0.1:PORT/counterfoil`, as superuser. */
  url: string;
  /** Chosen anew whenever Postgres is started, unless `settings` say one. */
  port: number;
  /** Where the data really lies, which for root may be outside of the folder asked for. */
  dataDir: string;
  /** True when Postgres was running already, left by a service that was killed. */
  tookOver: boolean;
  /** Resolves when Postgres has ended unasked, with one line for a person; a new start recovers its data. */
  lost: Promise<string>;
  /** Stops Postgres cleanly and waits until it is gone. Safe to call again. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The service's folder: the data in `postgres`, with `postgres.password` and `postgres.log` beside it. */
  dataDir: string;
  /** More settings of postgresql.conf; they don't reach a Postgres that is taken over. */
  settings?: Record<string, string>;
  /** False to share the folder with other services. */
  exclusive?: boolean;
}

/**
 * A real Postgres from an npm package, its data kept in a folder. It survives this process when that is
 * killed, and the next start takes it over.
 * @throws EmbeddedPostgresError with one line that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  try {
    return await start(dataDir, options);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `the embedded Postgres can't use ${dataDir} (${(error as Error).message}): set DATA_DIR to another folder`,
      { cause: error },
    );
  }
}

/** The URL of the Postgres that a service has running on this folder; undefined when there is none. */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | undefined> {
  const cluster = await findCluster(resolve(dataDir));
  const server = cluster && (await findPostmaster(cluster));
  return server ? urlOf(server.port, await readPassword(resolve(dataDir), cluster)) : undefined;
}

function urlOf(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
}

async function start(dataDir: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const plan = await prepare(dataDir, options.settings ?? {});
  const { session, tookOver, ...server } = await reachServer(plan);
  const client = (database: string) => superuserClient(server.port, plan.password, database);
  const stopServer = () => stopPostmaster(plan.cluster, server, plan.binaries, plan.identity);
  let lock: ServiceLock = { expectEnd: () => {}, release: () => session.end() };
  try {
    if (options.exclusive ?? true) lock = await lockService(session, dataDir, () => client('postgres'));
  } catch (error) {
    // Even if we started this Postgres: the service that has the lock is using it now.
    await session.end();
    throw error;
  }
  try {
    await createDatabase(session);
  } catch (error) {
    if (!tookOver) await stopServer();
    await lock.release();
    throw error;
  }
  if (options.exclusive === false) await session.end();

  const watch = watchPostmaster(plan.cluster, server);
  const lost = watch.ended.then(() => {
    lock.expectEnd();
    return `the embedded Postgres (pid ${server.pid}) has ended unasked: see ${plan.logFile}`;
  });
  const stop = async () => {
    watch.end();
    lock.expectEnd();
    await stopServer();
    // The lock goes last, so that nobody takes over a Postgres that is about to stop.
    await lock.release();
  };
  let stopped: Promise<void> | undefined;
  return {
    url: urlOf(server.port, plan.password),
    port: server.port,
    dataDir: plan.cluster,
    tookOver,
    lost,
    stop: () => (stopped ??= stop()),
  };
}

async function prepare(dataDir: string, settings: Record<string, string>): Promise<LaunchPlan> {
  const created = await makeFolder(dataDir);
  if (created && process.getuid?.() === 0) await chmod(dataDir, 0o755);
  const existing = await findCluster(dataDir);
  const identity = await chooseIdentity(existing);
  const binaries = await findBinaries(identity, identity.uid === undefined ? dataDir : SHARED_FOLDER);
  const password = await readPassword(dataDir, existing);
  const cluster = existing ?? (await createCluster(dataDir, binaries, password, identity));
  if (!(await canEnter(cluster, identity))) {
    throw new EmbeddedPostgresError(
      `Postgres must run as the owner of ${cluster} (uid ${identity.uid}), who can't enter the folders above it`,
    );
  }
  return { cluster, logFile: join(dataDir, 'postgres.log'), password, binaries, identity, settings };
}

async function createDatabase(session: pg.Client): Promise<void> {
  const { rowCount } = await session.query('select from pg_database where datname = $1', [DATABASE]);
  if (rowCount) return;
  await session.query(`create database ${DATABASE} template template0`).catch((error: pg.DatabaseError) => {
    // 42P04 and 23505: another start has just made it.
    if (!['42P04', '23505'].includes(error.code ?? '')) throw error;
  });
}
