import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectFolder, readConnectFile } from '../connect/files.js';

const runtime = join(connectFolder, '.runtime');
const stamp = join(runtime, 'complete');

export const classPath = join(runtime, 'lib', '*');
/** Of the jars' classes: see `classArchive`. */
export const archives = join(runtime, 'archives');
export const pluginPath = join(runtime, 'plugins');

/**
 * Fetches Kafka, Connect and Debezium by Maven as `connect/pom.xml` says; does nothing when that was done for
 * the same file before. `log` gets a line now and then while it downloads.
 * @throws with what Maven said, or when there is no Maven.
 */
export async function ensureJars(
  log: (line: string) => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  if (areComplete()) return;
  await requireMaven();
  // Jars of another version must not stay on the class path.
  rmSync(runtime, { recursive: true, force: true });
  mkdirSync(runtime, { recursive: true });
  await maven(log, signal);
  writeFileSync(stamp, readConnectFile('pom.xml'));
}

/** @throws with one line that says what to install, when the jars are yet to be fetched and can't be. */
export async function requireMaven(): Promise<void> {
  if (areComplete()) return;
  await promisify(execFile)('mvn', ['--version']).catch(() => {
    throw new Error(
      'The first start fetches Kafka and Debezium with Maven, and there is no mvn on the PATH: install Maven',
    );
  });
}

function areComplete(): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === readConnectFile('pom.xml');
}

function maven(log: (line: string) => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['-B', '-ntp', '-f', join(connectFolder, 'pom.xml'), 'package'];
    const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    const output: string[] = [];
    const began = Date.now();
    const timer = setInterval(() => {
      log(`Maven: still fetching, ${Math.round((Date.now() - began) / 1000)} s`);
    }, 10_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    child.on('error', (error) => {
      clearInterval(timer);
      reject(new Error(`Maven: ${error.message}`));
    });
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) return resolve();
      reject(
        new Error(`Maven failed with status ${code}:\n${output.join('').split('\n').slice(-20).join('\n')}`),
      );
    });
  });
}
