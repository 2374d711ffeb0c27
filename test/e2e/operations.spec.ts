import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { versions } from '../../src/projections/versions.js';
import { eventually, post } from '../support/ledger.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { hasPsql, type } from '../support/runbook.js';
import { startService, type TestService } from '../support/service.js';

// Many short programs, each of which takes its time to start.
jest.setTimeout(180_000);

const LOGIN = 'on_call';
const HEAL_AFTER_SECONDS = '2';
const withPsql = hasPsql ? it : it.skip;

let database: TestDatabase;
let service: TestService;
let owner: pg.Client;

/** As the manual says that it is set, with the service's login: no superuser's. */
function environment(more: Record<string, string> = {}): Record<string, string> {
  const login = new URL(service.databaseUrl);
  login.username = LOGIN;
  login.password = 'test';
  return {
    ...{ DATABASE_URL: login.href, DATABASE_OWNER_URL: service.databaseUrl, COUNTERFOIL_URL: service.url },
    ...more,
  };
}

const run = (name: string, more?: Record<string, string>) => type(name, environment(more));

beforeAll(async () => {
  database = await createDatabase();
  service = await startService({ HEAL_AFTER_SECONDS }, database.url);
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  await owner.query(
    `create role ${LOGIN} login password 'test'; grant counterfoil_app, counterfoil_projector to ${LOGIN}`,
  );
  for (const id of ['a', 'b', 'bad'])
    await post(service.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await transfer(3);
  await expectAllWell();
});

afterAll(async () => {
  await service?.stop();
  await owner?.query(`drop role if exists ${LOGIN}`);
  await owner?.end();
  await database?.drop();
});

describe('the proof', () => {
  it('is done, and writes its finding to a file', async () => {
    expect(await run('prove')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^proven up to /m) });
    const folder = mkdtempSync(join(tmpdir(), 'counterfoil-operations-'));
    const text = `cd '${folder}'; npx() { (cd "$HERE" && command npx "$@"); }`;
    const ended = await type('finding', environment({ HERE: process.cwd() }), text);
    expect(ended.status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'finding.json'), 'utf8'))).toMatchObject({ proven: true });
    rmSync(folder, { recursive: true });
  });
});

describe('the read model is behind', () => {
  withPsql('says where it stands, and when it is over', async () => {
    await owner.query('begin; lock table balances_v1.balances in access exclusive mode');
    await transfer(1);
    const { stdout } = await run('behind');
    expect(stdout).toMatch(/^balances +1 +1 +/m);
    expect(stdout).toMatch(/^ tail +\| tail +\|/m);
    await owner.query('rollback');
    await expectAllWell();
  });
});

describe('commands that wait', () => {
  withPsql('are shown with who holds them up', async () => {
    const other = new pg.Client({ connectionString: service.databaseUrl, application_name: 'forgotten' });
    await other.connect();
    other.on('error', () => {});
    try {
      await other.query(`begin; select from journal.accounts where id = 'a' for update`);
      const waiting = transfer(1);
      const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
      await eventually(async () => {
        const { stdout } = await run('who-waits');
        expect(stdout).toMatch(new RegExp(`^ *${rows[0]!.pid} \\| forgotten +\\| idle in transaction`, 'm'));
      });
      await owner.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await waiting;
    } finally {
      await other.end().catch(() => {});
    }
  });
});

