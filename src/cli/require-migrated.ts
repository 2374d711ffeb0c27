import { DatabaseError, isMigrated } from '../platform/migrate.js';

/** For commands that go to the database of DATABASE_URL themselves. @throws Error for a person */
export async function requireMigrated(databaseUrl: string): Promise<void> {
  const migrated = await isMigrated(databaseUrl).catch((error: unknown) => {
    throw error instanceof DatabaseError ? new Error(`DATABASE_URL: ${error.message}`) : error;
  });
  if (!migrated)
    throw new Error('DATABASE_URL: the schema is not the newest: run `counterfoil migrate` first');
}
