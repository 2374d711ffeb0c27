import 'reflect-metadata';
import { ConfigError, loadConfig, type Config } from './config.js';
import { EmbeddedPostgresError, startEmbeddedPostgres } from './platform/embedded-postgres.js';
import { createLogger } from './platform/logging.js';
import { isMigrated, migrate } from './platform/migrate.js';
import { startService, type Service } from './service.js';

/** The API. Without DATABASE_URL it brings its own Postgres, and stops it again. */
async function main(): Promise<void> {
  const started = performance.now();
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  const stopping = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
  });
  const database = await openDatabase(config);
  let service: Service | undefined;
  try {
    service = await startService(config, database.url, logger);
    if (process.stdout.isTTY || !config.databaseUrl) banner(service, database.folder, started);
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

async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl) {
    const { databaseUrl, databaseOwnerUrl } = config;
    // With a login of its own for migrations, or one that may do everything; else a migration job has done it.
    if (databaseOwnerUrl) await migrate(databaseOwnerUrl);
    else if (!(await isMigrated(databaseUrl))) await migrate(databaseUrl);
    return { url: databaseUrl, folder: undefined, lost: new Promise(() => {}), stop: async () => {} };
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

function banner({ url }: Service, folder: string | undefined, started: number): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const data = folder ?? 'the Postgres of DATABASE_URL';
  process.stdout.write(`
  Counterfoil is ready after ${seconds} s

  API    ${url}/v1
  Docs   ${url}/docs
  Data   ${data}

  Try it:
  curl -s -X POST ${url}/v1/ledgers/main/accounts -H 'content-type: application/json' \\
    -H 'idempotency-key: first-account' -d '{"id":"cash","type":"asset","currency":"USD","min_balance":null}'

  Ctrl-C stops it.

`);
}

main().then(
  () => process.exit(0),
  (error: Error & { code?: string }) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);

/** One line for what a person can mend, the stack for what is our fault. */
function explain(error: Error & { code?: string; port?: number }): string {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  if (error.code === 'EADDRINUSE') return `port ${error.port} is taken: set PORT to another`;
  if (error.code === 'ECONNREFUSED' || error.code === '28P01' || error.code === '3D000') {
    return `Postgres of DATABASE_URL can't be used: ${error.message}`;
  }
  return error.stack ?? error.message;
}
