import { ConfigError, loadConfig } from './config.js';
import { createLogger } from './platform/logging.js';
import { createPool } from './platform/postgres.js';
import { keepComplete } from './projections/complete.js';
import { publishDeadLetters } from './projections/dead-letters/publish.js';
import { startKafka } from './projections/runner/kafka-source.js';
import { startTail } from './projections/runner/tail.js';

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
    max: 6,
    applicationName: 'counterfoil-worker',
  });
  const kafka = config.kafkaBrokers.length > 0;
  const source = kafka ? startKafka({ pool, log, brokers: config.kafkaBrokers }) : startTail({ pool, log });
  const { kafkaBrokers: brokers, healAfterSeconds } = config;
  const beside = [
    keepComplete({ pool, log, healAfterSeconds }),
    ...(kafka ? [publishDeadLetters({ pool, log, brokers })] : []),
  ];
  log.info({ source: kafka ? 'kafka' : 'tail', brokers: config.kafkaBrokers }, 'projection worker started');

  const end = await Promise.race([stopping, source.ended.then((error) => ({ error }))]);
  if ('signal' in end) log.info(end, 'projection worker stops');
  else
    log.error({ err: end.error }, `projection worker ends, it feeds nothing any more: ${end.error?.message}`);
  await Promise.all([source, ...beside].map((running) => running.stop()));
  await pool.end();
  log.info({}, 'projection worker stopped');
  return 'signal' in end ? 0 : 1;
}

// What a client may have left behind, a connection or a timer, must not keep the process.
main().then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `${error.stack}\n`);
    process.exit(1);
  },
);
