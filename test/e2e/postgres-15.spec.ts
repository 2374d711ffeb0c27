import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../src/platform/migrate.js';
import { createClient } from '../support/client.js';
import { firstUse, listed, readModel } from '../support/first-use.js';
import { eventually } from '../support/ledger.js';
import { createLogin, hasPostgres15, startCluster, tool, type Cluster } from '../support/postgres-15.js';
import { whileRunning } from '../support/program.js';
import { insertFixedRecords, readFixedRecords } from '../support/sealed-records.js';
import { query } from '../support/stack.js';

const describeIf = hasPostgres15
  ? describe
  : (name: string, work: () => void) => describe.skip(`${name} (Debian's postgresql-15 is missing)`, work);

const clusters: Cluster[] = [];

async function cluster(): Promise<Cluster> {
  const started = await startCluster();
  clusters.push(started);
  return started;
}

afterAll(() => Promise.all(clusters.map((one) => one.stop())));

describeIf('on Postgres 15, given DATABASE_URL alone', () => {
  it('the service works as superuser', async () => {
    const server = await cluster();
    await query(server.url(), 'create database ledger');
    await firstUse(server.url('ledger'));
  });

  it('the service works with a login that may create roles and owns its database', async () => {
    const server = await cluster();
    await createLogin(server.url(), 'shop');
    await firstUse(server.url('shop', 'shop'));
  });
});

describeIf('the text that is sealed', () => {
  it('is the same on Postgres 15 as on the embedded one', async () => {
    const server = await cluster();
    await query(server.url(), 'create database ledger');
    await migrate(server.url('ledger'));
    const client = new pg.Client({ connectionString: server.url('ledger') });
    await client.connect();
    try {
      await insertFixedRecords(client);
      const expected = JSON.parse(await readFile('test/data/sealed-records.json', 'utf8'));
      expect(await readFixedRecords(client)).toEqual(expected);
    } finally {
      await client.end();
    }
  });
});

describeIf('migrations/schema.sql', () => {
  it('is what the migrations come to (after a change: npm run schema)', async () => {
    const server = await cluster();
    await query(server.url(), 'create database ledger');
    await migrate(server.url('ledger'));
    const schema = await dumpSchema(server.url('ledger'));
    if (process.env.WRITE_SCHEMA) await writeFile('migrations/schema.sql', schema);
    expect(await readFile('migrations/schema.sql', 'utf8')).toBe(schema);
  });
});

/** Without what differs from day to day and from one edition of pg_dump to the next; of partitions, the first. */
async function dumpSchema(url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-schema-'));
  const file = join(folder, 'schema.sql');
  const others = ['outbox_2*', 'entries_[1-9]*', 'command_results_[1-9]*'];
  const excluded = others.map((table) => `--exclude-table=journal.${table}`);
  await tool('pg_dump', '--schema-only', ...excluded, `--file=${file}`, url);
  const lines = (await readFile(file, 'utf8')).split('\n');
  await rm(folder, { recursive: true });
  const kept = lines.filter(
    (line) => !/^(--|\\(un)?restrict\b|SET |SELECT pg_catalog\.set_config)/.test(line),
  );
  return `-- What the migrations come to, by pg_dump of Postgres 15: npm run schema. For reading; nothing runs it.\n${kept
    .join('\n')
    .replace(/\n{2,}/g, '\n\n')
    .trim()}\n`;
}

