import pg from 'pg';

/** Providers: the journal's pool, and the pool of everything that only reads. */
export const APP_POOL = Symbol('APP_POOL');
export const READ_POOL = Symbol('READ_POOL');

export type Role = 'counterfoil_app' | 'counterfoil_projector' | 'counterfoil_owner' | 'counterfoil_reader';

interface PoolOptions {
  role: Role;
  max: number;
  applicationName: string;
  /** How long to wait for a lock, and for a statement; the defaults suit what may take its time. */
  lockSeconds?: number;
  statementSeconds?: number;
  /**
   * For the journal: statements are sent without waiting for the answers to those before them (a transaction in two
   * round trips), and plans are made once.
   */
  hot?: boolean;
  /** Whatever it is asked, it writes nothing; and is for looking at much: sorts in memory, and no helpers of its own. */
  readOnly?: boolean;
}

/**
 * Every statement of the hot path finds its rows by an index, whatever the size of its tables: one plan, made once, that
 * is never a scan of a table that was small when the connection was new. (Tables are looked into row by row: `lateral …
 * limit 1`. Hashes are for joining parameters with each other.)
 */
const plansByIndex = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_mergejoin: 'off',
  enable_bitmapscan: 'off',
};

/** How much later than the server the client gives a statement up: only a dead network lets it come to that. */
const NETWORK_SECONDS = 5;

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, canonicalTime);

/**
 * A pool whose every connection works under one role. Times come as canonical text
 * (`YYYY-MM-DDTHH:MM:SS.ffffffZ`, which sorts as it reads); int8 and numeric come as strings.
 * Timeouts keep one stopped process from holding an account's lock for long, and a dead network from holding us.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const { role, max, applicationName, lockSeconds = 10, statementSeconds = 30, hot = false } = options;
  const settings = {
    role,
    timezone: 'UTC',
    datestyle: 'ISO',
    synchronous_commit: 'on',
    // Compiling a query costs more than any of ours takes.
    jit: 'off',
    // Statements of one transaction must see what was committed between them, whatever the database's default.
    default_transaction_isolation: String.raw`read\ committed`,
    lock_timeout: `${lockSeconds}s`,
    statement_timeout: `${statementSeconds}s`,
    idle_in_transaction_session_timeout: '30s',
    ...(hot && plansByIndex),
    // Nothing of the database's owner comes between a proof and the rows: neither functions nor policies.
    ...(options.readOnly && {
      default_transaction_read_only: 'on',
      work_mem: '64MB',
      search_path: 'pg_catalog',
      row_security: 'off',
      max_parallel_workers_per_gather: '0',
    }),
    tcp_keepalives_idle: '10',
    tcp_keepalives_interval: '5',
    tcp_keepalives_count: '3',
  };
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    query_timeout: (statementSeconds + NETWORK_SECONDS) * 1_000,
    pipeline: hot,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  // One that breaks between two queries of whoever holds it says so by an event too; the next query fails anyway.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** `2026-11-21 10:00:00.5+00` → `2026-11-21T10:00:00.500000Z`; the session's time zone is UTC. */
function canonicalTime(text: string): string {
  const fraction = text.slice(20, -3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(6, '0')}Z`;
}

/** Errors after which the same work may simply be done again. */
export function isRetryable(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === '40001' || code === '40P01' || code === '55P03';
}

/** True when Postgres answers but can't do it now: no resources, read-only, shutting down, too slow. */
export function isUnavailable(error: unknown): boolean {
  return /^(53|58|25006|57014)/.test((error as { code?: string }).code ?? '');
}

/** True when the connection was lost or the server is going down: what became of the work is not known. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  if (code && /^[0-9A-Z]{5}$/.test(code)) return /^(08|57P0[123]|25P03)/.test(code);
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)/.test(code ?? '') ||
    /connection|terminated|timeout|not queryable/i.test(message ?? '')
  );
}
