import pg from 'pg';
import { DataSource } from 'typeorm';
import { Journal1763700000001 } from '../../migrations/0001-journal.js';
import { PointsInTime1763700000002 } from '../../migrations/0002-points-in-time.js';
import { Chains1763700000003 } from '../../migrations/0003-chains.js';
import { ReadModel1763700000004 } from '../../migrations/0004-read-model.js';
import { Analysts1763700000005 } from '../../migrations/0005-analysts.js';
import { HotPath1763700000006 } from '../../migrations/0006-hot-path.js';
import { Quotas1763700000007 } from '../../migrations/0007-quotas.js';
import { Seals1763700000008 } from '../../migrations/0008-seals.js';
import { Proofs1763700000009 } from '../../migrations/0009-proofs.js';
import { ReadModelOnly1763700000005 } from '../../migrations/read-model-only.js';
import { installProjections } from '../projections/install.js';
import { hasJournal } from '../projections/journal.js';
import { projections } from '../projections/projection.js';
import { isConnectionLost } from './postgres.js';

/** Of a journal and its read model, in their order. */
export const migrations = [
  Journal1763700000001,
  PointsInTime1763700000002,
  Chains1763700000003,
  ReadModel1763700000004,
  Analysts1763700000005,
  HotPath1763700000006,
  Quotas1763700000007,
  Seals1763700000008,
  Proofs1763700000009,
];
/** Of a database without a journal, fed by the topic alone. */
const readModelMigrations = [ReadModelOnly1763700000005];

const roles = ['owner', 'app', 'projector', 'reader', 'cdc'].map((role) => `counterfoil_${role}`);

const INSUFFICIENT_PRIVILEGE = '42501';
const CONNECT_WITHIN_MS = 10_000;

/** Two processes that start together migrate one after the other. */
const migrationLock = 4_026_531_840;

/** A database that can't be used as it is: one line for a person, who names the setting before it. */
export class DatabaseError extends Error {}

/** The login lacks a right that it takes. */
export class MissingRight extends DatabaseError {}

/** A journal and its read model, or a read model that is fed by the topic alone. */
export type Contents = 'journal' | 'read model only';

/**
 * Brings a database to the newest schema: the cluster-wide roles, the journal, the read model's tables, the days of
 * the outbox. Safe to run again and from several processes at once.
 * @param url a login that owns the database and may create roles, or was granted counterfoil_owner and
 *   counterfoil_projector beforehand; or a superuser's
 * @throws MissingRight, or another DatabaseError
 */
export async function migrate(
  url: string,
  log: (line: string) => void = () => {},
  contents: Contents = 'journal',
): Promise<void> {
  const client = await connect(url);
  try {
    await requireVersion(client);
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await requireContents(client, contents);
    await createRoles(client, log);
    await grantRoles(client);
    await runMigrations(url, log, contents);
    await installProjections(client, log);
  } catch (error) {
    throw explained(error);
  } finally {
    await client.end();
  }
}

/**
 * False when a migration or a projection of this version is missing. A login without the right to look is
 * told so when the service takes on its role.
 * @param orReadModelOnly a read model without a journal will do too
 * @throws DatabaseError
 */
export async function isMigrated(url: string, orReadModelOnly = false): Promise<boolean> {
  const client = await connect(url);
  try {
    const needed = !orReadModelOnly || (await hasJournal(client)) ? migrations : readModelMigrations;
    const { rowCount } = await client.query(
      'select from counterfoil.counterfoil_migrations where name = any($1)',
      [needed.map(({ name }) => name)],
    );
    if (rowCount !== needed.length) return false;
    const { rows } = await client.query<{ missing: boolean }>(
      `select bool_or(name not in (select projection from projections.versions)) as missing
       from unnest($1::text[]) as name`,
      [projections.map(({ name }) => name)],
    );
    return !rows[0]!.missing;
  } catch (error) {
    const { code } = error as pg.DatabaseError;
    if (code === INSUFFICIENT_PRIVILEGE) return true;
    // Neither schema nor table.
    if (code === '3F000' || code === '42P01') return false;
    throw explained(error);
  } finally {
    await client.end();
  }
}

/** What a person can mend (rights, a standby, no room, a connection lost) as a DatabaseError, else the error itself. */
export function explained(error: unknown): unknown {
  const { code = '', message } = error as pg.DatabaseError;
  if (code === INSUFFICIENT_PRIVILEGE) return new MissingRight(message, { cause: error });
  if (/^(25006|53...)$/.test(code)) return new DatabaseError(message, { cause: error });
  if (!isConnectionLost(error)) return error;
  return new DatabaseError(`the connection was lost (${message || code})`, { cause: error });
}

async function connect(url: string): Promise<pg.Client> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
    // A connection that is lost between two queries would end the process; the next query fails anyway.
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (error) {
    void client?.end().catch(() => {});
    throw new DatabaseError(reasonOf(error as ConnectError), { cause: error });
  }
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number }>(
    `select current_setting('server_version_num')::int as number`,
  );
  if (rows[0]!.number < 150_000) throw new DatabaseError('Counterfoil needs Postgres 15 or newer');
}

interface ConnectError extends NodeJS.ErrnoException {
  hostname?: string;
  /** A name with several addresses fails with an error for each, and no message of its own. */
  errors?: Error[];
}

function reasonOf({ message, code, syscall, hostname, errors = [] }: ConnectError): string {
  if (syscall === 'getaddrinfo') return `the host ${hostname} can't be found (${code})`;
  if (message === 'timeout expired') return `no answer within ${CONNECT_WITHIN_MS / 1000} s`;
  if (message === 'Connection terminated unexpectedly') {
    return 'what listens there hung up: it is not Postgres, or it is going down';
  }
  return message || errors.map((one) => one.message).join(', ') || String(code);
}

/** Neither becomes the other by migrating. */
async function requireContents(client: pg.Client, contents: Contents): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(
    `select nspname as schema from pg_namespace where nspname in ('journal', 'projections')`,
  );
  const journal = rows.some(({ schema }) => schema === 'journal');
  if (contents === 'read model only' && journal)
    throw new DatabaseError('there is a journal, with a read model beside it: run `counterfoil migrate`');
  if (contents === 'journal' && !journal && rows.length > 0)
    throw new DatabaseError(
      'there is a read model without a journal: it takes `counterfoil migrate --read-model-only`, ' +
        'and the service a database of its own',
    );
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
    // Only who owns a table may publish it, and the owner's publication for analysts has one of the read model.
    'counterfoil_projector to counterfoil_owner',
  ];
  for (const grant of grants) {
    await client.query(`grant ${grant}`).catch((error: pg.DatabaseError) => {
      if (error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    });
  }
}

async function runMigrations(url: string, log: (line: string) => void, contents: Contents): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: contents === 'journal' ? migrations : readModelMigrations,
    migrationsTableName: 'counterfoil_migrations',
    migrationsTransactionMode: 'each',
    extra: { options: '-c role=counterfoil_owner -c search_path=counterfoil', max: 1 },
    schema: 'counterfoil',
  });
  await source.initialize();
  try {
    await source.query('create schema if not exists counterfoil');
    for (const migration of await source.runMigrations()) log(`migrated ${migration.name}`);
    // A database that rested for weeks has no day for today.
    if (contents === 'journal') await source.query('select journal.make_outbox_days(7)');
    await source.query(`grant usage on schema counterfoil to counterfoil_app, counterfoil_reader`);
    await source.query(
      `grant select on all tables in schema counterfoil to counterfoil_app, counterfoil_reader`,
    );
  } finally {
    await source.destroy();
  }
}