describeIf('a dump restored to a cluster whose transaction ids are far behind', () => {
  let dir: string;
  let original: Cluster;
  let answer: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'counterfoil-restore-'));
    original = await cluster();
    await createLogin(original.url(), 'shop');
    await whileRunning(login(original), async ({ url }) => {
      const client = createClient(url);
      await client.open('cash', { type: 'asset', min_balance: null });
      await client.open('alice');
      answer = await pay(url, 'old-1');
      await useTransactionIds(original, 20_000);
      await pay(url, 'old-2');
      await lists(url, ['old-2', 'old-1']);
    });
    await closeOldDay(original);
  });

  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('asks for a rebuild, after which each transaction is there once and new ones too (psql)', async () => {
    const dump = join(dir, 'dump.sql');
    await tool('pg_dump', '--create', '-d', original.url('shop'), '-f', dump);
    const copy = await clusterWithRoles();
    await tool('psql', '-qXv', 'ON_ERROR_STOP=1', '-d', copy.url(), '-f', dump);
    await worksOnceRebuilt(copy, ['old-2', 'old-1']);
  });

  it('brings what the read model had not yet when the old service stopped as well (pg_restore)', async () => {
    await payUnseen(original, 'old-3');
    const dump = join(dir, 'dump');
    await tool('pg_dump', '--create', '-Fc', '-d', original.url('shop'), '-f', dump);
    const copy = await clusterWithRoles();
    await tool('pg_restore', '--create', '--exit-on-error', '-d', copy.url(), dump);
    await worksOnceRebuilt(copy, ['old-3', 'old-2', 'old-1']);
  });

  async function clusterWithRoles(): Promise<Cluster> {
    const copy = await cluster();
    const roles = join(dir, 'roles.sql');
    await tool('pg_dumpall', '--roles-only', '-d', original.url(), '-f', roles);
    // One of them is there already, the superuser: psql says so and goes on.
    await tool('psql', '-qX', '-d', copy.url(), '-f', roles);
    return copy;
  }

  /** @param recorded references of what the journal holds, newest first; the read model knows `old-1` and `old-2` */
  async function worksOnceRebuilt(copy: Cluster, recorded: string[]): Promise<void> {
    expect(await transactionId(copy)).toBeLessThan(10_000);
    await whileRunning(login(copy), async ({ url, output }) => {
      await eventually(async () => expect(await output()).toContain('restored copy: rebuild'));
      // Nothing is wrong meanwhile: what is answered from the journal is right, the lists are as old as the dump.
      expect(await createClient(url).balance('alice')).toBe(String(recorded.length));
      expect(await pay(url, 'old-1')).toBe(answer);
      await pay(url, 'new-1');
      expect((await readModel(url)).references).toEqual(['old-2', 'old-1']);
    });
    // What the message said.
    await query(login(copy), 'delete from projections.checkpoints');
    await whileRunning(login(copy), async ({ url }) => {
      await lists(url, ['new-1', ...recorded]);
      await pay(url, 'new-2');
      await lists(url, ['new-2', 'new-1', ...recorded]);
      await agrees(copy);
      expect(await dropOldDays(copy)).toBe(1);
      // The outbox's restored rows now look newly committed: the tail reads them again.
      await useTransactionIds(copy, 25_000);
      await pay(url, 'new-3');
      await lists(url, ['new-3', 'new-2', 'new-1', ...recorded]);
      await agrees(copy);
    });
  }
});

function login(server: Cluster): string {
  return server.url('shop', 'shop');
}

/** Moves 1 from cash to alice, with the reference as key too. @returns the answer */
async function pay(url: string, reference: string): Promise<string> {
  const options = { key: reference };
  const { status, text } = await createClient(url).transfer('cash', 'alice', '1', { reference }, options);
  expect(status).toBe(201);
  return text;
}

/** Until the read model holds these payments, each once. */
function lists(url: string, references: string[]): Promise<void> {
  const total = String(references.length);
  return listed(url, references, { cash: total, alice: total });
}

/** Pays while the tail is kept from its checkpoint until the service stops. */
async function payUnseen(server: Cluster, reference: string): Promise<void> {
  const holder = new pg.Client({ connectionString: server.url('shop') });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select from projections.checkpoints for update');
    await whileRunning(login(server), ({ url }) => pay(url, reference));
  } finally {
    await holder.end();
  }
}

async function useTransactionIds(server: Cluster, count: number): Promise<void> {
  await query(
    server.url('shop'),
    `do $$ begin for n in 1..${count} loop perform pg_current_xact_id(); commit; end loop; end $$`,
  );
}

async function transactionId(server: Cluster): Promise<number> {
  const [row] = await query<{ id: string }>(server.url(), 'select pg_current_xact_id()::text as id');
  return Number(row!.id);
}

/** The outbox of three days ago, marked as over with this cluster's transaction ids, but kept. */
async function closeOldDay(server: Cluster): Promise<void> {
  await query(
    server.url('shop'),
    `do $$
     declare
       d date := current_date - 3;
       t text := format('journal.outbox_%s', to_char(d, 'YYYYMMDD'));
     begin
       execute format('create table %s partition of journal.outbox for values from (%L) to (%L)', t, d, d + 1);
       execute format('alter table %s owner to counterfoil_owner', t);
       insert into journal.outbox_days (day) values (d);
       perform journal.drop_outbox_days('7 days');
     end $$`,
  );
}

async function dropOldDays(server: Cluster): Promise<number> {
  const drop = `select journal.drop_outbox_days('1 day') as gone`;
  const [row] = await query<{ gone: number }>(server.url('shop'), drop);
  return row!.gone;
}

/** Every entry of the journal is a line of the read model, and the other way round; likewise the balances. */
async function agrees(server: Cluster): Promise<void> {
  const totals = 'account_no, version, posted_debits, posted_credits, pending_debits, pending_credits';
  const entries = `select ${totals} from journal.entries`;
  const newest = `select distinct on (account_no) ${totals} from journal.entries order by account_no, version desc`;
  const differences = (journal: string, table: string) => `
    ((${journal}) except select ${totals} from ${table})
    union all (select ${totals} from ${table} except (${journal}))`;
  const rows = await query(
    server.url('shop'),
    `${differences(entries, 'lines_v1.lines')} union all ${differences(newest, 'balances_v1.balances')}`,
  );
  expect(rows).toEqual([]);
}
