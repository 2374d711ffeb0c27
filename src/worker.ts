import type pg from 'pg';
import type { Logger } from 'pino';
import { ConfigError, loadConfig, type Config } from './config.js';
import { watchConnectors } from './connect/connector-watch.js';
import { watchSlots } from './connect/slot-watch.js';
import { createLogger } from './platform/logging.js';
import { serveMetrics } from './platform/metrics-server.js';
import { createPool } from './platform/postgres.js';
import { keepComplete } from './projections/complete.js';
import { publishDeadLetters } from './projections/dead-letters/publish.js';
import { startKafka } from './projections/runner/kafka-source.js';
import { startTail } from './projections/runner/tail.js';
import { watchLag } from './projections/lag.js';
import { readinessOf } from './readiness.js';

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
  const kafka = config.kafkaBrokers.length > 0;
  const source = kafka ? startKafka({ pool, log, brokers: config.kafkaBrokers }) : startTail({ pool, log });
  const { kafkaBrokers: brokers, healAfterSeconds } = config;
  const beside = [
    keepComplete({ pool, log, healAfterSeconds }),
    ...(kafka ? [publishDeadLetters({ pool, log, brokers })] : []),
  ];
  const stopWatching = await watch(config, pool, log);
  log.info({ source: kafka ? 'kafka' : 'tail', brokers }, 'projection worker started');

  const end = await Promise.race([stopping, source.ended.then((error) => ({ error }))]);
  if ('signal' in end) log.info(end, 'projection worker stops');
  else
    log.error({ err: end.error }, `projection worker ends, it feeds nothing any more: ${end.error?.message}`);
  await Promise.all([...[source, ...beside].map((running) => running.stop()), stopWatching()]);
  await pool.end();
  log.info({}, 'projection worker stopped');
  return 'signal' in end ? 0 : 1;
}

/** The way of the events to here, and what others are told of it; returns how to stop. */
async function watch(config: Config, pool: pg.Pool, log: Logger): Promise<() => Promise<void>> {
  const { metricsPort: port, host, connectUrl, connectGiven } = config;
  const streams = config.kafkaBrokers.length > 0;
  const slots = streams ? watchSlots(pool, log) : undefined;
  const connectors = streams && connectGiven ? watchConnectors({ pool, connectUrl, log }) : undefined;
  const server = port
    ? await serveMetrics({ port, host }, readinessOf(pool, log, slots)).catch((error: Error) => {
        throw new ConfigError(`METRICS_PORT=${port} can't be used: ${error.message}`);
      })
    : undefined;
  const stopLag = server ? watchLag(pool) : () => {};
  return async () => {
    slots?.stop();
    stopLag();
    await Promise.all([connectors?.stop(), server?.stop()]);
  };
}

// What a client may have left behind, a connection or a timer, must not keep the process.
main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${error.stack}\n`);
    process.exit(1);
  },
);
