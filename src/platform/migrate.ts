import pg from 'pg';
import { DataSource } from 'typeorm';
import { Journal1763700000001 } from '../../migrations/0001-journal.js';
import { installProjections } from '../projections/install.js';

const roles = ['owner', 'app', 'projector', 'reader', 'cdc'].map((role) => `counterfoil_${role}`);

const INSUFFICIENT_PRIVILEGE = '42501';

/** Two processes that start together migrate one after the other. */
const migrationLock = 4_026_531_840;

/**
 * Brings a database to the newest schema: the cluster-wide roles, the journal, the read model's tables.
 * Safe to run again and from several processes at once.
 * @param url a login that owns the database and may create roles, or was granted counterfoil_owner and
 *   counterfoil_projector beforehand; or a superuser's
 */
export async function migrate(url: string, log: (line: string) => void = () => {}): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ number: number }>(
      `select current_setting('server_version_num')::int as number`,
    );
    if (rows[0]!.number < 150_000) throw new Error('Counterfoil needs Postgres 15 or newer');
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await createRoles(client, log);
    await grantRoles(client);
    await runMigrations(url, log);
    await installProjections(client);
  } finally {
    await client.end();
  }
}

/** True when a login can see that the newest migration has run. */
export async function isMigrated(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      'select from counterfoil.counterfoil_migrations where name = $1',
      [Journal1763700000001.name],
    );
    return rowCount === 1;
  } catch (error) {
    // Neither schema nor table, or no right to look at them.
    if (/^(3F000|42P01|42501)$/.test((error as { code?: string }).code ?? '')) return false;
    throw error;
  } finally {
    await client.end();
  }
}

async function createRoles(client: pg.Client, log: (line: string) => void): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    'select rolname from pg_roles where rolname = any($1)',
    [roles],
  );
  const present = new Set(rows.map((row) => row.rolname));
  for (const role of roles.filter((name) => !present.has(name))) {
    // Another database of the same cluster may be migrating just now.
    await client.query(`do $$ begin create role ${role} nologin; exception when duplicate_object or unique_violation
      then null; end $$`);
    log(`created role ${role}`);
  }
}

/** Each for itself: an administrator may have granted some beforehand. What is missing shows by its name later. */
async function grantRoles(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ database: string; login: string }>(
    'select quote_ident(current_database()) as database, quote_ident(current_user) as login',
  );
  const { database, login } = rows[0]!;
  const grants = [
    `create, connect on database ${database} to counterfoil_owner, counterfoil_projector`,
    `connect on database ${database} to counterfoil_app, counterfoil_reader, counterfoil_cdc`,
    // Since Postgres 16 this takes a grant even for who has just created the role.
    ...['owner', 'app', 'projector', 'reader'].map((role) => `counterfoil_${role} to ${login}`),
  ];
  for (const grant of grants) {
    await client.query(`grant ${grant}`).catch((error: pg.DatabaseError) => {
      if (error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    });
  }
}

async function runMigrations(url: string, log: (line: string) => void): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [Journal1763700000001],
    migrationsTableName: 'counterfoil_migrations',
    migrationsTransactionMode: 'each',
    extra: { options: '-c role=counterfoil_owner -c search_path=counterfoil', max: 1 },
    schema: 'counterfoil',
  });
  await source.initialize();
  try {
    await source.query('create schema if not exists counterfoil');
    for (const migration of await source.runMigrations()) log(`migrated ${migration.name}`);
    await source.query(`grant usage on schema counterfoil to counterfoil_app, counterfoil_reader`);
    await source.query(
      `grant select on all tables in schema counterfoil to counterfoil_app, counterfoil_reader`,
    );
  } finally {
    await source.destroy();
  }
}
