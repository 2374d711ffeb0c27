import { DatabaseError, isMigrated } from '../platform/migrate.js';
import { createPool } from '../platform/postgres.js';

/** A journal is read from end to end. */
const STATEMENT_SECONDS = 3_600;

/** Makes `journal.open_holds` again from the chains, as the service's own role; answers how many may expire. */
export async function rebuildOpenHolds(databaseUrl: string): Promise<number> {
  const migrated = await isMigrated(databaseUrl).catch((error: unknown) => {
    throw error instanceof DatabaseError ? new Error(`DATABASE_URL: ${error.message}`) : error;
  });
  if (!migrated)
    throw new Error('DATABASE_URL: the schema is not the newest: run `counterfoil migrate` first');
  const pool = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: 1,
    applicationName: 'counterfoil holds rebuild',
    statementSeconds: STATEMENT_SECONDS,
  });
  try {
    const { rows } = await pool.query<{ count: number }>('select journal.rebuild_open_holds() as count');
    return rows[0]!.count;
  } finally {
    await pool.end();
  }
}
