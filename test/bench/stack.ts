// How long the stack on one machine takes to start, and how much memory it has then: `npm run bench:stack`. The first
// start makes the data and the archives of classes, the second is what counts. Memory is the proportional set size
// (what processes share counts once), so it takes Linux. It needs the stack's ports.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
let running: ChildProcess | undefined;
process.once('exit', () => running?.kill('SIGTERM'));
try {
  for (const name of ['first', 'second']) await measure(name);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(name: string): Promise<void> {
  const began = performance.now();
  running = spawn(process.execPath, ['dist/src/stack.js'], {
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(running, 'exit');
  for await (const line of createInterface({ input: running.stdout! })) {
    if (line.includes(': ready after')) console.log(line);
    if (line.startsWith('Counterfoil is running')) break;
  }
  if (running.exitCode !== null) throw new Error('the stack has ended');
  console.log(`${name} start: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await sleep(5_000);
  const memory = memoryOf(running.pid!);
  for (const [what, mib] of memory) console.log(`  ${what}: ${mib} MiB`);
  console.log(`${name} start: ${[...memory.values()].reduce((sum, mib) => sum + mib, 0)} MiB in all`);
  running.stdout!.resume();
  running.kill('SIGTERM');
  await ended;
}

/** By part: the process and everything below it. */
function memoryOf(stack: number): Map<string, number> {
  const parts = new Map([[stack, 'launcher']]);
  for (const name of ['kafka', 'connect', 'api', 'worker']) {
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'stack', `${name}.pid`), 'utf8')) as {
      pid: number;
    };
    parts.set(pid, name);
  }
  parts.set(postmaster(), 'postgres');
  const parents = new Map(processes().map((pid) => [pid, parentOf(pid)]));
  const sums = new Map([...parts.values()].map((name) => [name, 0]));
  for (const pid of parents.keys()) {
    let above: number | undefined = pid;
    while (above && !parts.has(above)) above = parents.get(above);
    const part = above && parts.get(above);
    if (part) sums.set(part, sums.get(part)! + pssOf(pid));
  }
  return new Map([...sums].map(([name, kib]) => [name, Math.round(kib / 1024)]));
}

function postmaster(): number {
  const own = join(dataDir, 'stack', 'postgres', 'postmaster.pid');
  if (existsSync(own)) return Number(readFileSync(own, 'utf8').split('\n')[0]);
  throw new Error(`there is no ${own}`);
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** In KiB. */
function pssOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
