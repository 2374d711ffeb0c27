import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { commitFate, type Written } from '../../src/ledger/journal/commit-fate.js';
import { resultKey } from '../../src/ledger/journal/request.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { migrate } from '../../src/platform/migrate.js';
import { createPool } from '../../src/platform/postgres.js';
import { createClient, type Client } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

const CLIENTS = 12;
const CRASHES = 6;
/** A cluster of its own: its crashes must not meet other tests. */
let dataDir: string;
let postgres: EmbeddedPostgres;
let service: TestService;
let client: Client;
let pool: pg.Pool;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-fate-'));
  postgres = await startEmbeddedPostgres({ dataDir, exclusive: false });
  await migrate(postgres.url);
  service = await startService({}, postgres.url);
  client = createClient(service.url);
  pool = createPool(postgres.url, { role: 'counterfoil_app', max: 2, applicationName: 'test' });
  for (const id of ['from', 'to']) await client.open(id, { min_balance: null });
});

afterAll(async () => {
  await pool?.end();
  await service?.stop();
  await postgres?.stop();
  if (postgres) await rm(postgres.dataDir, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
});

describe('the fate of a COMMIT', () => {
  const written = async (): Promise<Written> => {
    const { body } = await client.transfer('from', 'to', '1');
    const { rows } = await pool.query(
      `select xid::text, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline
       from journal.outbox where event_id = $1`,
      [body.id],
    );
    return { ...rows[0], eventId: body.id, result: null };
  };

  it('is committed when what was written is there', async () => {
    expect(await commitFate(pool, await written())).toBe('committed');
  });

  it('is aborted when the id was given to another transaction, whose rows are there instead', async () => {
    expect(await commitFate(pool, { ...(await written()), eventId: randomUUID() })).toBe('aborted');
  });

  it('is told by a stored result where no event was written', async () => {
    const key = randomUUID();
    const refusal = await client.transfer('from', 'nobody', '1', {}, { key });
    expect(refusal.status).toBe(422);
    const name = { ledger: 'main', principal: 'anonymous', idempotencyKey: key };
    const result = { key: resultKey(name), body: refusal.text };
    const { xid, timeline } = await written();
    expect(await commitFate(pool, { xid, timeline, eventId: null, result })).toBe('committed');
    const other = { ...result, body: `${refusal.text} ` };
    expect(await commitFate(pool, { xid, timeline, eventId: null, result: other })).toBe('aborted');
  });

  it('is unknown under another history', async () => {
    expect(await commitFate(pool, { ...(await written()), timeline: '0000FFFF' })).toBe('unknown');
  });
});

describe('Postgres crashing and recovering again and again under load', () => {
  it('loses nothing that was acknowledged, and doubles nothing', async () => {
    const acknowledged: string[] = [];
    let done = false;
    const load = Array.from({ length: CLIENTS }, async () => {
      while (!done) {
        const reply = await client.transfer('from', 'to', '1');
        if (reply.status === 201) acknowledged.push(reply.body.id);
        else expect(reply.status).toBe(503);
      }
    });
    for (let n = 0; n < CRASHES; n += 1) {
      await sleep(1_200);
      await crash();
    }
    done = true;
    await Promise.all(load);
    const reader = await connected();
    const { rows } = await reader.query<{ id: string }>('select id from journal.transactions');
    await reader.end();
    const recorded = rows.map(({ id }) => id);
    expect(new Set(recorded).size).toBe(recorded.length);
    const there = new Set(recorded);
    expect(acknowledged.length).toBeGreaterThan(CRASHES * 3);
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
  }, 120_000);
});

/** A backend that dies by SIGKILL makes Postgres end all sessions and recover from its log, as after a lack of memory. */
async function crash(): Promise<void> {
  const victim = await connected();
  const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
  process.kill(rows[0]!.pid, 'SIGKILL');
  await victim.end().catch(() => {});
}

/** Postgres may still be recovering from the crash before. */
async function connected(): Promise<pg.Client> {
  for (let attempts = 1; ; attempts += 1) {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (attempts === 100) throw error;
      await sleep(100);
    }
  }
}
