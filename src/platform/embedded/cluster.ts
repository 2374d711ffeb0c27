import { createHash, randomBytes } from 'node:crypto';
import { chown, chmod, link, lstat, mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './error.js';
import { canEnter, type Identity, run } from './identity.js';

/** Where root keeps what the other user must reach when the service's own folder is closed to it. */
export const SHARED_FOLDER = '/var/lib/counterfoil';

/** The real path of the data in `dataDir`/postgres, or undefined when there is none yet. */
export async function findCluster(dataDir: string): Promise<string | undefined> {
  const place = join(dataDir, 'postgres');
  if (!(await lstat(place).catch(() => undefined))) return undefined;
  const cluster = await realpath(place).catch(() => undefined);
  if (!cluster) {
    throw new EmbeddedPostgresError(
      `${place} is a link to data that is gone: bring it back, or remove the link to start with an empty ledger`,
    );
  }
  if (await stat(join(cluster, 'PG_VERSION')).catch(() => undefined)) return cluster;
  if ((await readdir(cluster)).length === 0) return undefined;
  throw new EmbeddedPostgresError(`${place} is not a Postgres data folder: set DATA_DIR to another folder`);
}

/** The superuser's password, made at the first start. Several starting at once end with the same one. */
export async function readPassword(dataDir: string, cluster: string | undefined): Promise<string> {
  const file = join(dataDir, 'postgres.password');
  const known = await readFile(file, 'utf8').catch(absent);
  if (known) return known.trim();
  if (cluster) {
    throw new EmbeddedPostgresError(`${file} is missing, and the data beside it can't be opened without it`);
  }
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  // A link, unlike a rename, never replaces the password that somebody else has begun to use.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  return (await readFile(file, 'utf8')).trim();
}

/**
 * Makes an empty cluster and puts it in place in one step, so that an initdb that was killed or overtaken
 * leaves nothing half made. Answers the real path of the cluster in use, which may be another process's.
 */
export async function createCluster(
  dataDir: string,
  binaries: Binaries,
  password: string,
  identity: Identity,
): Promise<string> {
  const here = await canEnter(await realpath(dataDir), identity);
  const parent = here ? dataDir : SHARED_FOLDER;
  if (!here) await mkdir(parent, { recursive: true, mode: 0o755 });
  await sweep(parent);
  const unfinished = join(parent, `.initdb-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await initialise(unfinished, binaries, password, identity);
    await publish(unfinished, dataDir, here);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const cluster = await findCluster(dataDir);
  if (!cluster) throw new EmbeddedPostgresError(`${dataDir}/postgres disappeared while it was being made`);
  return cluster;
}

async function initialise(folder: string, binaries: Binaries, password: string, identity: Identity) {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) {
    for (const path of [folder, data, passwordFile]) await chown(path, identity.uid, identity.gid);
  }
  await chmod(folder, 0o700);
  const options = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  try {
    await run(
      binaries.initdb,
      ['-D', data, ...options, ...locale, '--data-checksums', '--no-instructions'],
      identity,
    );
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const reason = (stderr || message).split('\n').find((line) => /error|fatal/i.test(line)) ?? message;
    throw new EmbeddedPostgresError(`the embedded Postgres can't be set up in ${folder}: ${reason.trim()}`);
  }
}

async function publish(unfinished: string, dataDir: string, here: boolean): Promise<void> {
  const place = join(dataDir, 'postgres');
  const data = join(unfinished, 'data');
  const overtaken = (error: NodeJS.ErrnoException) => {
    if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(error.code ?? '')) throw error;
  };
  if (here) return rename(data, place).catch(overtaken);
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  // Not the hash alone: a folder that was deleted and made anew must not meet the data of the old one.
  const home = join(SHARED_FOLDER, `${hash}-${randomBytes(4).toString('hex')}`);
  await rename(data, home);
  try {
    await symlink(home, place);
  } catch (error) {
    await rm(home, { recursive: true });
    overtaken(error as NodeJS.ErrnoException);
  }
}

/** Removes what was left by a start that was killed on its way. Its initdb may live on a moment longer. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^\.initdb-(\d+)-/.exec(name)?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    const patiently = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 };
    await rm(join(parent, name), patiently).catch(() => undefined);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
