import { rm } from 'node:fs/promises';

export default async function teardown() {
  if (!globalThis.testPostgres) return;
  const { postgres, dataDir } = globalThis.testPostgres;
  globalThis.testPostgres = undefined;
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
