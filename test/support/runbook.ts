import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export const manual = readFileSync('docs/operations.md', 'utf8');

/** Without it the procedures that ask Postgres directly can't be tried. */
export const hasPsql = spawnSync('psql', ['--version']).status === 0;

export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/** The commands of each block of the manual that begins with `# procedure: NAME`, to the letter. */
export function proceduresOf(text: string): Map<string, string> {
  const blocks = [...text.matchAll(/^```sh\n# procedure: (\S+)\n([^]*?)^```$/gm)];
  return new Map(blocks.map(([, name, commands]) => [name!, commands!]));
}

export const procedures = proceduresOf(manual);

/**
 * Types a procedure of the manual into a shell that stops at the first command that fails.
 * @param before typed first, to the same shell
 */
export async function type(name: string, env: Record<string, string>, before = ''): Promise<Ended> {
  const commands = procedures.get(name);
  if (commands === undefined) throw new Error(`docs/operations.md has no procedure ${name}`);
  const { PATH = '' } = process.env;
  const full = { ...env, PATH: shims() + delimiter + PATH };
  return new Promise((done) => {
    execFile(
      'bash',
      ['--norc', '-eu', '-c', `${before}\n${commands}`],
      { env: full, maxBuffer: 1e8 },
      (error, stdout, stderr) => done({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}

let folder: string | undefined;

/** `npx counterfoil` is the built CLI, and `kafka-topics.sh`, which doesn't come along with the jars, its --delete. */
function shims(): string {
  if (folder) return folder;
  folder = mkdtempSync(join(tmpdir(), 'counterfoil-runbook-'));
  const node = process.execPath;
  const executable = (name: string, lines: string[]) =>
    writeFileSync(join(folder!, name), ['#!/bin/bash', ...lines, ''].join('\n'), { mode: 0o755 });
  executable('npx', [
    '[ "$1" = counterfoil ] || { echo "npx $1 is not known here" >&2; exit 127; }',
    `exec '${node}' '${resolve('dist/src/cli.js')}' "\${@:2}"`,
  ]);
  executable('kafka-topics.sh', [
    '[ "$#" = 5 ] && [ "$1 $3 $4" = "--bootstrap-server --delete --topic" ] || exit 2',
    `exec '${node}' --input-type=module -e "
      import { withAdmin } from '${resolve('dist/src/platform/kafka.js')}';
      await withAdmin(['$2'], (admin) => admin.deleteTopics({ topics: ['$5'] }));"`,
  ]);
  return folder;
}
