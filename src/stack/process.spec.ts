import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPart, waitReady, type Part } from './process.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'counterfoil-part-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sleeper = () => ({
  name: 'sleeper',
  command: process.execPath,
  args: ['-e', 'setInterval(() => {}, 1e6)'],
  dir,
});
const pidFiles = () => readdirSync(dir).filter((name) => name.endsWith('.pid'));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a part', () => {
  it('can be stopped before it is ready, and its start then fails', async () => {
    let known: Part | undefined;
    const start = async () => {
      const part = await startPart({ ...sleeper(), spawned: (spawned) => (known = spawned) });
      await waitReady(part, async () => false);
    };
    const starting = start().catch((error: Error) => error.message);
    while (!known) await new Promise(setImmediate);
    expect(isAlive(known.pid)).toBe(true);
    await known.stop();
    expect(await starting).toMatch(/^sleeper ended by SIGTERM/);
    expect(isAlive(known.pid)).toBe(false);
    expect(pidFiles()).toEqual([]);
  });

  it('is not spawned once the launcher stops', async () => {
    const stopping = new AbortController();
    const starting = startPart({ ...sleeper(), signal: stopping.signal });
    stopping.abort(new Error('stopped'));
    await expect(starting).rejects.toThrow('stopped');
    expect(pidFiles()).toEqual([]);
    expect(existsSync(join(dir, 'logs', 'sleeper.log'))).toBe(false);
  });
});
