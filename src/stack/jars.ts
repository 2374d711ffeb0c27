import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectFolder, readConnectFile } from '../connect/files.js';

const runtime = join(connectFolder, '.runtime');
const stamp = join(runtime, 'complete');

export const classPath = join(runtime, 'lib', '*');
export const pluginPath = join(runtime, 'plugins');

/**
 * Fetches Kafka, Connect and Debezium by Maven as `connect/pom.xml` says; does nothing when that was done for
 * the same file before. `log` gets a line now and then while it downloads.
 * @throws with what Maven said, or when there is no Maven or Java.
 */
export async function ensureJars(log: (line: string) => void = () => {}): Promise<void> {
  const pom = readConnectFile('pom.xml');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === pom) return;
  // Jars of another version must not stay on the class path.
  rmSync(runtime, { recursive: true, force: true });
  mkdirSync(runtime, { recursive: true });
  await maven(log);
  writeFileSync(stamp, pom);
}

function maven(log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ['-B', '-ntp', '-f', join(connectFolder, 'pom.xml'), 'package'];
    const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
      reject(new Error(`Maven can't be started (is mvn installed?): ${error.message}`));
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
