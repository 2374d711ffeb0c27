import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate } from '../../src/platform/migrate.js';
import { counterfoil, type Ended } from '../support/cli.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { query } from '../support/stack.js';

/** What the schema `projections` is made of. */
const parts = `
select table_name || '.' || column_name as part, data_type || coalesce(column_default, '') as of
from information_schema.columns where table_schema = 'projections'
union all
select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'projections'::regnamespace
union all
select indexname, indexdef from pg_indexes where schemaname = 'projections'
union all
select proname, pg_get_functiondef(oid) || proacl::text from pg_proc where pronamespace = 'projections'::regnamespace
union all
select relname, relacl::text from pg_class where relnamespace = 'projections'::regnamespace and relkind = 'r'
order by 1, 2`;

let elsewhere: TestDatabase;
let ledger: TestDatabase;
const run = (...args: string[]): Promise<Ended> => counterfoil(args, { DATABASE_URL: elsewhere.url });

beforeAll(async () => {
  elsewhere = await createDatabase('read model only');
  ledger = await createDatabase();
});

afterAll(async () => {
  await elsewhere?.drop();
  await ledger?.drop();
});

describe('a database with a read model only', () => {
  it('keeps of it what one with a journal does, and may be migrated again', async () => {
    expect(await query(elsewhere.url, parts)).toEqual(await query(ledger.url, parts));
    expect(await query(elsewhere.url, `select from pg_namespace where nspname = 'journal'`)).toEqual([]);
    const again = await run('migrate', '--read-model-only');
    expect(again).toEqual({ status: 0, stdout: 'the schema is up to date\n', stderr: '' });
  });

  it('gets no journal, and one with a journal is not made one', async () => {
    const { status, stderr } = await run('migrate');
    expect([status, stderr]).toEqual([1, expect.stringContaining('a read model without a journal')]);
    await expect(migrate(ledger.url, undefined, 'read model only')).rejects.toThrow('there is a journal');
  });

  it('says of each projection that it is to be built, and from where', async () => {
    const { status, stdout } = await run('projections', 'status');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^no journal here/);
    expect(stdout.match(/not built/g)).toHaveLength(6);
    expect((await run('projections', 'list')).stdout).toContain('balances_v1');
    expect((await run('dead-letters', 'list')).stdout).toBe('no dead letters\n');
  });

  it.each([
    [['verify'], 'no journal to compare'],
    [['rebuild'], '--from kafka'],
    [['rebuild', '--from', 'kafka'], 'KAFKA_BROKERS'],
    [['rebuild', '--from', 'kafka', '--no-swap'], 'without --parallel and --no-swap'],
    [['rebuild', '--from', 'backup'], 'journal, kafka'],
  ])('refuses %j and says why', async (args, why) => {
    const { status, stderr } = await run('projections', ...args);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(why);
    expect(stderr).not.toMatch(/\n +at /);
  });

  it('is nothing a service could use', async () => {
    const { stderr, status } = await run('holds', 'rebuild');
    expect([status, stderr]).toEqual([1, expect.stringContaining('counterfoil migrate')]);
  });
});
