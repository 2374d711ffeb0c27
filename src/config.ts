import { resolve } from 'node:path';

/** Everything the environment may say, read here and nowhere else. The README lists the same names. */
export interface Config {
  port: number;
  host: string;
  /** Folder of the embedded Postgres and its state; used when `databaseUrl` is absent. */
  dataDir: string;
  databaseUrl: string | undefined;
  databaseOwnerUrl: string | undefined;
  /** Where a worker serves its metrics and health; 0: nowhere. */
  metricsPort: number;
  /** How Debezium reaches Postgres, as seen from Kafka Connect; logs in as `counterfoil_cdc`. */
  cdcDatabaseUrl: string | undefined;
  kafkaBrokers: string[];
  connectUrl: string;
  /** True when `CONNECT_URL` was given: a worker then watches the connector. */
  connectGiven: boolean;
  logLevel: string;
  idempotencyRetentionHours: number;
  apiTokensFile: string | undefined;
  /** True when `AUTH=none` was said aloud: no tokens although listening beyond loopback. */
  authNone: boolean;
  /** Most commands waiting in this process before `OVERLOADED`. */
  queueLimit: number;
  /** How long money may have to wait before it is refused, in milliseconds; what is less urgent, less. */
  maxWaitMs: number;
  /** Requests and commands a second for each principal that has no rate of its own; 0: any number. */
  rateLimit: number;
  /** How many at once; 0: those of a second. */
  rateBurst: number;
  /** Most commands folded into one Postgres transaction. */
  batchLimit: number;
  /** Batches in flight at once, each on a connection of its own. */
  writers: number;
  /** How long an event may take to the read model before it is applied from the journal. */
  healAfterSeconds: number;
  /** How often the journal is sealed; 0: never. */
  sealSeconds: number;
  /** The Ed25519 key that seals are signed with, in PEM. */
  sealKeyFile: string | undefined;
  /** Where the CLI finds the API, and the token it shows. */
  url: string;
  token: string | undefined;
}

/** A setting that can't be used: one line for a person, printed before the start is refused. */
export class ConfigError extends Error {}

type Env = Record<string, string | undefined>;

/** @throws ConfigError naming the variable and what it takes. */
export function loadConfig(env: Env = process.env): Config {
  return {
    port: integer(env, 'PORT', 3000, 0, 65535),
    host: env.HOST || '127.0.0.1',
    dataDir: resolve(env.DATA_DIR || './data'),
    databaseUrl: postgresUrl(env, 'DATABASE_URL'),
    databaseOwnerUrl: postgresUrl(env, 'DATABASE_OWNER_URL'),
    cdcDatabaseUrl: postgresUrl(env, 'CDC_DATABASE_URL'),
    kafkaBrokers: (env.KAFKA_BROKERS || '')
      .split(',')
      .map((broker) => broker.trim())
      .filter(Boolean),
    metricsPort: integer(env, 'METRICS_PORT', 0, 0, 65535),
    connectGiven: Boolean(env.CONNECT_URL),
    connectUrl: httpUrl(env, 'CONNECT_URL', 'http://127.0.0.1:8083'),
    logLevel: oneOf(env, 'LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    idempotencyRetentionHours: integer(env, 'IDEMPOTENCY_RETENTION_HOURS', 72, 1, 24 * 365),
    apiTokensFile: env.API_TOKENS_FILE || undefined,
    authNone: oneOf(env, 'AUTH', '', ['', 'none']) === 'none',
    queueLimit: integer(env, 'QUEUE_LIMIT', 20_000, 1, 1_000_000),
    maxWaitMs: integer(env, 'MAX_WAIT_MS', 2_000, 10, 600_000),
    rateLimit: integer(env, 'RATE_LIMIT', 0, 0, 1_000_000_000),
    rateBurst: integer(env, 'RATE_BURST', 0, 0, 1_000_000_000),
    batchLimit: integer(env, 'BATCH_LIMIT', 500, 1, 10_000),
    writers: integer(env, 'WRITERS', 2, 1, 64),
    healAfterSeconds: integer(env, 'HEAL_AFTER_SECONDS', 30, 2, 86_400),
    sealSeconds: integer(env, 'SEAL_SECONDS', 60, 0, 86_400),
    sealKeyFile: env.SEAL_KEY_FILE || undefined,
    url: httpUrl(env, 'COUNTERFOIL_URL', 'http://127.0.0.1:3000'),
    token: env.COUNTERFOIL_TOKEN || undefined,
  };
}

/**
 * The settings as the API takes them; other programs need neither a database to serve nor a place to listen.
 * @throws ConfigError
 */
export function loadServiceConfig(env: Env = process.env): Config {
  const config = loadConfig(env);
  if (config.databaseOwnerUrl && !config.databaseUrl) {
    throw new ConfigError('DATABASE_OWNER_URL is set but DATABASE_URL is not: set both, or neither');
  }
  if (!isLoopback(config.host) && !config.apiTokensFile && !config.authNone) {
    throw new ConfigError(
      `HOST=${config.host} listens beyond this machine without tokens: set API_TOKENS_FILE, or say AUTH=none`,
    );
  }
  return config;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

function integer(env: Env, name: string, fallback: number, least: number, most: number): number {
  const text = env[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < least || value > most) {
    throw new ConfigError(`${name}=${text} is not a whole number from ${least} to ${most}`);
  }
  return value;
}

function oneOf(env: Env, name: string, fallback: string, allowed: string[]): string {
  const text = env[name] ?? fallback;
  if (!allowed.includes(text)) {
    throw new ConfigError(`${name}=${text} is not one of: ${allowed.filter(Boolean).join(', ')}`);
  }
  return text;
}

function postgresUrl(env: Env, name: string): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new ConfigError(`${name} is not a URL of the form postgres://user:password@host:port/database`);
  }
  return text;
}

function httpUrl(env: Env, name: string, fallback: string): string {
  const text = env[name] || fallback;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new ConfigError(`${name}=${text} is not an http:// or https:// URL`);
  }
  return text.replace(/\/+$/, '');
}
