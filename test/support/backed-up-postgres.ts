import { spawn, type ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment, chooseIdentity } from '../../src/platform/embedded/identity.js';
import { freePort } from '../../src/stack/process.js';
import { startLink } from './link.js';
import { answers, initialise, postgres15 } from './postgres-15.js';
import type { TestDatabase } from './postgres.js';
import { query } from './stack.js';

/** A Postgres whose data folder a test may lose and put back; its address stays. */
export interface BackedUpPostgres extends TestDatabase {
  /** For the procedures: where its data, its archive of WAL and its base backups are. */
  folders: { PGDATA: string; ARCHIVE: string; BACKUPS: string };
  restart(): Promise<void>;
  /** Ends it without a word to disk, and gives the data folder another name: `PGDATA.lost`. */
  lose(): Promise<void>;
  /** Starts what was put in the place of the data folder, and waits until it takes writes. */
  start(): Promise<void>;
}

export async function startBackedUpPostgres(): Promise<BackedUpPostgres> {
  const identity = await chooseIdentity(undefined);
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-backup-'));
  const folders = { PGDATA: join(dir, 'data'), ARCHIVE: join(dir, 'archive'), BACKUPS: join(dir, 'backups') };
  await initialise(dir, folders.PGDATA, identity);
  for (const folder of [folders.ARCHIVE, folders.BACKUPS]) mkdirSync(folder);
  // Whoever types the procedures may be root, which Postgres is not.
  const own = () => {
    if (identity.uid !== undefined) execFileSync('chown', ['-R', `${identity.uid}:${identity.gid}`, dir]);
  };
  let server: ChildProcess | undefined;
  const link = await startLink(await freePort());
  const log = openSync(join(dir, 'log'), 'a');
  const at = (port: number) => `postgres://postgres:test@127.0.0.1:${port}/postgres`;
  const start = async () => {
    own();
    const port = await freePort();
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'wal_level=logical',
    ];
    const args = ['-D', folders.PGDATA, ...settings.flatMap((one) => ['-c', one])];
    const child = spawn(join(postgres15, 'postgres'), args, {
      ...{ ...identity, cwd: postgres15, env: childEnvironment() },
      stdio: ['ignore', log, log],
    });
    server = child;
    link.leadTo(port);
    const ended = once(child, 'exit').then(() => {});
    for (let ready = false; !ready;) {
      if (!(await answers(at(port), ended))) throw new Error(`Postgres did not start: see ${dir}/log`);
      const [row] = await query<{ standby: boolean }>(at(port), 'select pg_is_in_recovery() as standby');
      ready = !row!.standby;
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(server!, 'exit');
    server!.kill(signal);
    await ended;
  };
  await chown(dir, identity.uid ?? process.getuid!(), identity.gid ?? process.getgid!());
  await start();
  return {
    ...{ folders, start, url: at(link.port) },
    async restart() {
      await end('SIGINT');
      await start();
    },
    async lose() {
      await end('SIGQUIT');
      await rm(`${folders.PGDATA}.lost`, { recursive: true, force: true });
      execFileSync('mv', [folders.PGDATA, `${folders.PGDATA}.lost`]);
    },
    async drop() {
      await end('SIGINT');
      await link.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
