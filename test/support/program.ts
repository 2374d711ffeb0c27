import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPart, waitReady } from '../../src/stack/process.js';

export interface Program {
  url: string;
  pid: number;
  /** Everything it has written so far; none once it is stopped. */
  output(): Promise<string>;
  /** As Ctrl-C or a supervisor does; resolves when the process is gone. Safe to call again. */
  stop(): Promise<void>;
  /** As a crash does: nothing is finished. */
  kill9(): Promise<void>;
}

/** The built service as a process of its own, told of nothing but a database, a port, `settings`, and to be patient. */
export async function startProgram(
  databaseUrl: string,
  settings: Record<string, string> = {},
  nodeArgs: string[] = [],
): Promise<Program> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-program-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const part = await startPart({
    name: 'service',
    command: process.execPath,
    args: [...nodeArgs, '--enable-source-maps', 'dist/src/main.js'],
    dir,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      // A machine that is busy with other tests is no overload.
      MAX_WAIT_MS: '60000',
      ...settings,
    },
  });
  const end = async () => {
    await part.stop();
    await rm(dir, { recursive: true, force: true });
  };
  let ended: Promise<void> | undefined;
  const stop = () => (ended ??= end());
  try {
    await waitReady(part, async () => (await fetch(`${url}/health/live`)).ok, 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    pid: part.pid,
    output: () => readFile(part.logFile, 'utf8'),
    stop,
    kill9: () => part.kill9(),
  };
}

/** What `work` makes of the running service, which is stopped after it. */
export async function whileRunning<T>(
  databaseUrl: string,
  work: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await startProgram(databaseUrl);
  try {
    return await work(program);
  } finally {
    await program.stop();
  }
}
