import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { isServerOf } from '../../src/platform/embedded/postmaster.js';
import { migrate } from '../../src/platform/migrate.js';
import { startLink } from './link.js';
import type { TestDatabase } from './postgres.js';

/** A migrated database in a Postgres of its own, which a test may kill; its address stays. */
export interface OwnPostgres extends TestDatabase {
  /** SIGKILL to all its processes, and a start again with the same data. */
  crash(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-postgres-'));
  const start = () => startEmbeddedPostgres({ dataDir, exclusive: false });
  let postgres = await start();
  const link = await startLink(postgres.port);
  await migrate(postgres.url);
  const url = new URL(postgres.url);
  url.port = String(link.port);
  return {
    url: url.href,
    async crash() {
      await signalPostgres(postgres.dataDir, 'SIGKILL');
      await postgres.lost;
      postgres = await start();
      link.leadTo(postgres.port);
    },
    async drop() {
      await link.close();
      await postgres.stop();
      for (const folder of [postgres.dataDir, dataDir]) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** To all processes of the Postgres that works in this folder, if any does. */
export async function signalPostgres(dataDir: string, name: NodeJS.Signals): Promise<void> {
  const pid = Number(
    (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0],
  );
  // The file outlives its process, whose number may be another's by now.
  if (await isServerOf(pid, dataDir)) for (const each of [pid, ...childrenOf(pid)]) send(each, name);
}

/** They outlive their postmaster for a moment; where this can't be told, Postgres sees to it itself. */
function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((child) => parentOf(child) === pid).map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
