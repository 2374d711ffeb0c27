import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endLeftover, removePid, signalGroup, writePid } from './pid-file.js';

export { freePort } from '../platform/embedded/free-port.js';

export interface Part {
  name: string;
  pid: number;
  logFile: string;
  /** SIGTERM, and SIGKILL when that has not helped after `graceMs`. Resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL, as a crash would. Resolves when the process is gone. */
  kill9(): Promise<void>;
  /** Resolves when the process ends, whoever ended it, with what to tell a person. */
  ended: Promise<string>;
}

/** For who may have to stop a part before it is ready. */
export interface Launch {
  /** Told of the part as soon as its process exists. */
  spawned?: (part: Part) => void;
  /** Once aborted, no process is started any more. */
  signal?: AbortSignal;
}

interface PartOptions extends Launch {
  name: string;
  command: string;
  args: string[];
  /** Holds the pid file and `logs/`. */
  dir: string;
  env?: NodeJS.ProcessEnv;
}

const keptLogBytes = 20 * 1024 * 1024;
const children = new Set<number>();

// If the launcher ends without having stopped its parts, they are told to end; they don't hear its Ctrl-C.
process.once('exit', () => children.forEach((pid) => signalGroup(pid, 'SIGTERM')));

/** Starts a process in a group of its own (so that Ctrl-C reaches the launcher only and all stops in order),
 * after ending the one that an earlier launcher left behind in the same folder. */
export async function startPart(options: PartOptions): Promise<Part> {
  const { name, command, args, dir, env, spawned, signal } = options;
  mkdirSync(join(dir, 'logs'), { recursive: true });
  await endLeftover(dir, name);
  signal?.throwIfAborted();
  const logFile = join(dir, 'logs', `${name}.log`);
  const log = openLog(logFile);
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: env ?? process.env,
  });
  closeSync(log);
  const ended = endOf(child, name);
  const pid = child.pid;
  if (pid === undefined) throw new Error(await ended);
  children.add(pid);
  writePid(dir, name, pid);
  let alive = true;
  const gone = ended.then(() => {
    alive = false;
    children.delete(pid);
    removePid(dir, name);
  });
  const part: Part = {
    name,
    pid,
    logFile,
    ended,
    // Once it is gone, its pid may be another's.
    stop: async (graceMs = 10_000) => (alive ? stopGroup(pid, gone, graceMs) : undefined),
    kill9: () => {
      if (alive) signalGroup(pid, 'SIGKILL');
      return gone;
    },
  };
  spawned?.(part);
  return part;
}

/** Waits until `ready` answers true (a rejection counts as no).
 * @throws when the process ends first or the time is over, with the end of its log. */
export async function waitReady(
  part: Part,
  ready: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  let end: string | undefined;
  void part.ended.then((text) => (end = text));
  const deadline = Date.now() + timeoutMs;
  while (!(await ready().catch(() => false))) {
    if (end !== undefined) throw new Error(`${end}\n${tail(part.logFile)}`);
    if (Date.now() > deadline) {
      await part.kill9();
      throw new Error(`${part.name} is not ready after ${timeoutMs / 1000} s\n${tail(part.logFile)}`);
    }
    await sleep(50);
  }
}

export async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host }, () => settle(true));
    socket.on('error', () => settle(false));
    function settle(answer: boolean): void {
      socket.destroy();
      resolve(answer);
    }
  });
}

async function stopGroup(pid: number, gone: Promise<void>, graceMs: number): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

function endOf(child: ChildProcess, name: string): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`${name} can't be started: ${error.message}`));
    child.once('exit', (code, by) => resolve(`${name} ended ${by ? `by ${by}` : `with status ${code}`}`));
  });
}

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > keptLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

function tail(file: string): string {
  return `The end of ${file}:\n${readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')}`;
}
