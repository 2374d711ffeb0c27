import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './error.js';

const exec = promisify(execFile);

/** The user Postgres runs as; empty when it is simply ours. */
export interface Identity {
  uid?: number;
  gid?: number;
}

/**
 * Postgres refuses to run as root, so for root another user is chosen: the owner of the data there is, else
 * `postgres`, else `nobody`.
 */
export async function chooseIdentity(cluster: string | undefined): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const owner = cluster ? await stat(cluster) : undefined;
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of ['postgres', 'nobody']) {
    const fields = users
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':');
    // Some systems write nobody's ids as -2.
    if (fields) return { uid: Number(fields[2]) >>> 0, gid: Number(fields[3]) >>> 0 };
  }
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root and there is no user postgres or nobody: start as a normal user, or set DATABASE_URL',
  );
}

/** Whether that user can pass through `folder` and every folder above it. Expects a real path. */
export async function canEnter(folder: string, { uid, gid }: Identity): Promise<boolean> {
  if (uid === undefined) return true;
  const { mode, ...owner } = await stat(folder);
  const bit = owner.uid === uid ? 0o100 : owner.gid === gid ? 0o010 : 0o001;
  if (!(mode & bit)) return false;
  return dirname(folder) === folder || canEnter(dirname(folder), { uid, gid });
}

/** Runs a Postgres program to its end. @throws with its output in `stderr`. */
export async function run(file: string, args: string[], identity: Identity): Promise<void> {
  // The folder of the program is one that user can surely enter; ours may not be.
  await exec(file, args, { ...identity, cwd: dirname(file), env: childEnvironment() });
}

export function childEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
