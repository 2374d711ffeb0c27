import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { findPostmaster, isServerOf } from '../../src/platform/embedded/postmaster.js';
import { migrate } from '../../src/platform/migrate.js';
import { keep } from '../../src/stack/keep.js';
import { freePort } from '../../src/stack/process.js';
import { mountDisk } from '../support/full-disk.js';
import { signalPostgres } from '../support/own-postgres.js';
import type { Member, Supervisor } from './supervise.js';

/** A migrated Postgres of its own, on a small disk where this user may mount one. */
export interface ChaosPostgres extends Member {
  /** As superuser; the address stays. */
  url: string;
  /** Takes what room there is, but for so many bytes; undefined where there is no small disk. */
  fillDisk: ((leave: number) => Promise<void>) | undefined;
  makeRoom(): Promise<void>;
  /** For good. `logs`: where its log is kept. */
  stop(logs: string): Promise<void>;
}

/** Room for an hour of load. */
const DISK_BYTES = 1024 ** 3;
const GRACE_MS = 15_000;
const settings = {
  max_wal_size: '128MB',
  // Nobody waits for the network's usual patience: what was black-holed is found out within seconds.
  wal_sender_timeout: '10s',
};

export async function startPostgres({ signal, log }: Supervisor): Promise<ChaosPostgres> {
  const disk = await mountDisk(DISK_BYTES);
  const dataDir = disk?.folder ?? (await mkdtemp(join(tmpdir(), 'counterfoil-postgres-')));
  const port = String(await freePort());
  let postgres: EmbeddedPostgres;
  let starting: Promise<unknown> = Promise.resolve();
  const start = async () => {
    signal.throwIfAborted();
    const started = startEmbeddedPostgres({ dataDir, exclusive: false, settings: { ...settings, port } });
    starting = started.catch(() => {});
    postgres = await started;
    return { name: 'postgres', ended: postgres.lost };
  };
  await keep(start, { signal, log, firstWaitMs: 300, longestWaitMs: 2_000 });
  const { url, dataDir: folder } = postgres!;
  await migrate(url);
  const filler = join(dataDir, 'filler');
  const send = (name: NodeJS.Signals) => () => signalPostgres(folder, name);
  return {
    name: 'postgres',
    url,
    kill9: send('SIGKILL'),
    pause: send('SIGSTOP'),
    resume: send('SIGCONT'),
    end: () => shutDown(folder),
    fillDisk: disk && ((leave) => fill(filler, dataDir, leave)),
    makeRoom: () => rm(filler, { force: true }),
    async stop(logs) {
      await starting;
      await postgres.stop();
      await copyFile(join(dataDir, 'postgres.log'), join(logs, 'postgres.log')).catch(() => {});
      await disk?.unmount();
      for (const each of [folder, dataDir]) await rm(each, { recursive: true, force: true });
    },
  };
}

/** Fast: sessions are ended, the rest is written. Who takes nothing more could hold that up for ever. */
async function shutDown(folder: string): Promise<void> {
  const server = await findPostmaster(folder);
  if (!server) return;
  process.kill(server.pid, 'SIGINT');
  for (let waited = 0; waited < GRACE_MS; waited += 100) {
    if (!(await isServerOf(server.pid, folder))) return;
    await sleep(100);
  }
  await signalPostgres(folder, 'SIGKILL');
}

async function fill(filler: string, folder: string, leave: number): Promise<void> {
  const run = promisify(execFile);
  // Postgres takes some of the room meanwhile.
  for (let tried = 0; tried < 20; tried++) {
    const { bavail, bsize } = await statfs(folder);
    const room = bavail * bsize - leave;
    if (room <= 0) return;
    const allocated = await run('fallocate', [
      '-o',
      String(tried * DISK_BYTES),
      '-l',
      String(room),
      filler,
    ]).catch(() => undefined);
    if (allocated) return;
  }
}
