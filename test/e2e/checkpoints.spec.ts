import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import { inTransaction } from '../../src/projections/runner/checkpoint.js';
import { prepareOffsets } from '../../src/projections/runner/kafka-offsets.js';
import { startTail } from '../../src/projections/runner/tail.js';
import { openAccounts, record } from '../support/journal-writer.js';
import { applyMessages } from '../support/kafka-messages.js';
import { eventually } from '../support/ledger.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
let database: TestDatabase;
let owner: pg.Client;
let pool: pg.Pool;
let writers: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  pool = createPool(database.url, { role: 'counterfoil_projector', max: 6, applicationName: 'test' });
  writers = createPool(database.url, { role: 'counterfoil_app', max: 1, applicationName: 'test' });
  // At the very end, when all statements have gone well: as a crash or a full disk would.
  await owner.query(`
    create function public.fail() returns trigger language plpgsql as $$
    begin raise exception 'the COMMIT fails' using errcode = 'serialization_failure'; end $$`);
  await written((client) => openAccounts(client, ['cash', 'alice']));
});

beforeEach(() => pool.query('delete from projections.checkpoints'));

afterAll(async () => {
  await owner?.end();
  await pool?.end();
  await writers?.end();
  await database?.drop();
});

async function whileCommitsFail(work: () => Promise<void>): Promise<void> {
  await owner.query(`create constraint trigger fail after insert or update on balances_v1.balances
    deferrable initially deferred for each row execute function public.fail()`);
  try {
    await work();
  } finally {
    await owner.query('drop trigger fail on balances_v1.balances');
  }
}

const written = <T>(work: (client: pg.PoolClient) => Promise<T>) => inTransaction(writers, work);

const transfer = () =>
  written((client) =>
    record(client, [
      { account: 'cash', side: 'debit', posted: 5n },
      { account: 'alice', side: 'credit', posted: 5n },
    ]),
  );

const missing = async () =>
  (
    await owner.query(
      `select count(*)::int as missing from journal.entries e where not exists (
         select from lines_v1.lines l where l.account_no = e.account_no and l.version = e.version)`,
    )
  ).rows[0].missing;
const position = async () =>
  (await owner.query('select position from projections.checkpoints')).rows[0]?.position;

test('the tail: a COMMIT that fails takes the checkpoint back with the rows', async () => {
  const failures: object[] = [];
  const log = { ...quiet, warn: (details: object) => void failures.push(details) };
  const tail = startTail({ pool, log, pollMs: 50 });
  try {
    await eventually(async () => expect(await position()).not.toHaveProperty('replay'));
    await whileCommitsFail(async () => {
      await transfer();
      await eventually(async () => expect(failures).not.toEqual([]));
    });
    await eventually(async () => expect(await missing()).toBe(0));
  } finally {
    await tail.stop();
  }
});

test('what is wrong with the database is waited out, and no dead letter', async () => {
  const failures: object[] = [];
  const log = { ...quiet, warn: (details: object) => void failures.push(details) };
  const tail = startTail({ pool, log, pollMs: 50 });
  try {
    await eventually(async () => expect(await position()).not.toHaveProperty('replay'));
    await owner.query('alter table lines_v1.lines rename to gone');
    await transfer();
    await eventually(async () => expect(failures).not.toEqual([]));
    await owner.query('alter table lines_v1.gone rename to lines');
    await eventually(async () => expect(await missing()).toBe(0));
    expect((await owner.query('select cause from projections.dead_letters')).rows).toEqual([]);
  } finally {
    await tail.stop();
  }
});

test('Kafka: a COMMIT that fails takes the checkpoint back with the rows', async () => {
  await prepareOffsets(pool, 'c', [{ partition: 0, low: '0', high: '0' }], quiet);
  await transfer();
  const { rows } = await owner.query<{ payload: string }>(
    `select payload from journal.outbox where aggregatetype = 'ledger.transactions' order by sequence`,
  );
  const messages = rows.map(({ payload }, n) => ({ offset: String(n), value: Buffer.from(payload) }));
  const apply = () =>
    applyMessages(pool, { topic: 't', partition: 0, cluster: 'c', fetched: '0' }, messages as never);
  const before = await position();
  await whileCommitsFail(async () => {
    await expect(apply()).rejects.toThrow('the COMMIT fails');
    expect(await position()).toEqual(before);
  });
  await apply();
  expect(await position()).toMatchObject({ offset: String(messages.length) });
  expect(await missing()).toBe(0);
});
