import type pg from 'pg';
import { hasJournal } from './journal.js';
import { projections, schemaOf, type Projection } from './projection.js';

/**
 * Makes the first version of each projection that has none. With an empty journal it is whole at once; else, and where
 * there is none, it has to be built first, and what reads it says so.
 * @param client a login that is a member of counterfoil_projector; nobody else may be installing meanwhile
 */
export async function installProjections(client: pg.Client, log: (line: string) => void): Promise<void> {
  await client.query('set role counterfoil_projector');
  try {
    const { rows } = await client.query<{ name: string }>(
      'select distinct projection as name from projections.versions',
    );
    const there = new Set(rows.map(({ name }) => name));
    for (const projection of projections.filter(({ name }) => !there.has(name))) {
      await inTransaction(client, () => install(client, projection, log));
    }
  } finally {
    await client.query('reset role');
  }
}

async function install(client: pg.Client, projection: Projection, log: (line: string) => void) {
  const { name } = projection;
  const journal = await hasJournal(client);
  const schema = await makeVersion(client, projection, 1);
  if (!journal || (await isRecorded(client))) {
    const from = journal ? '' : ' --from kafka';
    log(`projection ${name} is new: run \`counterfoil projections rebuild ${name}${from}\``);
    return;
  }
  await makeIndexes(client, projection, schema);
  await client.query(
    `update projections.versions set state = 'active', active_since = clock_timestamp() where projection = $1`,
    [name],
  );
}

async function isRecorded(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ recorded: boolean }>(
    'select exists (select from journal.transactions) as recorded',
  );
  return rows[0]!.recorded;
}

export async function makeIndexes(
  client: pg.ClientBase,
  { indexes }: Projection,
  schema: string,
): Promise<void> {
  for (const index of indexes) await client.query(index.replaceAll('{schema}', schema));
}

/** A version that is to be built: the tables without what `indexes` adds. Who may read the read model may read them. */
export async function makeVersion(
  client: pg.ClientBase,
  projection: Projection,
  version: number,
): Promise<string> {
  await client.query(
    `insert into projections.versions (projection, version, definition, state) values ($1, $2, $3, 'building')`,
    [projection.name, version, projection.definition],
  );
  const schema = schemaOf({ name: projection.name, version });
  await client.query(`create schema ${schema}`);
  await client.query(projection.tables.replaceAll('{schema}', schema));
  await client.query(`grant usage on schema ${schema} to counterfoil_app, counterfoil_reader`);
  await client.query(`grant select on all tables in schema ${schema} to counterfoil_app, counterfoil_reader`);
  return schema;
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
