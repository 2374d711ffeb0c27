import 'reflect-metadata';
import type { Logger } from 'pino';
import { ConfigError, isLoopback, loadServiceConfig, type Config } from './config.js';
import { EmbeddedPostgresError, startEmbeddedPostgres } from './platform/embedded-postgres.js';
import { createLogger } from './platform/logging.js';
import { DatabaseError, explained, isMigrated, MissingRight, migrate } from './platform/migrate.js';
import { startService, type Service } from './service.js';

/** The API. Without DATABASE_URL it brings its own Postgres, and stops it again. */
async function main(): Promise<void> {
  const started = performance.now();
  // A terminal that was closed takes no more output: that must not end us before all is stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const config = loadServiceConfig();
  const logger = createLogger(config.logLevel);
  const stopping = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => resolve(name));
  });
  const database = await openDatabase(config, logger);
  let service: Service | undefined;
  try {
    service = await startService(config, database.url, logger).catch((error: unknown) => {
      throw notListening(config, error) ?? notServing(config, error);
    });
    if (process.stdout.isTTY || !config.databaseUrl) banner(config, service, database.folder, started);
    else logger.info({ url: service.url }, 'listening');
    const lost = await Promise.race([stopping.then(() => undefined), database.lost]);
    if (lost) throw new EmbeddedPostgresError(lost);
  } finally {
    await service?.stop();
    await database.stop();
  }
}

interface Database {
  url: string;
  /** Where the embedded Postgres keeps its data. */
  folder: string | undefined;
  /** Why the embedded Postgres ended unasked, once it has. */
  lost: Promise<string>;
  stop(): Promise<void>;
}

async function openDatabase(config: Config, logger: Logger): Promise<Database> {
  if (config.databaseUrl) {
    await prepare(config.databaseUrl, config.databaseOwnerUrl, (line) => logger.info(line));
    return { url: config.databaseUrl, folder: undefined, lost: new Promise(() => {}), stop: async () => {} };
  }
  const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir });
  try {
    await migrate(postgres.url);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  const { url, dataDir, lost } = postgres;
  return { url, folder: dataDir, lost, stop: () => postgres.stop() };
}

/** With a login of its own for migrations, or one that may do everything; else a migration job has done it. */
async function prepare(url: string, ownerUrl: string | undefined, log: (line: string) => void) {
  if (ownerUrl) await naming('DATABASE_OWNER_URL', () => migrate(ownerUrl, log));
  if (await naming('DATABASE_URL', () => isMigrated(url))) return;
  if (ownerUrl) throw new ConfigError('DATABASE_URL is not the database that DATABASE_OWNER_URL migrates');
  await naming('DATABASE_URL', async () => {
    try {
      await migrate(url, log);
    } catch (error) {
      if (!(error instanceof MissingRight)) throw error;
      throw new DatabaseError(
        `the database is not migrated, and this login can't do it (${error.message}): ` +
          'run `counterfoil migrate` with DATABASE_OWNER_URL, or set that here',
      );
    }
  });
}

/** What is wrong with a database is said with the setting that leads there. */
async function naming<T>(setting: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DatabaseError ? new ConfigError(`${setting}: ${error.message}`) : error;
  }
}

/** Why the service can't listen; undefined when the error has nothing to do with that. */
function notListening({ host, port }: Config, error: unknown): ConfigError | undefined {
  const { syscall, code, hostname, message } = error as NodeJS.ErrnoException & { hostname?: string };
  if (syscall === 'getaddrinfo' && hostname === host) {
    return new ConfigError(`HOST=${host} can't be resolved to an address of this machine`);
  }
  if (syscall !== 'listen') return undefined;
  if (code === 'EADDRINUSE') return new ConfigError(`port ${port} is taken: set PORT to another`);
  if (code === 'EADDRNOTAVAIL') return new ConfigError(`HOST=${host} is not an address of this machine`);
  if (code === 'EACCES') {
    return new ConfigError(`PORT=${port} is not for this user: set PORT to one from 1024 on`);
  }
  return new ConfigError(`HOST=${host}, PORT=${port}: ${message}`);
}

/** The login of DATABASE_URL lacks a right, or the database went away; a bug of ours stays what it is. */
function notServing({ databaseUrl }: Config, error: unknown): unknown {
  const found = explained(error);
  if (!databaseUrl || !(found instanceof DatabaseError)) return error;
  const advice = found instanceof MissingRight ? ': grant it counterfoil_app and counterfoil_projector' : '';
  return new ConfigError(`DATABASE_URL: ${found.message}${advice}`);
}

function banner(config: Config, { url }: Service, folder: string | undefined, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const data = folder ?? 'the Postgres of DATABASE_URL';
  const { host, apiTokensFile } = config;
  const token = apiTokensFile ? '-H "authorization: Bearer $COUNTERFOIL_TOKEN" ' : '';
  const beyond = isLoopback(host) ? '' : `  Open   to other machines too: HOST=${host}\n`;
  process.stdout.write(`
  Counterfoil is ready after ${seconds} s

  API    ${url}/v1
  Docs   ${url}/docs
  Data   ${data}
${beyond}
  Try it:
  curl -s -X POST ${url}/v1/ledgers/main/accounts -H 'content-type: application/json' \\
    ${token}-H 'idempotency-key: first-account' \\
    -d '{"id":"cash","type":"asset","currency":"USD","min_balance":null}'

  Ctrl-C stops it.

`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);

/** One line for what a person can mend, the stack for what is our fault. */
function explain(error: Error): string {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  return error.stack ?? error.message;
}