describe('a rebuild', () => {
  it('builds everything anew', async () => {
    const before = await active('lines');
    expect(await run('rebuild')).toMatchObject({ status: 0 });
    expect(await active('lines')).toBeGreaterThan(before);
    await expectAllWell();
  });

  it('of one is looked at, swapped in, swapped back, and the other one dropped', async () => {
    const PROJECTION = 'balances';
    const before = await active(PROJECTION);
    const built = await run('rebuild-one', { PROJECTION });
    expect(built).toMatchObject({ status: 0, stdout: expect.stringMatching(/^balances +\d+ +standby /m) });
    const after = await active(PROJECTION);
    expect(after).toBeGreaterThan(before);
    await transfer(1);
    expect(await run('swap-back', { PROJECTION })).toMatchObject({ status: 0 });
    expect(await active(PROJECTION)).toBe(before);
    await expectAllWell();
    const VERSION = String(after);
    expect(await run('drop-old', { PROJECTION, VERSION })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('try again in a minute'),
    });
    await owner.query(`update projections.versions set left_at = left_at - interval '1 minute'`);
    const dropped = await run('drop-old', { PROJECTION, VERSION });
    expect(dropped).toMatchObject({ status: 0, stdout: `dropped: balances_v${VERSION}\n` });
  });

  it('that broke off goes on, or is given up', async () => {
    const PROJECTION = 'lines';
    const broken = await brokenOff(PROJECTION);
    const again = await run('new-definition', { PROJECTION });
    expect(again).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`going on with lines_v${broken}`),
    });
    expect(await active(PROJECTION)).toBe(broken);
    const VERSION = String(await brokenOff(PROJECTION));
    const dropped = await run('give-up', { PROJECTION, VERSION });
    expect(dropped).toMatchObject({ status: 0, stdout: `dropped: lines_v${VERSION}\n` });
    expect(await active(PROJECTION)).toBe(broken);
    await expectAllWell();
  });

  it('lets a release go on that has another definition', async () => {
    await owner.query(
      `update projections.versions set definition = 4711 where projection = 'holds' and state = 'active'`,
    );
    await transfer(1);
    await eventually(async () => expect((await run('look')).stdout).toMatch(/^holds +\d+ +1 /m));
    expect(await run('new-definition', { PROJECTION: 'holds' })).toMatchObject({ status: 0 });
    await expectAllWell();
  });
});

describe('a read model that is wrong', () => {
  it('is found out and repaired', async () => {
    const table = `balances_v${await active('balances')}.balances`;
    await owner.query(`update ${table} set posted_debits = posted_debits + 1`);
    const found = await run('verify-a-sample');
    expect(found).toMatchObject({ status: 1, stdout: expect.stringContaining('posted_debits is') });
    const repaired = await run('repair');
    expect(repaired.status).toBe(0);
    expect(repaired.stdout.match(/no difference/g)!.length).toBeGreaterThanOrEqual(6);
    expect(await run('verify-a-sample')).toMatchObject({ status: 0 });
  });
});

describe('dead letters', () => {
  it('are looked at, tried and applied once the cause is mended', async () => {
    const table = `balances_v${await active('balances')}.balances`;
    await owner.query(`alter table ${table} add constraint no_bad check (account <> 'bad')`);
    await post(service.url, '/transfers', { from: 'a', to: 'bad', amount: '5' });
    await eventually(async () => expect((await run('dead-letters')).stdout).toContain('constraint "no_bad"'));
    expect((await run('look')).status).toBe(1);
    // Not mended: the trial says so, and nothing after it is typed.
    expect(await run('replay')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/0 could be applied, 1 failed\n$/),
    });
    await owner.query(`alter table ${table} drop constraint no_bad`);
    expect(await run('replay')).toMatchObject({
      status: 0,
      stdout: '1 could be applied, 0 failed\n1 applied, 0 failed\n',
    });
    expect((await run('dead-letters')).stdout).toBe('no dead letters\n');
    await expectAllWell();
  });

  it('that are no events are given up, each with a reason', async () => {
    await owner.query(
      `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload)
       values (nextval('journal.sequence'), 'x', 'ledger.transactions', 'x', 'x', 'x', 'x', 'x', 'none')`,
    );
    const open = async () =>
      (await owner.query<{ id: string }>(`select id from projections.dead_letters where state = 'open'`))
        .rows;
    await eventually(async () => expect(await open()).toHaveLength(6));
    for (const { id } of await open()) {
      expect(await run('discard', { ID: id })).toMatchObject({ status: 0, stdout: '1 discarded\n' });
    }
    expect((await run('dead-letters')).stdout).toBe('no dead letters\n');
    await expectAllWell();
  });
});

describe('an event that was lost', () => {
  withPsql('is healed, shown, and can be made again for others', async () => {
    await owner.query(`
      create function public.lose() returns trigger language plpgsql as 'begin return null; end';
      create trigger lose before insert on journal.outbox for each row execute function public.lose()`);
    await transfer(1);
    await owner.query('drop function public.lose() cascade');
    const { rows } = await owner.query<{ last: string }>(
      'select max(sequence) as last from journal.transactions',
    );
    const lost = rows[0]!.last;
    const healed = new RegExp(`\\| +1 \\| +${lost} \\| +${lost}$`, 'm');
    await eventually(async () => expect((await run('healed')).stdout).toMatch(healed));
    await expectAllWell();

    const again = await run('republish', { FROM: lost, TO: lost });
    expect(again).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('consumers see each ce_id once more'),
    });
    const there = await owner.query('select from journal.outbox where sequence = $1', [lost]);
    expect(there.rowCount).toBe(1);
  });
});

