import { rm } from 'node:fs/promises';
import type { EmbeddedPostgres } from '../../src/platform/embedded-postgres.js';

export default async function teardown(): Promise<void> {
  const { testPostgres } = globalThis as { testPostgres?: { postgres: EmbeddedPostgres; dataDir: string } };
  if (!testPostgres) return;
  await testPostgres.postgres.stop();
  await rm(testPostgres.dataDir, { recursive: true, force: true });
}
