import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Load generators in C, in processes of their own: they take little from what they measure. */
export function findProgram(name: 'wrk' | 'pgbench'): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  const found = folders.map((folder) => join(folder, name)).find(existsSync);
  if (!found)
    throw new Error(
      `${name} is not installed: apt-get install ${name === 'wrk' ? name : 'postgresql-contrib'}`,
    );
  return found;
}

/** @returns what it printed; @throws Error with what it said when it failed */
export function runProgram(file: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { env: { ...process.env, ...env }, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file}: ${error.message}\n${stderr}`));
      else resolve(stdout);
    });
  });
}