describe('days of the outbox that are missing', () => {
  withPsql('keep commands from being recorded, until they are made', async () => {
    const { rows } = await owner.query<{ day: string }>(
      `select to_char(day, 'YYYYMMDD') as day from journal.outbox_days`,
    );
    for (const { day } of rows) await owner.query(`drop table journal.outbox_${day}`);
    await owner.query('delete from journal.outbox_days');
    await expect(transfer(1)).rejects.toThrow('INTERNAL');
    expect(await run('outbox-days')).toMatchObject({ status: 0 });
    await transfer(1);
    await expectAllWell();
  });
});

describe('holds that don’t expire', () => {
  it('do so once their list is made again', async () => {
    const made = await post(service.url, '/holds', { from: 'a', to: 'b', amount: '1', expires_in: 3 });
    await owner.query('delete from journal.open_holds where id = $1', [made.id]);
    await owner.query('select pg_sleep(4)');
    expect(await statusOf(made.id)).toBe('pending');
    expect(await run('holds')).toMatchObject({ status: 0, stdout: '1 open hold may expire\n' });
    await eventually(async () => expect(await statusOf(made.id)).toBe('expired'));
  });
});

describe('a database restored elsewhere', () => {
  it('has its read model fed again after a rebuild and a restart', async () => {
    // Healing would hide for a while that nothing is fed any more.
    await restart({ HEAL_AFTER_SECONDS: '3600' });
    await expectAllWell();
    await owner.query(`update projections.checkpoints set position = jsonb_set(position, '{system}', '"1"')`);
    // As a dump leaves it, which has no rights on the database itself.
    const name = new URL(database.url).pathname.slice(1);
    await owner.query(`revoke create on database ${name} from counterfoil_projector`);
    await transfer(2);
    await eventually(async () => expect((await run('look')).stdout).toMatch(/^balances +\d+ +2 /m));
    expect(await run('restored-without-kafka')).toMatchObject({ status: 0 });
    await restart({ HEAL_AFTER_SECONDS: '3600' });
    await transfer(1);
    await expectAllWell();
  });
});

async function restart(settings: Record<string, string>): Promise<void> {
  await service.stop();
  service = await startService(settings, database.url);
}

async function transfer(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1)
    await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
}

/** What the manual types first says so. */
async function expectAllWell(): Promise<void> {
  await eventually(async () => {
    const { status, stdout } = await run('look');
    expect([status, stdout]).toEqual([0, expect.stringContaining('{"status":"ok"')]);
    expect(stdout.match(/^[a-z-]+ +\d+ +0 +0\.0 +0 *$/gm)).toHaveLength(6);
  });
}

async function active(projection: string): Promise<number> {
  const all = await versions(owner);
  return all.find((each) => each.projection === projection && each.state === 'active')!.version;
}

async function statusOf(id: string): Promise<string> {
  const answer = await fetch(`${service.url}/v1/ledgers/main/transactions/${id}`);
  return ((await answer.json()) as { status: string }).status;
}

/** A rebuild that was killed. @returns the version that is not whole */
async function brokenOff(projection: string): Promise<number> {
  await owner.query(`
    create function public.wait_here() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(4711); return new; end $$;
    create trigger wait_here before update on projections.slices for each row execute function public.wait_here();
    select pg_advisory_lock(4711)`);
  const args = ['dist/src/cli.js', 'projections', 'rebuild', projection];
  const env = { PATH: process.env.PATH, ...environment() };
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
  try {
    const waiting = `select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted`;
    await eventually(async () => expect((await owner.query(waiting)).rowCount).toBeGreaterThan(0));
  } finally {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    await owner.query('select pg_advisory_unlock(4711)');
    await owner.query('drop function public.wait_here() cascade');
  }
  return (await versions(owner)).find((each) => each.projection === projection && each.state === 'building')!
    .version;
}
