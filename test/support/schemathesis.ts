import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = 'test/fuzz';
const requirements = join(folder, 'requirements.txt');
// Debian has Python without `venv` until `python3-venv` is installed; what is pinned is so for 3.11 and newer.
const asked = spawnSync('python3', [
  '-c',
  'import ensurepip, sys, venv; assert sys.version_info >= (3, 11); print(sys.version)',
]);

export const hasPython = asked.status === 0;

/** The pinned schemathesis, installed once for what is pinned and the Python that is there. @returns its program */
export async function installSchemathesis(): Promise<string> {
  const what = createHash('sha256').update(readFileSync(requirements)).update(asked.stdout);
  const venv = join('node_modules/.cache/counterfoil', `fuzz-${what.digest('hex').slice(0, 16)}`);
  const done = join(venv, 'installed');
  const program = join(venv, 'bin/schemathesis');
  if (existsSync(done)) return program;
  await rm(venv, { recursive: true, force: true });
  await mkdir(venv, { recursive: true });
  await finish('python3', ['-m', 'venv', venv]);
  const pip = ['install', '--quiet', '--require-hashes', '--only-binary', ':all:', '-r', requirements];
  await finish(join(venv, 'bin/pip'), pip);
  await writeFile(done, '');
  return program;
}

async function finish(command: string, args: string[]): Promise<void> {
  const { status, output } = await runToEnd(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${output}`);
}

/** Its exit status, or the signal that ended it, and all it wrote, on either stream. */
export function runToEnd(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ status: number | NodeJS.Signals; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
    child.once('error', reject).once('close', (code, signal) => resolve({ status: code ?? signal!, output }));
  });
}
