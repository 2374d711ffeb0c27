import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { whileRunning } from '../support/program.js';
import { query } from '../support/stack.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

const login = `starter_${process.pid}`;
let migrated: TestDatabase;
/** Nobody has migrated it. */
let empty: TestDatabase;

beforeAll(async () => {
  migrated = await createDatabase();
  empty = await createEmptyDatabase();
  await query(migrated.url, `create role ${login} login password 'test'`);
});

afterAll(async () => {
  await empty?.drop();
  await query(migrated.url, `drop role ${login}`);
  await migrated?.drop();
});

describe('a DATABASE_URL that leads nowhere is one line', () => {
  const to = (change: (url: URL) => void): string => {
    const url = new URL(migrated.url);
    change(url);
    return url.href;
  };

  it.each<[string, (url: URL) => void, RegExp]>([
    [
      'an unknown host',
      (url) => (url.hostname = 'nowhere.invalid'),
      /the host nowhere\.invalid can't be found/,
    ],
    ['a port where nobody listens', (url) => (url.port = '9'), /ECONNREFUSED/],
    ['an unknown database', (url) => (url.pathname = '/nowhere'), /database "nowhere" does not exist/],
    ['a wrong password', (url) => (url.password = 'wrong'), /password authentication failed/],
    // verify-full: of other modes pg itself warns.
    ['a server without TLS', (url) => (url.search = '?sslmode=verify-full'), /does not support SSL/],
  ])('%s', async (_, change, reason) => {
    const ended = await start({ DATABASE_URL: to(change) });
    expect(ended).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(reason) });
    expect(ended.stderr).toMatch(/^DATABASE_URL: .*\n$/);
    const told = await migrateCommand({ DATABASE_OWNER_URL: to(change) });
    expect(told).toMatchObject({ status: 1, stderr: expect.stringMatching(reason) });
    expect(told.stderr).toMatch(/^counterfoil: DATABASE_OWNER_URL: .*\n$/);
  });

  it('a port that is not Postgres', async () => {
    const port = await listenAs((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { status, stderr } = await start({ DATABASE_URL: to((url) => (url.port = String(port))) });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^DATABASE_URL: what listens there hung up: it is not Postgres.*\n$/);
  });
});

describe('a place where the service cannot listen is one line', () => {
  it.each([
    ['HOST', 'nowhere.invalid', /^HOST=nowhere\.invalid can't be resolved/],
    // Of a network that is set aside for documentation.
    ['HOST', '192.0.2.1', /^HOST=192\.0\.2\.1 is not an address of this machine/],
  ])('%s=%s', async (name, value, reason) => {
    const ended = await start({ DATABASE_URL: migrated.url, AUTH: 'none', [name]: value });
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringMatching(reason) });
    expect(ended.stderr.match(/\n/g)).toHaveLength(1);
  });

  it('a port that is taken', async () => {
    const port = await listenAs((socket) => socket.destroy());
    const ended = await start({ DATABASE_URL: migrated.url, PORT: String(port) });
    expect(ended).toMatchObject({ status: 1, stderr: `port ${port} is taken: set PORT to another\n` });
  });
});

describe('a start and the logins', () => {
  it('DATABASE_OWNER_URL without DATABASE_URL is refused, and so is HOST beyond loopback without tokens', async () => {
    expect(await start({ DATABASE_OWNER_URL: migrated.url })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^DATABASE_OWNER_URL is set but DATABASE_URL is not.*\n$/),
    });
    expect(await start({ HOST: '0.0.0.0' })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^HOST=0\.0\.0\.0 listens beyond this machine without tokens.*\n$/),
    });
  });

  it('a login that may not migrate says who can, on a database that is not migrated', async () => {
    const ended = await start({ DATABASE_URL: as(login, empty) });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /^DATABASE_URL: the database is not migrated, and this login can't do it \(.*\): run `counterfoil migrate` with DATABASE_OWNER_URL, or set that here\n$/,
    );
  });

  it('a login that was granted nothing says what it lacks, on a database that is migrated', async () => {
    const ended = await start({ DATABASE_URL: as(login, migrated) });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /^DATABASE_URL: permission denied .*: grant it counterfoil_app and counterfoil_projector\n$/,
    );
  });

  it('DATABASE_URL must lead to the database that DATABASE_OWNER_URL migrates', async () => {
    const ended = await start({ DATABASE_URL: empty.url, DATABASE_OWNER_URL: migrated.url });
    expect(ended).toMatchObject({
      status: 1,
      stderr: 'DATABASE_URL is not the database that DATABASE_OWNER_URL migrates\n',
    });
  });

  it('a projection that is new with this version is made by a start with DATABASE_URL alone', async () => {
    const database = await createDatabase();
    try {
      await query(database.url, 'drop schema transactions_v1 cascade');
      await query(database.url, `delete from projections.versions where projection = 'transactions'`);
      await whileRunning(database.url, async ({ url }) => {
        const list = await fetch(`${url}/v1/ledgers/main/transactions`);
        expect(list.status).toBe(200);
      });
    } finally {
      await database.drop();
    }
  });
});

