import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { projections, schemaOf, type ProjectionName } from '../../src/projections/projection.js';
import { startPart, type Part } from '../../src/stack/process.js';
import { counterfoil } from '../support/cli.js';
import { eventually, post } from '../support/ledger.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';

/** Everything but by which worker it was applied: the shard of a sum. */
const tables: Record<ProjectionName, string[]> = {
  transactions: ['transactions', 'annotations'],
  holds: ['holds'],
  lines: ['lines', 'coverage'],
  balances: ['balances'],
  'daily-totals': ['days'],
  'trial-balance': ['sums', 'applied'],
};

let stack: TestStack;
let reports: TestDatabase;
let dir: string;
let load: { stop(): Promise<void> };
const parts: Part[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-elsewhere-'));
  stack = await startTestStack();
  reports = await createDatabase('read model only');
  // The first account is the first that is locked: whoever waits for it holds up nobody else.
  for (const id of ['c', 'a', 'b'])
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await everyKind();
  await stack.startStreaming();
  // It has come by the topic.
  const there = 'select from holds_v1.holds having count(*) >= 3';
  await eventually(async () => expect(await query(stack.databaseUrl, there)).toHaveLength(1));
  load = transferring();
}, 180_000);

afterAll(async () => {
  await load?.stop();
  for (const part of parts) await part.stop();
  await stack?.stop();
  await reports?.drop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

it('is built from the topic alone, whatever kills the build, while transfers go on', async () => {
  // Whoever applies an entry of c waits: some partitions are done, one at least is not.
  const accountHeld = await hold(
    `select pg_advisory_lock(hashtext('projections.accounts'), ${await accountNo('c')} % 64)`,
  );
  const begun = await rebuild('first');
  await eventually(async () => expect((await positions()).some((offset) => offset > 0)).toBe(true));
  await begun.kill9();
  await accountHeld.end();
  const first = await positions();
  expect(first).toHaveLength(12);
  expect(first).toContain(0);
  expect(await states()).toEqual(['building']);

  // Read to the end, but not swapped: a reader of the versions stands in the way.
  const versionsHeld = await hold(`select pg_advisory_lock_shared(hashtext('projections.versions'))`);
  const halfway = await rebuild('second');
  await waitingToSwap();
  expect(said(halfway)).toContain('going on with');
  await halfway.kill9();
  await versionsHeld.end();
  const second = await positions();
  first.forEach((offset, n) => expect(second[n]).toBeGreaterThanOrEqual(offset));
  expect(await states()).toEqual(['building']);

  const third = await rebuild('third');
  expect(await third.ended).toBe('third ended with status 0');
  expect(said(third)).toContain('going on with');
  expect(said(third)).toContain('built and swapped in');
  expect(await states()).toEqual(['active']);
}, 120_000);

it('is kept up to date by a worker, which goes on from where the build was', async () => {
  const sum = (offsets: number[]) => offsets.reduce((a, b) => a + b, 0);
  expect(sum(await positions('projections'))).toBeGreaterThan(0);
  const worker = await start('worker', ['dist/src/worker.js']);
  await everyKind();
  await load.stop();
  await expectSame();
  expect(said(worker)).toContain('no journal here');
  expect(said(worker)).not.toMatch(/"level":(40|50)/);
}, 60_000);

it('is built anew beside that, and is not swapped before it has all that the worker applied', async () => {
  const toTransfer = transferring();
  const versionsHeld = await hold(`select pg_advisory_lock_shared(hashtext('projections.versions'))`);
  const again = await rebuild('again');
  await waitingToSwap();
  // The build's reader stands still from here on, the worker doesn't.
  const readerHeld = await hold('begin; lock table transactions_v2.transactions in share mode');
  await post(stack.url, '/transfers', { from: 'a', to: 'b', amount: '1', reference: 'late' });
  const late = `select from transactions_v1.transactions where reference = 'late'`;
  await eventually(async () => expect(await query(reports.url, late)).toHaveLength(1));
  await versionsHeld.end();
  await eventually(async () => {
    const events = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and application_name = 'counterfoil-worker'`;
    expect((await query(reports.url, events)).length).toBeGreaterThan(0);
  });
  expect(await states()).toEqual(['active', 'building']);
  await readerHeld.end();
  expect(await again.ended).toBe('again ended with status 0');
  await toTransfer.stop();
  await expectSame();
  expect(await states()).toEqual(['active', 'standby']);
}, 120_000);

it('says how it is', async () => {
  const settings = { DATABASE_URL: reports.url, KAFKA_BROKERS: stack.brokers.join(',') };
  const { status, stdout } = await counterfoil(['projections', 'status', '--json'], settings);
  expect(status).toBe(0);
  // Kafka's own marks at the partitions' ends.
  expect(Number((JSON.parse(stdout) as { records_behind: string }).records_behind)).toBeLessThan(13);
});

it('can be built from the topic beside the journal too', async () => {
  const settings = { DATABASE_URL: stack.databaseUrl, KAFKA_BROKERS: stack.brokers.join(',') };
  const built = await counterfoil(['projections', 'rebuild', '--from', 'kafka'], settings);
  expect(built).toMatchObject({ status: 0, stdout: expect.stringContaining('balances_v2') });
  expect(await counterfoil(['projections', 'verify'], settings)).toMatchObject({ status: 0 });
}, 120_000);

async function everyKind(): Promise<void> {
  const { id } = await post(stack.url, '/transfers', {
    from: 'a',
    to: 'c',
    amount: '500',
    reference: randomUUID(),
  });
  await post(stack.url, `/transactions/${id}/reverse`, { amount: '120' });
  await fetch(`${stack.url}/v1/ledgers/main/transactions/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { revised: true } }),
  });
  const hold = async () =>
    (await post(stack.url, '/holds', { from: 'a', to: 'b', amount: '300', expires_in: 60 })).id;
  await post(stack.url, `/holds/${await hold()}/capture`, { amount: '200', keep_open: true });
  await post(stack.url, `/holds/${await hold()}/void`, {});
  await hold();
  await post(stack.url, '/transfers', {
    from: 'a',
    to: 'b',
    amount: '7',
    effective_at: '2024-02-29T00:00:00Z',
  });
}

/** One transfer after the other, between a and b. */
function transferring() {
  let stopping = false;
  const run = async () => {
    while (!stopping) await post(stack.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
  };
  const running = run();
  return {
    async stop() {
      stopping = true;
      await running;
    },
  };
}

async function start(name: string, args: string[]): Promise<Part> {
  const part = await startPart({
    ...{ name, command: process.execPath, args, dir },
    env: { PATH: process.env.PATH, DATABASE_URL: reports.url, KAFKA_BROKERS: stack.brokers.join(',') },
  });
  parts.push(part);
  return part;
}

const rebuild = (name: string) =>
  start(name, ['dist/src/cli.js', 'projections', 'rebuild', '--from', 'kafka']);

const said = ({ logFile }: Part) => readFileSync(logFile, 'utf8');

/** A session of the reports' database that keeps a lock until its end. */
async function hold(lock: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: reports.url });
  await client.connect();
  await client.query(lock);
  return client;
}

