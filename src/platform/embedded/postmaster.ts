import { execFile } from 'node:child_process';
import { readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import { type Identity, run } from './identity.js';
import { isAlive } from './cluster.js';

/** A Postgres server process. */
export interface Postmaster {
  pid: number;
  port: number;
}

/**
 * The server that runs on this data, from its postmaster.pid (lines: pid, data folder, start time, port).
 * A file that some other process's pid now keeps looking alive is removed: Postgres itself would refuse to
 * start, which happens to containers, where pids are few and come again.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = join(cluster, 'postmaster.pid');
  const content = await readFile(file, 'utf8').catch(() => '');
  const [pid = '', folder = '', , port = ''] = content.split('\n');
  // Not there, or not written to the end yet.
  if (!/^\d+$/.test(pid) || !/^\d+$/.test(port)) return undefined;
  if (!isAlive(Number(pid))) return undefined;
  if ((await isServerOf(Number(pid), cluster)) && !(await isCopy(folder, cluster))) {
    return { pid: Number(pid), port: Number(port) };
  }
  if ((await readFile(file, 'utf8').catch(() => '')) === content) await rm(file, { force: true });
  return undefined;
}

/** Whether that process is a Postgres server, where one can tell: on this data. */
export async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') return isServerOnLinux(pid, cluster);
  if (process.platform === 'win32') return true;
  const ps = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined);
  return ps?.stdout.includes('postgres') ?? false;
}

/** A server works in its data folder; a zombie has none, which counts as gone. */
async function isServerOnLinux(pid: number, cluster: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === cluster;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    // Root in a container may not look into another user's process; its name and state anybody may read.
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return /^\d+ \(postgres\) [^ZX]/.test(state);
  }
}

/** True when the data was copied while a server ran: the pid file then tells of the original's. */
async function isCopy(folder: string, cluster: string): Promise<boolean> {
  const [named, ours] = await Promise.all([stat(folder).catch(() => undefined), stat(cluster)]);
  return named !== undefined && (named.ino !== ours.ino || named.dev !== ours.dev);
}

/** Looks every second whether a server lives: one that was taken over is not our child, so nothing tells us. */
export function watchPostmaster(cluster: string, server: Postmaster): { ended: Promise<void>; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  let watching = true;
  const ended = new Promise<void>((resolve) => {
    const look = async () => {
      // Elsewhere to look closer would take a `ps` each time.
      const alive =
        process.platform === 'linux' ? await isServerOf(server.pid, cluster) : isAlive(server.pid);
      if (!watching) return;
      if (!alive) return resolve();
      timer = setTimeout(() => void look(), 1_000).unref();
    };
    void look();
  });
  const end = () => {
    watching = false;
    clearTimeout(timer);
  };
  return { ended, end };
}

/** Fast shutdown: sessions are ended, a last checkpoint is written, the next start needs no recovery. */
export async function stopPostmaster(
  cluster: string,
  server: Postmaster,
  binaries: Binaries,
  identity: Identity,
): Promise<void> {
  const running = () => isServerOf(server.pid, cluster);
  const stop = (mode: string, seconds: number) =>
    run(binaries.pgCtl, ['stop', '-D', cluster, '-m', mode, '-w', '-t', String(seconds)], identity).catch(
      () => undefined,
    );
  if (await running()) await stop('fast', 60);
  // A replication client that takes nothing more can hold up a fast shutdown for ever.
  if (await running()) await stop('immediate', 10);
  for (let waited = 0; waited < 5_000 && (await running()); waited += 10) await sleep(10);
}
