import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/platform/logging.js';
import { startService as start } from '../../src/service.js';
import { createDatabase } from './postgres.js';

export interface TestService {
  url: string;
  databaseUrl: string;
  stop(): Promise<void>;
}

/** The API on a free port over a database of its own, or over another service's. */
export async function startService(
  env: Record<string, string> = {},
  databaseUrl?: string,
): Promise<TestService> {
  const database = databaseUrl === undefined ? await createDatabase() : undefined;
  const url = databaseUrl ?? database!.url;
  // Tests may be slow, and send much at once; a seal that comes by itself is what few of them expect.
  const quiet = { LOG_LEVEL: 'silent', MAX_WAIT_MS: '60000', SEAL_SECONDS: '0' };
  const config = loadConfig({ PORT: '0', ...quiet, ...env });
  const service = await start(config, url, createLogger(config.logLevel));
  const stop = async () => {
    await service.stop();
    await database?.drop();
  };
  return { url: service.url, databaseUrl: url, stop };
}