async function waitingToSwap(): Promise<void> {
  const waiting = `select from pg_locks where locktype = 'advisory' and not granted and mode = 'ExclusiveLock'
    and database = (select oid from pg_database where datname = current_database())
    and objsubid = 1 and objid = (hashtext('projections.versions')::bigint & 4294967295)::oid`;
  await eventually(async () => expect(await query(reports.url, waiting)).toHaveLength(1));
}

async function accountNo(id: string): Promise<number> {
  const rows = await query<{ no: string }>(
    stack.databaseUrl,
    'select no from journal.accounts where id = $1',
    [id],
  );
  return Number(rows[0]!.no);
}

/** By partition; of the build when it isn't said. */
async function positions(consumer?: string): Promise<number[]> {
  const rows = await query<{ offset: number }>(
    reports.url,
    `select (position->>'offset')::int as offset from projections.checkpoints
     where consumer = $1 or ($1::text is null and consumer like 'build %') order by partition::int`,
    [consumer ?? null],
  );
  return rows.map(({ offset }) => offset);
}

async function states(): Promise<string[]> {
  const rows = await query<{ state: string }>(
    reports.url,
    'select distinct state from projections.versions order by 1',
  );
  return rows.map(({ state }) => state);
}

async function expectSame(): Promise<void> {
  for (const { name } of projections)
    for (const table of tables[name])
      await eventually(async () => {
        const [here, there] = [
          await rowsOf(stack.databaseUrl, name, table),
          await rowsOf(reports.url, name, table),
        ];
        expect(here.length).toBeGreaterThan(0);
        expect([name, table, differing(here, there)]).toEqual([name, table, []]);
      }, 20_000);
}

/** A few of the rows that only one of them has: what there is to see in a failure. */
function differing(here: string[], there: string[]): string[] {
  const [a, b] = [new Set(here), new Set(there)];
  const only = [
    ...here.filter((row) => !b.has(row)),
    ...there.filter((row) => !a.has(row)).map((row) => `+ ${row}`),
  ];
  return only.length > 0 || here.length !== there.length
    ? [`${here.length}, ${there.length}`, ...only.slice(0, 3)]
    : [];
}

async function rowsOf(url: string, name: ProjectionName, table: string): Promise<string[]> {
  const [version] = await query<{ version: number }>(
    url,
    `select version from projections.versions where projection = $1 and state = 'active'`,
    [name],
  );
  const schema = schemaOf({ name, version: version!.version });
  const rows = await query<{ row: string }>(
    url,
    `select t::text as row from ${schema}.${table} t order by 1`,
  );
  return rows.map(({ row }) => row);
}
