import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { columns } from '../../src/export/columns.js';
import { counterfoil, type Ended } from '../support/cli.js';
import { createClient, type Json } from '../support/client.js';
import { duckdb } from '../support/duckdb.js';
import { record } from '../support/journal-writer.js';
import { caughtUp, openBank, recordedOf, type Bank } from '../support/money.js';

const largest = '9'.repeat(38);
const odd = { text: 'é "n", \\ \n 𝄞', list: [1, null], empty: '' };
let bank: Bank;
let url: string;
let folder: string;

beforeAll(async () => {
  bank = await openBank();
  const { rows } = await bank.database.query<{ name: string }>('select current_database() as name');
  url = Object.assign(new URL(process.env.TEST_POSTGRES_URL!), { pathname: `/${rows[0]!.name}` }).href;
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-export-'));
  await recordEverything();
}, 60_000);

afterAll(async () => {
  await bank?.close();
  await rm(folder, { recursive: true, force: true });
});

async function recordEverything(): Promise<void> {
  const { client } = bank;
  const from = await bank.wallet(100_000);
  const to = await bank.wallet(0, { currency: 'POINTS/0', min_balance: null });
  const rich = await bank.wallet(0, { currency: 'POINTS/0', type: 'asset', min_balance: null });
  recordedOf(await client.transfer(to, rich, largest, { reference: 'all of it', description: 'a,"b"\r\nc' }));
  const posting = recordedOf(
    await client.transfer(from, 'world', 7, { metadata: odd, effective_at: '2020-02-29T23:59:59.123456Z' }),
  );
  const held = recordedOf(await client.post('holds', { from, to: 'world', amount: 500 }));
  const part = recordedOf(await client.post(`holds/${held.id}/capture`, { amount: 200 }));
  recordedOf(await client.post(`transactions/${part.id}/reverse`, { amount: 50 }));
  recordedOf(
    await client.send('PATCH', `transactions/${posting.id}`, { metadata: { ...odd, tier: 'gold' } }),
  );
  recordedOf(await client.send('PUT', '/v1/ledgers/other', {}));
  const other = createClient(client.url, 'other');
  await other.open('a', { min_balance: null });
  await other.open('b');
  recordedOf(await other.transfer('a', 'b', 3));
}

const run = (...args: string[]): Promise<Ended> => counterfoil(['export', ...args], { DATABASE_URL: url });

