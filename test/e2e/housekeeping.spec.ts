import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { resultKey } from '../../src/ledger/journal/request.js';
import { migrate } from '../../src/platform/migrate.js';
import { createClient, type Client } from '../support/client.js';
import { eventually } from '../support/ledger.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';

const LONG_AGO = '2020-01-01';
let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

describe('days of the outbox', () => {
  it('are there from yesterday until a week ahead, and made again when a service starts', async () => {
    const expected = Array.from({ length: 9 }, (_, n) => day(n - 1));
    expect(await days()).toEqual(expected);
    for (const name of expected) await owner.query(`drop table journal.outbox_${name.replaceAll('-', '')}`);
    await owner.query('delete from journal.outbox_days');
    const service = await startService({}, database.url);
    try {
      // Nobody waits for the housekeeping: a service that listens can record.
      const client = createClient(service.url);
      await client.open('first', { min_balance: null });
      expect(await days()).toEqual(expected);
    } finally {
      await service.stop();
    }
  });

  it('go only when they are old, the tail is past them, and the slot is', async () => {
    await oldDay();
    await checkpoint('pg_current_snapshot()');
    await owner.query(`select pg_create_logical_replication_slot('counterfoil_outbox', 'pgoutput')`);
    try {
      await owner.query(`select pg_logical_emit_message(false, 'test', 'moves the WAL on')`);
      // The first call closes the day: the tail's checkpoint and the slot's position are from before that.
      expect(await drop()).toBe(0);
      await checkpoint('pg_current_snapshot()');
      expect(await drop()).toBe(0);
      await confirmSlot();
      await checkpoint(`'1:1:'`);
      expect(await drop()).toBe(0);
      await checkpoint('pg_current_snapshot()');
      expect(await drop()).toBe(1);
      expect(await days()).not.toContain(LONG_AGO);
    } finally {
      await owner.query(`select pg_drop_replication_slot('counterfoil_outbox')`);
    }
  });

  it('stay while the tail still replays the journal, and for a day at least', async () => {
    await oldDay();
    await drop();
    await checkpoint('pg_current_snapshot()', `|| '{"replay":"0"}'`);
    expect(await drop()).toBe(0);
    await expect(drop('1 hour')).rejects.toThrow('kept for a day at least');
    expect(await days()).toContain(LONG_AGO);
    await owner.query('delete from projections.checkpoints');
    expect(await drop()).toBe(1);
  });
});

describe('stored results', () => {
  let service: TestService;
  let client: Client;

  beforeAll(async () => {
    service = await startService({ IDEMPOTENCY_RETENTION_HOURS: '2' }, database.url);
    client = createClient(service.url);
    for (const id of ['payer', 'payee']) await client.open(id, { min_balance: null });
  });

  afterAll(() => service?.stop());

  it('are kept as long as promised; after that the key is free', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    for (const key of [old, young]) await client.transfer('payer', 'payee', '1', {}, { key });
    await age(old, '121 minutes');
    await age(young, '119 minutes');
    const again = await startService({ IDEMPOTENCY_RETENTION_HOURS: '2' }, database.url);
    try {
      await eventually(async () => expect(await kept(old)).toBe(0));
      expect(await kept(young)).toBe(1);
    } finally {
      await again.stop();
    }
    const replayed = await client.transfer('payer', 'payee', '1', {}, { key: young });
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    const anew = await client.transfer('payer', 'payee', '1', {}, { key: old });
    expect(anew.headers.get('idempotent-replayed')).toBeNull();
    expect(await client.balance('payee')).toBe('3');
  });

  it('are never kept for less than an hour', async () => {
    const expire = owner.query(`select journal.expire_command_results('59 minutes', 10)`);
    await expect(expire).rejects.toThrow('for an hour at least');
  });
});

it('a second migration changes nothing', async () => {
  const before = await days();
  await migrate(database.url);
  expect(await days()).toEqual(before);
});

function day(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

/** The days that have a partition, as the catalogue says. */
async function days(): Promise<string[]> {
  const { rows } = await owner.query<{ day: string }>(
    `select to_char(to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day
     from pg_inherits where inhparent = 'journal.outbox'::regclass order by 1`,
  );
  return rows.map((row) => row.day);
}

async function oldDay(): Promise<void> {
  await owner.query(
    `create table journal.outbox_20200101 partition of journal.outbox
     for values from ('${LONG_AGO}T00:00Z') to ('2020-01-02T00:00Z')`,
  );
  await owner.query('insert into journal.outbox_days (day) values ($1)', [LONG_AGO]);
}

/** Where the tail stands; an SQL expression of a snapshot. */
async function checkpoint(snapshot: string, more = ''): Promise<void> {
  await owner.query(
    `insert into projections.checkpoints (consumer, source, partition, position)
     values ('projections', 'tail', 'tail', jsonb_build_object('snapshot', (${snapshot})::text) ${more})
     on conflict (consumer, partition) do update set position = excluded.position`,
  );
}

async function drop(keep = '7 days'): Promise<number> {
  const { rows } = await owner.query<{ gone: number }>('select journal.drop_outbox_days($1) as gone', [keep]);
  return rows[0]!.gone;
}

async function confirmSlot(): Promise<void> {
  await owner.query(`select pg_replication_slot_advance('counterfoil_outbox', pg_current_wal_insert_lsn())`);
}

async function age(key: string, interval: string): Promise<void> {
  await owner.query(`set session_replication_role = replica`);
  await owner.query(`update journal.command_results set created_at = now() - $2::interval where key = $1`, [
    nameOf(key),
    interval,
  ]);
  await owner.query(`reset session_replication_role`);
}

async function kept(key: string): Promise<number> {
  const text = 'select from journal.command_results where key = $1';
  return (await owner.query(text, [nameOf(key)])).rowCount ?? 0;
}

function nameOf(key: string): string {
  return resultKey({ ledger: 'main', principal: 'anonymous', idempotencyKey: key });
}
