import { ConfigError, loadConfig } from './config.js';
import { createLogger } from './platform/logging.js';
import { createPool } from './platform/postgres.js';
import { startKafka } from './projections/runner/kafka-source.js';
import { startTail } from './projections/runner/tail.js';

/** Feeds the projections from Kafka, or without `KAFKA_BROKERS` from the outbox, until it is told to stop. */
async function main(): Promise<void> {
  const config = loadConfig();
  if (!config.databaseUrl)
    throw new ConfigError('DATABASE_URL is not set: the worker needs the service’s Postgres');
  const log = createLogger(config.logLevel);
  const pool = createPool(config.databaseUrl, {
    role: 'counterfoil_projector',
    max: 6,
    applicationName: 'counterfoil-worker',
  });
  const kafka = config.kafkaBrokers.length > 0;
  const source = kafka ? startKafka({ pool, log, brokers: config.kafkaBrokers }) : startTail({ pool, log });
  log.info({ source: kafka ? 'kafka' : 'tail', brokers: config.kafkaBrokers }, 'projection worker started');

  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
  log.info({ signal }, 'projection worker stops');
  await source.stop();
  await pool.end();
  log.info({}, 'projection worker stopped');
}

main().catch((error: Error) => {
  process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
});