async function exported(name: string, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await run('--out', join(folder, name), ...args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

/** What an export must have: the entries of the events, with their transactions. */
async function expected(where = 'true'): Promise<Json[]> {
  const { rows } = await bank.database.query(
    `select payload, recorded_at, (select metadata from journal.annotations n where n.transaction_id = t.id
       order by revision desc limit 1) as newest
     from journal.outbox o join journal.transactions t using (sequence)
     where o.aggregatetype = 'ledger.transactions' and ${where} order by sequence`,
  );
  return rows.flatMap(({ payload, newest }) => {
    const { ledger, sequence, transaction, entries, idempotency_key, principal } = JSON.parse(payload);
    const { id: transaction_id, metadata, ...of } = transaction;
    delete of.status;
    const told = { ledger, sequence, transaction_id, ...of, idempotency_key, principal };
    return entries.map((entry: Json) => ({ ...told, ...entry, metadata: newest ?? metadata }));
  });
}

const lines = (text: string): Json[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('what is exported', () => {
  test('ndjson: each entry of the events with its transaction, and the newest metadata', async () => {
    await exported('all.ndjson');
    const rows = lines(await readFile(join(folder, 'all.ndjson'), 'utf8'));
    expect(rows).toEqual(await expected());
    expect(rows.filter(({ posted }) => posted === largest)).toHaveLength(2);
    expect(rows.find(({ metadata }) => metadata.tier === 'gold').metadata).toEqual({ ...odd, tier: 'gold' });
    expect(Object.keys(rows[0])).toEqual(columns.map(({ name }) => name));
  });

  test('parquet: the same, in types that lose nothing', async () => {
    await exported('all.parquet');
    const types = await duckdb(folder, `describe from 'all.parquet'`);
    const typeOf = Object.fromEntries(types.map((row) => [row.column_name, row.column_type]));
    expect(typeOf).toMatchObject({
      posted: 'DECIMAL(38,0)',
      pending_credits: 'DECIMAL(38,0)',
      leg: 'INTEGER',
    });
    expect(typeOf).toMatchObject({ recorded_at: 'TIMESTAMP WITH TIME ZONE', transaction_id: 'UUID' });
    expect(typeOf).toMatchObject({ sequence: 'BIGINT', version: 'BIGINT', description: 'VARCHAR' });
    const rows = await duckdb(
      folder,
      `select * replace (strftime(effective_at, '%Y-%m-%dT%H:%M:%S.%fZ') as effective_at,
         strftime(recorded_at, '%Y-%m-%dT%H:%M:%S.%fZ') as recorded_at) from 'all.parquet'`,
    );
    const plain = rows.map((row) => ({
      ...row,
      metadata: JSON.parse(row.metadata),
      leg: Number(row.leg),
      version: Number(row.version),
    }));
    expect(plain).toEqual(await expected());
  });

  test('csv: the same, with what a comma, a quote or a line break would break quoted', async () => {
    await exported('all.csv');
    const rows = await duckdb(folder, `from read_csv('all.csv', all_varchar = true, header = true)`);
    const text = (value: Json) =>
      value === null || typeof value === 'string' ? value : JSON.stringify(value);
    const plain = (await expected()).map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])),
    );
    expect(rows.map(({ metadata, ...row }) => ({ ...row, metadata: JSON.parse(metadata) }))).toEqual(
      plain.map(({ metadata, ...row }) => ({ ...row, metadata: JSON.parse(metadata!) })),
    );
  });

  test('to standard output, with the last line beside it', async () => {
    const { status, stdout, stderr } = await run('--format', 'ndjson', '--ledger', 'other');
    expect(status).toBe(0);
    expect(lines(stdout)).toEqual(await expected(`t.ledger = 'other'`));
    expect(stderr).toMatch(/^2 rows of 1 transactions, recorded before \d{4}-\S+Z\n$/);
  });

  test('--from is included and --to is not, so that one export begins where another ends', async () => {
    const { rows } = await bank.database.query(
      `select to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
       from journal.transactions order by sequence`,
    );
    const middle = rows[3].at;
    const first = lines((await run('--format', 'ndjson', '--to', middle)).stdout);
    const second = lines((await run('--format', 'ndjson', '--from', middle)).stdout);
    expect(first.every(({ recorded_at }) => recorded_at < middle)).toBe(true);
    expect(second[0].recorded_at).toBe(middle);
    const known = (row: Json) => ({ ...row, metadata: undefined });
    expect([...first, ...second].map(known)).toEqual((await expected()).map(known));
  });

  test('of a time without entries: a table without rows', async () => {
    expect(await exported('none.parquet', '--to', '2000-01-01')).toMatch(/^0 rows of 0 transactions, /);
    expect(await duckdb(folder, `select count(*) as n from 'none.parquet'`)).toEqual([{ n: '0' }]);
  });

  test('a login of counterfoil_reader alone may', async () => {
    await bank.database.query(
      `do $$ begin create role analyst login password 'test'; exception when duplicate_object then null; end $$;
       grant counterfoil_reader to analyst`,
    );
    const login = Object.assign(new URL(url), { username: 'analyst', password: 'test' }).href;
    const { status, stdout, stderr } = await counterfoil(['export', '--format', 'ndjson'], {
      DATABASE_URL: login,
    });
    expect([status, stderr]).toEqual([0, expect.stringMatching(/ rows /)]);
    expect(lines(stdout)).toEqual(await expected());
  });
});

