import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { ConfigError, type Config } from './config.js';
import { watchSlots } from './connect/slot-watch.js';
import { startExpiry } from './ledger/holds/expiry.js';
import { Batcher } from './ledger/journal/batcher.js';
import { startHousekeeping } from './ledger/journal/housekeeping.js';
import { ADMISSION } from './platform/admission/admission.js';
import { createQuotas } from './platform/admission/quotas.js';
import { configureHttp, createHttpAdapter } from './platform/http/configure.js';
import { nestLogger } from './platform/logging.js';
import { collectProcessMetrics } from './platform/metrics.js';
import { createPool } from './platform/postgres.js';
import { keepComplete } from './projections/complete.js';
import { watchLag } from './projections/lag.js';
import { watchProofs } from './proof/last-proofs.js';
import { startTail } from './projections/runner/tail.js';
import { readSigningKey } from './proof/seals/key.js';
import { startSealer } from './proof/seals/sealer.js';
import { readinessOf } from './readiness.js';

/** How long a request at hand may take to come in and be answered when the service stops. */
const GRACE_MS = 5_000;

export interface Service {
  url: string;
  /** Answers what was taken, then lets go of everything. */
  stop(): Promise<void>;
}

/**
 * The API over a migrated database, and without Kafka the projections too, fed by the outbox's tail.
 * @throws ConfigError, or Error when the port is taken
 */
export async function startService(config: Config, databaseUrl: string, logger: Logger): Promise<Service> {
  const key = signingKeyOf(config);
  const writes = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: config.writers + 4,
    applicationName: 'counterfoil-api',
    lockSeconds: 1,
    statementSeconds: 15,
    hot: true,
  });
  const reads = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: 10,
    applicationName: 'counterfoil-reads',
  });
  const streams = config.kafkaBrokers.length > 0;
  const slots = streams ? watchSlots(reads, logger) : undefined;
  const quotas = createQuotas(writes, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with({ config, writes, reads, readiness: readinessOf(reads, logger, slots), quotas }),
    createHttpAdapter(),
    { bodyParser: false, logger: nestLogger(logger) },
  );
  configureHttp(app, { config, logger, admission: app.get(ADMISSION) });
  collectProcessMetrics();
  let stopHousekeeping = async () => {};
  let stopProjections = async () => {};
  let stopExpiry = async () => {};
  let stopSealer = async () => {};
  const stopLag = watchLag(reads);
  const stopProofs = watchProofs(reads);
  const stop = async () => {
    stopLag();
    stopProofs();
    slots?.stop();
    // New requests are refused first, then those at hand are answered.
    const batcher = app.get(Batcher);
    // Nobody's half-sent request keeps us: it was not taken.
    batcher.stopWaiting();
    const expiryStopped = stopExpiry();
    const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), GRACE_MS);
    await app.close();
    clearTimeout(cut);
    await batcher.close();
    await expiryStopped;
    await Promise.all([stopHousekeeping(), stopProjections(), stopSealer(), quotas.stop()]);
    await Promise.all([writes.end(), reads.end()]);
  };
  try {
    stopHousekeeping = await startHousekeeping(reads, config.idempotencyRetentionHours, logger);
    stopExpiry = startExpiry(reads, app.get(Batcher), logger);
    stopSealer = startSealer({ databaseUrl, seconds: config.sealSeconds, key, log: logger });
    await app.init();
    // Fastify's own listen: Nest's would log a taken port as well as throw it.
    await app.getHttpAdapter().getInstance().listen({ port: config.port, host: config.host });
  } catch (error) {
    await stop();
    throw error;
  }
  if (!streams) stopProjections = runTail(databaseUrl, logger, config);
  return { url: urlOf(app.getHttpServer().address() as AddressInfo), stop };
}

function signingKeyOf({ sealKeyFile }: Config) {
  try {
    return sealKeyFile === undefined ? undefined : readSigningKey(sealKeyFile);
  } catch (error) {
    throw new ConfigError(`SEAL_KEY_FILE: ${(error as Error).message}`);
  }
}

/** The address a caller on this machine uses: an unspecified one (0.0.0.0, ::) is reached by loopback. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function runTail(databaseUrl: string, log: Logger, { healAfterSeconds }: Config): () => Promise<void> {
  const pool = createPool(databaseUrl, {
    role: 'counterfoil_projector',
    max: 3,
    applicationName: 'counterfoil-projections',
  });
  const running = [startTail({ pool, log }), keepComplete({ pool, log, healAfterSeconds })];
  return async () => {
    await Promise.all(running.map((source) => source.stop()));
    await pool.end();
  };
}
