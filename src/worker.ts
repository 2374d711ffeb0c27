import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { ConfigError, loadConfig, type Config } from './config.js';
import { watchConnectors } from './connect/connector-watch.js';
import { watchSlots } from './connect/slot-watch.js';
import type { Readiness } from './platform/health.controller.js';
import { createLogger } from './platform/logging.js';
import { serveMetrics } from './platform/metrics-server.js';
import type { Contents } from './platform/migrate.js';
import { createPool } from './platform/postgres.js';
import { keepComplete } from './projections/complete.js';
import { publishDeadLetters } from './projections/dead-letters/publish.js';
import { hasJournal } from './projections/journal.js';
import { watchLag } from './projections/lag.js';
import { readerElsewhere, startKafka } from './projections/runner/kafka-source.js';
import { backoffMs, type Feed, type RunningSource } from './projections/runner/source.js';
import { startTail } from './projections/runner/tail.js';
import { readinessElsewhere, readinessOf } from './readiness.js';

/**
 * Feeds the projections from Kafka, or without `KAFKA_BROKERS` from the outbox, until it is told to stop.
 * @returns the exit status: 1 when it feeds nothing any more though nobody told it to stop
 */
async function main(): Promise<number> {
  const stopping = new Promise<{ signal: string }>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve({ signal }));
  });
  const config = loadConfig();
  if (!config.databaseUrl)
    throw new ConfigError('DATABASE_URL is not set: the worker needs the service’s Postgres');
  const log = createLogger(config.logLevel);
  const pool = createPool(config.databaseUrl, {
    role: 'counterfoil_projector',
    max: 8,
    applicationName: 'counterfoil-worker',
  });
  const { kafkaBrokers: brokers } = config;
  const kafka = brokers.length > 0;
  const contents = await Promise.race([stopping, contentsOf(pool, log)]);
  if (typeof contents !== 'string') return 0;
  if (contents === 'read model only' && !kafka)
    throw new ConfigError('KAFKA_BROKERS is not set: this database has no journal, only Kafka can feed it');
  const start = contents === 'journal' ? besideJournal : elsewhere;
  const [source, ...beside] = await start(config, pool, log);
  log.info({ source: kafka ? 'kafka' : 'tail', brokers }, 'projection worker started');

  const end = await Promise.race([stopping, source.ended.then((error) => ({ error }))]);
  if ('signal' in end) log.info(end, 'projection worker stops');
  else
    log.error({ err: end.error }, `projection worker ends, it feeds nothing any more: ${end.error?.message}`);
  await Promise.all([source, ...beside].map((running) => running.stop()));
  await pool.end();
  log.info({}, 'projection worker stopped');
  return 'signal' in end ? 0 : 1;
}

/** Postgres may come later than the worker, and so may the schema. */
async function contentsOf(pool: pg.Pool, log: Logger): Promise<Contents> {
  for (let failures = 1; ; failures += 1) {
    try {
      if (await hasJournal(pool)) return 'journal';
      await pool.query('select from projections.versions limit 1');
      return 'read model only';
    } catch (error) {
      log.warn({ err: error, failures }, 'projections: what the database holds could not be found out');
      await sleep(backoffMs(failures));
    }
  }
}

type Start = (config: Config, pool: pg.Pool, log: Logger) => Promise<[Feed, ...RunningSource[]]>;

const besideJournal: Start = async (config, pool, log) => {
  const { kafkaBrokers: brokers, healAfterSeconds } = config;
  const source = brokers.length > 0 ? startKafka({ pool, log, brokers }) : startTail({ pool, log });
  return [
    source,
    keepComplete({ pool, log, healAfterSeconds }),
    ...(brokers.length > 0 ? [publishDeadLetters({ pool, log, brokers })] : []),
    await watch(config, pool, log),
  ];
};

/** Its dead letters stay in its own table: their topics belong to the read model beside the journal. */
const elsewhere: Start = async (config, pool, log) => {
  log.info({}, 'projections: no journal here: whether an event is missing is not looked into');
  const reader = await readerElsewhere(pool);
  const source = startKafka({ pool, log, brokers: config.kafkaBrokers, reader });
  const server = await serve(config, readinessElsewhere(pool, log));
  return server ? [source, server] : [source];
};

/** The way of the events to here, and what others are told of it. */
async function watch(config: Config, pool: pg.Pool, log: Logger): Promise<RunningSource> {
  const { connectUrl, connectGiven } = config;
  const streams = config.kafkaBrokers.length > 0;
  const slots = streams ? watchSlots(pool, log) : undefined;
  const connectors = streams && connectGiven ? watchConnectors({ pool, connectUrl, log }) : undefined;
  const server = await serve(config, readinessOf(pool, log, slots));
  const stopLag = server ? watchLag(pool) : () => {};
  return {
    async stop() {
      slots?.stop();
      stopLag();
      await Promise.all([connectors?.stop(), server?.stop()]);
    },
  };
}

async function serve({ metricsPort: port, host }: Config, readiness: Readiness) {
  if (!port) return undefined;
  return serveMetrics({ port, host }, readiness).catch((error: Error) => {
    throw new ConfigError(`METRICS_PORT=${port} can't be used: ${error.message}`);
  });
}

// What a client may have left behind, a connection or a timer, must not keep the process.
main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${error.stack}\n`);
    process.exit(1);
  },
);
