import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep } from './keep.js';
import { startPart, type Part } from './process.js';

let dir: string;
let stopping: AbortController;
let started: Part[];
let lines: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'counterfoil-keep-'));
  stopping = new AbortController();
  started = [];
  lines = [];
});
afterEach(async () => {
  stopping.abort();
  await Promise.all(started.map((part) => part.stop()));
  rmSync(dir, { recursive: true, force: true });
});

const options = () => ({
  signal: stopping.signal,
  log: (line: string) => void lines.push(line),
  firstWaitMs: 1,
});

async function start(): Promise<Part> {
  const args = ['-e', 'setInterval(() => {}, 1e6)'];
  const part = await startPart({ name: 'sleeper', command: process.execPath, args, dir });
  started.push(part);
  return part;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('what is kept', () => {
  it('is started again when it was killed, as often as that happens', async () => {
    await keep(start, options());
    for (const times of [1, 2, 3]) {
      await started.at(-1)!.kill9();
      await until(() => started.length === times + 1);
    }
    expect(lines[0]).toMatch(/sleeper ended by SIGKILL: see .*sleeper\.log\. It is started again/);
    await until(() => lines.at(-1) === 'sleeper runs again');
  });

  it('is tried again when a later start fails', async () => {
    let calls = 0;
    const failing = async () => {
      calls += 1;
      if (calls === 2 || calls === 3) throw new Error('port in use');
      return start();
    };
    await keep(failing, options());
    await started[0]!.kill9();
    await until(() => started.length === 2);
    expect(calls).toBe(4);
    expect(lines.filter((line) => line.startsWith("sleeper can't be started: port in use"))).toHaveLength(2);
  });

  it('that does not start the first time is a failure', async () => {
    await expect(keep(() => Promise.reject(new Error('no java')), options())).rejects.toThrow('no java');
  });

  it('stays away once the launcher stops', async () => {
    await keep(start, options());
    stopping.abort();
    await started[0]!.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(started).toHaveLength(1);
    expect(lines).toEqual([]);
  });
});
