import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One Postgres for all test files, by the built program (`npm run build`); each file makes databases in it. */
export default async function setup() {
  const { startEmbeddedPostgres } = await import('../../dist/src/platform/embedded-postgres.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, exclusive: false });
  process.env.TEST_POSTGRES_URL = postgres.url;
  globalThis.testPostgres = { postgres, dataDir };
}
