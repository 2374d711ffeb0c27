import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { migrate } from '../../src/platform/migrate.js';
import { firstUse } from '../support/first-use.js';
import { query } from '../support/stack.js';

// A cluster of its own: roles belong to the whole of it, and here nobody has made them yet.
let dir: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'counterfoil-roles-'));
  postgres = await startEmbeddedPostgres({ dataDir: dir, exclusive: false });
});

afterAll(async () => {
  await postgres?.stop();
  if (postgres) await rm(postgres.dataDir, { recursive: true, force: true });
  await rm(dir, { recursive: true, force: true });
});

describe('on a new Postgres', () => {
  it('the service works with one login, which may create roles and owns its database', async () => {
    await createLogin('shop', 'createrole');
    await firstUse(url('shop'));
  });

  it('the service works with two logins: one is granted the roles and migrates, the other only appends', async () => {
    await createLogin('books');
    await query(postgres.url, 'grant counterfoil_owner, counterfoil_projector to books');
    await migrate(url('books'));
    await query(
      postgres.url,
      `create role service login password 'test'; grant counterfoil_app, counterfoil_projector to service`,
    );
    await firstUse(url('books', 'service'));
  });
});

/** A login with a database of the same name. */
async function createLogin(name: string, more = ''): Promise<void> {
  await query(postgres.url, `create role ${name} login ${more} password 'test'`);
  await query(postgres.url, `create database ${name} owner ${name}`);
}

function url(database: string, login = database): string {
  return `postgres://${login}:test@127.0.0.1:${postgres.port}/${database}`;
}
