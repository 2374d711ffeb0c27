import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';

/** One Postgres for all test files; each file makes databases of its own in it. */
export default async function setup(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, exclusive: false });
  process.env.TEST_POSTGRES_URL = postgres.url;
  (globalThis as { testPostgres?: object }).testPostgres = { postgres, dataDir };
}
