import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Recorded {
  pid: number;
  /** Tells the process from a later one with the same pid. */
  started?: string;
}

export function writePid(dir: string, name: string, pid: number): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(pidFile(dir, name), JSON.stringify({ pid, started: startTime(pid) }));
}

export function removePid(dir: string, name: string): void {
  rmSync(pidFile(dir, name), { force: true });
}

/** The pid written down, if that same process still lives. */
export function livingPid(dir: string, name: string): number | undefined {
  const file = pidFile(dir, name);
  if (!existsSync(file)) return undefined;
  const { pid, started } = read(file);
  return started !== undefined && startTime(pid) === started ? pid : undefined;
}

/** Ends the process group that an earlier launcher left behind; true when there was one. */
export async function endLeftover(dir: string, name: string): Promise<boolean> {
  const pid = livingPid(dir, name);
  if (pid !== undefined) {
    signalGroup(pid, 'SIGTERM');
    for (let waited = 0; waited < 10_000 && livingPid(dir, name); waited += 50) await sleep(50);
    if (livingPid(dir, name)) signalGroup(pid, 'SIGKILL');
    while (livingPid(dir, name)) await sleep(20);
  }
  removePid(dir, name);
  return pid !== undefined;
}

export function signalGroup(pid: number, name: NodeJS.Signals): void {
  if (!(pid > 0)) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Gone already.
  }
}

function read(file: string): Recorded {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  } catch {
    // Cut short by a crash while it was written.
    return { pid: -1 };
  }
}

function pidFile(dir: string, name: string): string {
  return join(dir, `${name}.pid`);
}

/** Undefined when there is no such process. */
function startTime(pid: number): string | undefined {
  if (pid <= 0) return undefined;
  try {
    if (existsSync('/proc/self/stat')) {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
