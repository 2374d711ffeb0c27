import { rm } from 'node:fs/promises';

export default async function teardown() {
  if (!globalThis.testPostgres) return;
  const { postgres, dataDir } = globalThis.testPostgres;
  globalThis.testPostgres = undefined;
  await postgres.stop();
  // Its own dataDir is where the data really lies; run by root, ours has only a link to it.
  for (const folder of [postgres.dataDir, dataDir]) await rm(folder, { recursive: true, force: true });
}
