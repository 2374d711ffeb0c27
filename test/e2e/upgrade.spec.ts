import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { answerOfRecord } from '../../src/ledger/journal/answers.js';
import { fingerprint } from '../../src/ledger/journal/fingerprint.js';
import { migrate, migrations } from '../../src/platform/migrate.js';
import { createClient, type Client } from '../support/client.js';
import { openAccounts, record } from '../support/journal-writer.js';
import { createDatabase, createEmptyDatabase, type TestDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';

/** The first migrations only, as a release of then had it. */
async function migrateAsBefore(url: string, count: number): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: migrations.slice(0, count),
    migrationsTableName: 'counterfoil_migrations',
    migrationsTransactionMode: 'each',
    extra: { options: '-c role=counterfoil_owner -c search_path=counterfoil', max: 1 },
    schema: 'counterfoil',
  });
  await source.initialize();
  await source.query('create schema if not exists counterfoil');
  await source.runMigrations();
  await source.destroy();
}

describe('a journal written before entries were divided anew and results were stored by a digest', () => {
  const [kept, other] = [randomUUID(), randomUUID()];
  let answer: string;
  const body = { from: 'cash-1', to: 'bob', amount: '5' };
  let database: TestDatabase;
  let owner: pg.Client;
  let service: TestService;
  let client: Client;
  let rows: unknown[];

  beforeAll(async () => {
    // The roles are the cluster's, and there since the first database.
    await (await createDatabase()).drop();
    database = await createEmptyDatabase();
    owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const name = new URL(database.url).pathname.slice(1);
    await owner.query(`grant create on database ${name} to counterfoil_owner, counterfoil_projector`);
    await migrateAsBefore(database.url, 5);
    await owner.query(`insert into journal.ledgers (id) values ('main') on conflict do nothing`);
    await openAccounts(owner, ['cash-1', 'bob', 'eve']);
    for (let n = 1; n <= 40; n += 1) {
      const transaction = await record(owner, [
        { account: 'cash-1', side: 'debit', posted: BigInt(n) },
        { account: n % 2 ? 'bob' : 'eve', side: 'credit', posted: BigInt(n) },
      ]);
      // With a blank behind it, so that it is told from one that is made anew.
      const time = '2026-01-01T00:00:00.000000Z';
      answer = `${answerOfRecord({ ...transaction, effectiveAt: time, recordedAt: time }).body} `;
    }
    await owner.query(
      `insert into journal.command_results (ledger, principal, idempotency_key, fingerprint, status, body)
       select 'main', p, $1, $2, 201, $3 from unnest(array['anonymous', 'somebody']) p`,
      [kept, fingerprint('POST', '/v1/ledgers/main/transfers', body), answer],
    );
    rows = await allEntries();
    await migrate(database.url);
    service = await startService({}, database.url);
    client = createClient(service.url);
  }, 60_000);

  afterAll(async () => {
    await service?.stop();
    await owner?.end();
    await database?.drop();
  });

  const allEntries = async () =>
    (await owner.query('select * from journal.entries order by account_no, version')).rows;

  it('has the same entries', async () => {
    expect(rows).toHaveLength(80);
    expect(await allEntries()).toEqual(rows);
  });

  it('answers a key of then with the bytes of then, and with a mismatch for another request', async () => {
    const again = await client.post('transfers', body, { key: kept });
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
      201,
      answer,
      'true',
    ]);
    const wrong = await client.post('transfers', { ...body, amount: '6' }, { key: kept });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });

  it('goes on from where it was', async () => {
    const before = await client.account('bob');
    const first = await client.post('transfers', body, { key: other });
    expect(first.status).toBe(201);
    const again = await client.post('transfers', body, { key: other });
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    const after = await client.account('bob');
    expect([after.version, after.balances.posted.credits]).toEqual([
      before.version + 1,
      String(BigInt(before.balances.posted.credits) + 5n),
    ]);
  });

  it('refuses what it refused', async () => {
    await expect(owner.query('update journal.entries set posted = 1')).rejects.toThrow('append-only');
    await expect(owner.query('truncate journal.entries')).rejects.toThrow('append-only');
  });
});