describe('the trial balance of the example, by DuckDB from the parquet', () => {
  test('is the service’s', async () => {
    const other = createClient(bank.client.url, 'other');
    const types = ['asset', 'liability', 'equity', 'revenue', 'expense'];
    for (const currency of ['USD', 'EUR', 'BTC/8']) {
      const name = (n: number) => `${types[n % 5]}:${currency.slice(0, 3)}`;
      for (const [n, type] of types.entries())
        await other.open(name(n), { type, currency, min_balance: null });
      for (let n = 0; n < 12; n += 1)
        recordedOf(
          await other.transfer(name(n), name(n + 1 + (n % 3)), `1${'0'.repeat(3 * n)}`, {
            ...(n % 2 && { effective_at: `2024-02-0${1 + (n % 5)}T00:00:00Z` }),
          }),
        );
    }
    await caughtUp(bank.database);
    await exported('entries.parquet');
    const rows = await duckdb(folder, await readFile('examples/analysts/trial-balance.sql', 'utf8'));
    expect(rows.length).toBeGreaterThan(10);
    for (const ledger of ['main', 'other']) {
      const { body } = await createClient(bank.client.url, ledger).get('trial-balance');
      const own = rows.filter((row) => row.ledger === ledger);
      expect(own).toEqual(body.data.map((row: Json) => ({ ledger, ...row })));
    }
  });
});

describe('complete', () => {
  test('what commits late is waited for, and is in the export of its time', async () => {
    const writer = new pg.Client({ connectionString: url });
    await writer.connect();
    try {
      await writer.query('begin');
      const late = await record(writer, [
        { account: 'world', side: 'debit', posted: 11n },
        { account: 'w1', side: 'credit', posted: 11n },
      ]);
      recordedOf(await createClient(bank.client.url, 'other').transfer('a', 'b', 4));
      const began = spawn(process.execPath, ['dist/src/cli.js', 'export', '--format', 'ndjson'], {
        env: { PATH: process.env.PATH, DATABASE_URL: url },
      });
      let stdout = '';
      began.stdout.on('data', (bytes) => (stdout += bytes));
      const ended = new Promise((resolve) => began.once('close', resolve));
      const [said] = await once(began.stderr, 'data');
      expect(String(said)).toMatch(/^counterfoil: waiting for transactions to end/);
      expect(stdout).toBe('');
      await writer.query('commit');
      expect(await ended).toBe(0);
      expect(lines(stdout).filter(({ sequence }) => sequence === late.sequence)).toHaveLength(2);
    } finally {
      await writer.end();
    }
  });

  test('while others write, exports one after the other have each entry once', async () => {
    let done = false;
    const writers = [0, 1, 2].map(async (n) => {
      while (!done) recordedOf(await bank.client.transfer('world', `w${1 + (n % 1)}`, 1));
    });
    const found: string[] = [];
    let from: string | undefined;
    for (let n = 0; n < 3; n += 1) {
      const part = await run('--format', 'ndjson', '--ledger', 'main', ...(from ? ['--from', from] : []));
      expect(part.status).toBe(0);
      found.push(...lines(part.stdout).map(({ account, version }) => `${account} ${version}`));
      from = /before (\S+)/.exec(part.stderr)![1]!;
    }
    done = true;
    await Promise.all(writers);
    const { rows } = await bank.database.query(
      `select a.id || ' ' || e.version as entry from journal.entries e join journal.accounts a on a.no = e.account_no
       where a.ledger = 'main' and e.recorded_at < $1`,
      [from],
    );
    expect(found.length).toBeGreaterThan(50);
    expect(found.sort()).toEqual(rows.map(({ entry }) => entry).sort());
  });
});

