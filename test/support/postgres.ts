import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate, type Contents } from '../../src/platform/migrate.js';

export interface TestDatabase {
  /** As superuser. */
  url: string;
  drop(): Promise<void>;
}

/** A database of its own in the tests' Postgres, migrated to hold that. */
export async function createDatabase(contents: Contents = 'journal'): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  await migrate(database.url, undefined, contents);
  return database;
}

export async function createEmptyDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server)
    throw new Error('TEST_POSTGRES_URL is not set: run through jest, whose global setup starts Postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(server, `drop database ${name} with (force)`) };
}

async function admin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
