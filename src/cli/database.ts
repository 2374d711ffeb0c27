import type pg from 'pg';
import { ConfigError, loadConfig } from '../config.js';
import { findEmbeddedPostgres } from '../platform/embedded-postgres.js';
import { DatabaseError, isMigrated } from '../platform/migrate.js';
import { createPool, type Role } from '../platform/postgres.js';

interface Session {
  role: Role;
  /** Shown by Postgres. */
  name: string;
  max?: number;
  /** How long a statement may take. */
  statementSeconds?: number;
  /** Nothing is written, so that a standby will do. */
  readOnly?: boolean;
  /** A database without a journal will do. */
  orReadModelOnly?: boolean;
}

/** For help texts. */
export const databaseHelp = `Uses DATABASE_URL, the service's own; without it, the embedded Postgres that \`npm start\` has running in DATA_DIR.`;

/**
 * Work on the service's database, as one of its roles.
 * @throws ConfigError when none is given and none is running; Error when it can't be used
 */
export async function withDatabase<T>(session: Session, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = loadConfig();
  const url = databaseUrl ?? (await findEmbeddedPostgres(dataDir));
  if (!url) throw new ConfigError(`DATABASE_URL must be set, since no service runs on ${dataDir}`);
  const migrated = await isMigrated(url, session.orReadModelOnly).catch((error: unknown) => {
    throw error instanceof DatabaseError ? new Error(`DATABASE_URL: ${error.message}`) : error;
  });
  if (!migrated)
    throw new Error('DATABASE_URL: the schema is not the newest: run `counterfoil migrate` first');
  const { role, name, max = 4, statementSeconds = 60, readOnly = false } = session;
  const pool = createPool(url, {
    role,
    max,
    applicationName: name,
    lockSeconds: statementSeconds,
    statementSeconds,
    readOnly,
  });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
