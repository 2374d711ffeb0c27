import type pg from 'pg';
import { projections, schemaOf, type Projection } from './projection.js';

/**
 * Makes the tables of each projection's current version where they are missing, empty: the runner fills them.
 * A version that is new beside an older one is not made active; a rebuild swaps it in when it has caught up.
 * @param client a login that is a member of counterfoil_projector; nobody else may be installing meanwhile
 */
export async function installProjections(client: pg.Client): Promise<void> {
  await client.query('set role counterfoil_projector');
  try {
    for (const projection of projections) await install(client, projection);
  } finally {
    await client.query('reset role');
  }
}

async function install(client: pg.Client, projection: Projection): Promise<void> {
  const schema = schemaOf(projection);
  const { rows } = await client.query<{ present: boolean }>(
    'select to_regnamespace($1) is not null as present',
    [schema],
  );
  if (rows[0]!.present) return;
  await client.query('begin');
  try {
    await client.query(`create schema ${schema}`);
    await client.query(projection.tables.replaceAll('{schema}', schema));
    await client.query(`grant usage on schema ${schema} to counterfoil_app, counterfoil_reader`);
    await client.query(
      `grant select on all tables in schema ${schema} to counterfoil_app, counterfoil_reader`,
    );
    await client.query(
      'insert into projections.active (projection, version) values ($1, $2) on conflict (projection) do nothing',
      [projection.name, projection.version],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
