import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { hasAnalysts, publish, withdraw } from '../../src/connect/analysts.js';
import { migrate } from '../../src/platform/migrate.js';
import { balances } from '../../src/projections/balances/balances.js';
import { schemaOf } from '../../src/projections/projection.js';
import { createDatabase } from '../support/postgres.js';
import { createLogin, hasPostgres15, startCluster } from '../support/postgres-15.js';
import { query } from '../support/stack.js';

interface Place {
  /** Who migrates and applies. */
  url: string;
  drop(): Promise<void>;
}

const active = schemaOf({ name: 'balances', version: 1 });
const next = 'balances_v999';
const both = ['journal.entries', `${active}.balances`].sort();

describe.each<[string, () => Promise<Place>]>([
  ['the newest Postgres', createDatabase],
  ...(hasPostgres15 ? ([['Postgres 15, by a login that is no superuser', onPostgres15]] as const) : []),
] as [string, () => Promise<Place>][])("the analysts' publication on %s", (_, create) => {
  let place: Place;
  let projector: pg.Client;

  beforeAll(async () => {
    place = await create();
    projector = new pg.Client({ connectionString: place.url });
    await projector.connect();
    await projector.query('set role counterfoil_projector');
    await projector.query(`create schema ${next}`);
    await projector.query(balances.tables.replaceAll('{schema}', next));
  }, 60_000);

  afterAll(async () => {
    await projector?.end();
    await place?.drop();
  });

  const swap = () =>
    projector.query(
      `select pg_advisory_xact_lock(hashtext('projections.versions'));
       insert into projections.versions (projection, version, definition, state)
         values ('balances', 999, ${balances.definition}, 'standby');
       update projections.versions set state = 'standby' where projection = 'balances' and version = 1;
       update projections.versions set state = 'active' where projection = 'balances' and version = 999;
       select projections.publish_balances('${next}')`,
    );
  const published = async () => {
    const rows = await query<{ name: string }>(
      place.url,
      `select schemaname || '.' || tablename as name from pg_publication_tables
       where pubname = 'counterfoil_analysts' order by name`,
    );
    return rows.map(({ name }) => name);
  };
  const readable = async (table: string) =>
    (
      await query<{ may: boolean }>(
        place.url,
        `select has_table_privilege('counterfoil_cdc', '${table}', 'select')
            and has_schema_privilege('counterfoil_cdc', '${table.split('.')[0]}', 'usage') as may`,
      )
    )[0]!.may;

  test('is not there, and a swap changes nothing then', async () => {
    await projector.query(`select projections.publish_balances('${next}')`);
    expect(await hasAnalysts(place.url)).toBe(false);
    for (const table of ['journal.entries', `${active}.balances`, `${next}.balances`])
      expect([table, await readable(table)]).toEqual([table, false]);
  });

  test('has the entries and the active balances, which Connect may read', async () => {
    expect((await publish(place.url)).sort()).toEqual(both);
    expect((await publish(place.url)).sort()).toEqual(both);
    for (const table of both) expect([table, await readable(table)]).toEqual([table, true]);
    const [row] = await query(
      place.url,
      `select pg_get_userbyid(pubowner) as owner, pubviaroot, pubinsert, pubupdate, pubdelete, pubtruncate
       from pg_publication where pubname = 'counterfoil_analysts'`,
    );
    expect(row).toEqual({
      owner: 'counterfoil_owner',
      pubviaroot: true,
      pubinsert: true,
      pubupdate: true,
      pubdelete: false,
      pubtruncate: false,
    });
  });

  test('changes with the transaction of the swap, or not at all', async () => {
    await projector.query('begin');
    await swap();
    expect(await published()).toEqual(both);
    await projector.query('rollback');
    expect(await published()).toEqual(both);
    expect(await readable(`${next}.balances`)).toBe(false);
  });

  test('that is made during a swap waits for it', async () => {
    await withdraw(place.url);
    expect(await hasAnalysts(place.url)).toBe(false);
    await projector.query('begin');
    await swap();
    const making = publish(place.url);
    await waitUntilBlocked(place.url);
    await projector.query('commit');
    expect((await making).sort()).toEqual([`${next}.balances`, 'journal.entries'].sort());
    expect(await readable(`${next}.balances`)).toBe(true);
  });

  test('taken away leaves Connect no right', async () => {
    await withdraw(place.url);
    for (const table of ['journal.entries', `${active}.balances`, `${next}.balances`])
      expect([table, await readable(table)]).toEqual([table, false]);
    await withdraw(place.url);
  });

  test('is the projector’s to change, and only by versions of the balances', async () => {
    await expect(
      query(place.url, `set role counterfoil_app; select projections.publish_balances('${next}')`),
    ).rejects.toMatchObject({ code: '42501' });
    for (const name of ['journal', 'balances_v1; drop table x', 'balances_v', 'lines_v1'])
      await expect(projector.query('select projections.publish_balances($1)', [name])).rejects.toMatchObject({
        code: '22023',
      });
  });
});

async function onPostgres15(): Promise<Place> {
  const cluster = await startCluster();
  await createLogin(cluster.url(), 'operator');
  const url = cluster.url('operator', 'operator');
  await migrate(url);
  return { url, drop: cluster.stop };
}

async function waitUntilBlocked(url: string): Promise<void> {
  for (;;) {
    const [row] = await query<{ count: number }>(
      url,
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (row!.count > 0) return;
  }
}