describe('all or nothing', () => {
  const bash = (script: string): Promise<Ended> =>
    new Promise((resolve) => {
      const child = spawn('bash', ['--norc', '-c', script], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: url,
          NODE: process.execPath,
          OUT: join(folder, 'kept.csv'),
        },
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (bytes) => (stdout += bytes));
      child.stderr.on('data', (bytes) => (stderr += bytes));
      child.once('close', (code) => resolve({ status: code ?? -1, stdout, stderr }));
    });
  const hidden = async () => (await readdir(folder)).filter((name) => name.startsWith('.'));

  test('a file that can’t be written to its end leaves what was there, and nothing else', async () => {
    await writeFile(join(folder, 'kept.csv'), 'as it was');
    const { status, stderr } = await bash(
      `trap '' XFSZ; ulimit -f 1; exec "$NODE" dist/src/cli.js export --out "$OUT"`,
    );
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^counterfoil: .*kept\.csv.*\n$/)]);
    expect(await readFile(join(folder, 'kept.csv'), 'utf8')).toBe('as it was');
    expect(await hidden()).toEqual([]);
  });

  test('a full disk behind standard output is told', async () => {
    const { status, stderr } = await bash('exec "$NODE" dist/src/cli.js export --format csv > /dev/full');
    expect([status, stderr]).toEqual([1, 'counterfoil: standard output: the disk is full\n']);
  });

  test('a reader that hangs up is told', async () => {
    const { stdout, stderr } = await bash(
      '"$NODE" dist/src/cli.js export --format ndjson | true; echo "${PIPESTATUS[0]}"',
    );
    expect([stdout, stderr]).toEqual([
      '1\n',
      'counterfoil: standard output was closed before the export was whole\n',
    ]);
  });

  test('Ctrl-C leaves nothing', async () => {
    const lock = new pg.Client({ connectionString: url });
    await lock.connect();
    try {
      // A writer that stays open holds the export.
      await lock.query('begin; select pg_current_xact_id()');
      const child = spawn(
        process.execPath,
        ['dist/src/cli.js', 'export', '--out', join(folder, 'never.csv')],
        {
          env: { PATH: process.env.PATH, DATABASE_URL: url },
        },
      );
      const ended = new Promise((resolve) => child.once('close', resolve));
      for (let n = 0; (await hidden()).length === 0; n += 1) {
        if (n > 200) throw new Error('it did not begin');
        await sleep(50);
      }
      child.kill('SIGINT');
      expect(await ended).toBe(130);
    } finally {
      await lock.end();
    }
    expect(await hidden()).toEqual([]);
    expect(await readdir(folder)).not.toContain('never.csv');
  });
});

test('without a database it says so, and leaves nothing', async () => {
  const args = ['export', '--out', join(folder, 'nowhere.csv')];
  const { status, stderr } = await counterfoil(args, { DATA_DIR: join(folder, 'data') });
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^counterfoil: DATABASE_URL must be set/)]);
  expect((await readdir(folder)).filter((name) => name.includes('nowhere'))).toEqual([]);
});

test.each([
  ['--format xls', 2, /^counterfoil: --format xls is not one of: parquet, csv, ndjson\n$/],
  ['', 2, /^counterfoil: say --format: /],
  ['--format csv --from 2026-01-02 --to 2026-01-01', 2, /^counterfoil: --from \S+ is not before --to /],
  ['--format csv --from soon', 2, /^counterfoil: --from soon: takes a day /],
  ['--format csv --to 2199-01-01', 1, /^counterfoil: --to \S+ lies in the future: /],
  ['--format csv --ledger none', 1, /^counterfoil: there is no ledger none\n$/],
  ['--format csv --out /nowhere/at/all.csv', 1, /^counterfoil: .*\/nowhere\/at/],
])('refuses: export %s', async (args, status, message) => {
  const told = await run(...args.split(' ').filter(Boolean));
  expect([told.status, told.stdout]).toEqual([status, '']);
  expect(told.stderr).toMatch(message);
});