describe('the first screen', () => {
  it('shows the token in the request to try, and that others reach it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'counterfoil-start-'));
    const tokens = join(dir, 'tokens');
    await writeFile(tokens, `shop ${'0'.repeat(64)} read:main\n`);
    try {
      const screen = await firstScreen({
        DATA_DIR: dir,
        HOST: '0.0.0.0',
        PORT: '0',
        API_TOKENS_FILE: tokens,
      });
      expect(screen).toMatch(/^ {2}API {4}http:\/\/127\.0\.0\.1:\d+\/v1$/m);
      expect(screen).toMatch(/^ {2}Open {3}to other machines too: HOST=0\.0\.0\.0$/m);
      expect(screen).toContain('-H "authorization: Bearer $COUNTERFOIL_TOKEN"');
    } finally {
      // Run by root, the folder has only a link to the data.
      await rm(await realpath(join(dir, 'postgres')), { recursive: true, force: true });
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('counterfoil migrate', () => {
  it('takes DATABASE_OWNER_URL alone, and settings of the service do not concern it', async () => {
    const database = await createEmptyDatabase();
    try {
      const env = { DATABASE_OWNER_URL: database.url, HOST: '0.0.0.0' };
      expect(await migrateCommand(env)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^(migrated .*\n)+the schema is up to date\n$/),
      });
      expect(await migrateCommand(env)).toMatchObject({ status: 0, stdout: 'the schema is up to date\n' });
    } finally {
      await database.drop();
    }
  });

  it('makes the days of the outbox that a database at rest lacks', async () => {
    const database = await createDatabase();
    const days = `select count(*)::int as days from pg_inherits where inhparent = 'journal.outbox'::regclass`;
    const today = `drop table journal.outbox_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
    try {
      const [before] = await query<{ days: number }>(database.url, days);
      await query(database.url, today);
      await migrateCommand({ DATABASE_OWNER_URL: database.url });
      expect(await query(database.url, days)).toEqual([before]);
    } finally {
      await database.drop();
    }
  });

  it('says in one line that the connection was lost', async () => {
    const database = await createEmptyDatabase();
    const proxy = await startTcpProxy(database.url);
    // Migrations wait for this lock, so that the connection is lost while they do.
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('select pg_advisory_lock(4026531840)');
      const ending = migrateCommand({ DATABASE_OWNER_URL: proxy.url });
      await waitsForLock(holder);
      proxy.vanish(true);
      expect(await ending).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^counterfoil: DATABASE_OWNER_URL: the connection was lost .*\n$/),
      });
    } finally {
      await holder.end();
      await proxy.close();
      await database.drop();
    }
  });
});

const servers: Server[] = [];

afterAll(() => servers.forEach((server) => server.close()));

/** Something that listens, and is not Postgres. */
async function listenAs(answer: (socket: import('node:net').Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

async function createEmptyDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL!;
  const name = `empty_${process.pid}_${Date.now()}`;
  await query(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => void (await query(server, `drop database ${name} with (force)`)),
  };
}

function as(user: string, database: TestDatabase): string {
  const url = new URL(database.url);
  url.username = user;
  url.password = 'test';
  return url.href;
}

async function waitsForLock(client: pg.Client): Promise<void> {
  const waiting = `select from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`;
  while ((await client.query(waiting)).rowCount === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function start(env: Record<string, string>): Promise<Ended> {
  return run(['dist/src/main.js'], { PORT: '0', ...env });
}

function migrateCommand(env: Record<string, string>): Promise<Ended> {
  return run(['dist/src/cli.js', 'migrate'], env);
}

/** A program to its end, told of nothing but `env`. */
function run(args: string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH, ...env }, timeout: 30_000 };
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** What a start with a Postgres of its own prints; it is stopped then. */
async function firstScreen(env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let screen = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    screen += text as string;
    if (screen.includes('Ctrl-C stops it.')) child.kill('SIGINT');
  }
  await ended;
  return screen;
}
