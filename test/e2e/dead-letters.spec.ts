import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { projections } from '../../src/projections/projection.js';
import { counterfoil } from '../support/cli.js';
import { eventually, listAccounts, post } from '../support/ledger.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let owner: pg.Client;
const run = (...args: string[]) =>
  counterfoil(['dead-letters', ...args], { DATABASE_URL: service.databaseUrl });

beforeAll(async () => {
  service = await startService({ HEAL_AFTER_SECONDS: '3' });
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  for (const id of ['a', 'b', 'bad'])
    await post(service.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
});

afterAll(async () => {
  await owner?.end();
  await service?.stop();
});

describe('an event that one projection cannot take', () => {
  let id: string;

  beforeAll(async () => {
    await owner.query(`alter table balances_v1.balances add constraint no_bad check (account <> 'bad')`);
    await post(service.url, '/transfers', { from: 'a', to: 'bad', amount: '5', metadata: { on: 'top' } });
  });

  it('is its dead letter, with cause, stack and payload; the other projections have it', async () => {
    await eventually(async () => expect(await open()).toBe(1));
    const list = await run('list', '--json');
    const letter = JSON.parse(list.stdout);
    id = letter.id;
    expect(letter).toMatchObject({
      projection: 'balances',
      state: 'open',
      event_type: 'ledger.transaction.posted',
      source: expect.stringMatching(/^outbox \d+$/),
      cause: expect.stringContaining('violates check constraint "no_bad"'),
      stack: expect.stringMatching(/\n +at /),
      payload: expect.stringContaining('"metadata":{"on":"top"}'),
      closed_at: null,
    });
    const { rows } = await owner.query(
      'select 1 from transactions_v1.transactions where sequence = $1 union all select 1 from lines_v1.lines where sequence = $1',
      [letter.sequence],
    );
    expect(rows).toHaveLength(3);
    const table = await run('list');
    expect(table.stdout).toMatch(
      new RegExp(`^${id} +balances +open +ledger.transaction.posted +outbox`, 'm'),
    );
    const shown = await run('show', id);
    expect(shown.stdout).toContain('cause: new row for relation "balances" violates check constraint');
    expect(shown.stdout).toContain('{"schema_version":"1"');
  });

  it('holds up no other account', async () => {
    await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '7' });
    await eventually(async () => {
      const found = (await listAccounts(service.url)).find((account) => account.id === 'b');
      expect(found!.balances.posted.credits).toBe('7');
    });
  });

  it('counts in metrics, readiness and status', async () => {
    await eventually(async () => {
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      expect(metrics).toContain('projection_dead_letters_open{projection="balances"} 1');
      expect(metrics).toContain('projection_lag_events{projection="balances"} 1');
      expect(metrics).toContain('projection_lag_events{projection="lines"} 0');
    });
    const ready = await (await fetch(`${service.url}/health/ready`)).json();
    expect(ready.checks.read_model.projections.balances).toMatchObject({ lag_events: 1, dead_letters: 1 });
    const status = await counterfoil(['projections', 'status'], { DATABASE_URL: service.databaseUrl });
    expect(status).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^balances +1 +1 +\d+\.\d +1$/m),
    });
  });

  it('can be tried without effect, stays open when it fails again, and is applied once the cause is mended', async () => {
    const failed = await run('replay', id);
    expect(failed).toMatchObject({ status: 1, stdout: expect.stringContaining('0 applied, 1 failed') });
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject({ id, times: 2 });
    await owner.query('alter table balances_v1.balances drop constraint no_bad');
    expect(await run('replay', '--all', '--dry-run')).toMatchObject({
      status: 0,
      stdout: '1 could be applied, 0 failed\n',
    });
    expect(await open()).toBe(1);
    expect(await run('replay', '--projection', 'balances', '--rate', '50')).toMatchObject({
      status: 0,
      stdout: '1 applied, 0 failed\n',
    });
    expect(await open()).toBe(0);
    const kept = JSON.parse((await run('list', '--state', 'replayed', '--json')).stdout);
    expect(kept).toMatchObject({ id, state: 'replayed', closed_by: expect.stringMatching(/./) });
    expect(await verified()).toBe(0);
    expect(await run('replay', id)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`dead letter ${id} is replayed`),
    });
  });
});

describe('an event that is none of the journal’s', () => {
  beforeAll(async () => {
    await owner.query(
      `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload)
       values (nextval('journal.sequence'), 'x', 'ledger.transactions', 'x', 'x', 'x', 'x', 'x', $1)`,
      ['{"event_type":"ledger.transaction.posted","event_id":"\\u001b[2Jx"'],
    );
    await owner.query('notify counterfoil_events');
    await eventually(async () => expect(await open()).toBe(projections.length));
  });

  it('is a dead letter of each projection, which drives nobody’s terminal', async () => {
    const { stdout } = await run('list');
    for (const { name } of projections) expect(stdout).toMatch(new RegExp(`^\\d+ +${name} +open `, 'm'));
    expect(stdout).not.toContain('\u001b');
  });

  it('can’t be applied by a replay, nor be given up without a reason or by an omission', async () => {
    expect(await run('replay', '--all')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`0 applied, ${projections.length} failed`),
    });
    for (const args of [['--all'], ['--all', '--reason', ' '], ['--reason', 'why']]) {
      expect((await run('discard', ...args)).status).toBe(2);
    }
    expect(await open()).toBe(projections.length);
  });

  it('is given up with a reason, which is kept', async () => {
    const reason = 'not an event of ours';
    expect(await run('discard', '--all', '--reason', reason)).toMatchObject({
      status: 0,
      stdout: `${projections.length} discarded\n`,
    });
    const { rows } = await owner.query(
      `select distinct state, reason, closed_by is not null as by, closed_at is not null as at
       from projections.dead_letters where event_type is null`,
    );
    expect(rows).toEqual([{ state: 'discarded', reason, by: true, at: true }]);
  });
});

describe('what the journal has and a projection cannot take', () => {
  it('is a dead letter of the healing, which goes on with what else was lost', async () => {
    await owner.query(`
      create function public.lose() returns trigger language plpgsql as 'begin return null; end';
      create trigger lose before insert on journal.outbox for each row
        when (new.payload like '%"reference":"lost%') execute function public.lose();
      alter table transactions_v1.transactions add constraint no_bad check (reference <> 'lost and bad')`);
    await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '1', reference: 'lost and bad' });
    await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '1', reference: 'lost' });
    const found = `select (select count(*)::int from transactions_v1.transactions where reference = 'lost') as lost,
      (select count(*)::int from lines_v1.lines where reference = 'lost and bad') as bad`;
    await eventually(async () => expect((await owner.query(found)).rows).toEqual([{ lost: 1, bad: 2 }]));
    await owner.query('drop trigger lose on journal.outbox');
    const [letter, ...others] = (await run('list', '--json')).stdout.trim().split('\n');
    expect(others).toEqual([]);
    expect(JSON.parse(letter!)).toMatchObject({
      projection: 'transactions',
      source: expect.stringMatching(/^journal \d+$/),
      cause: expect.stringContaining('violates check constraint "no_bad"'),
      times: 1,
    });
  });

  it('is not tried again by itself, and applied by a replay', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject({ times: 1 });
    await owner.query('alter table transactions_v1.transactions drop constraint no_bad');
    expect(await run('replay', '--all')).toMatchObject({ status: 0, stdout: '1 applied, 0 failed\n' });
    expect(await verified()).toBe(0);
  });
});

describe('what is no event’s fault', () => {
  it('is waited out, and no dead letter', async () => {
    await owner.query('alter table lines_v1.lines rename to gone');
    await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await open()).toBe(0);
    await owner.query('alter table lines_v1.gone rename to lines');
    await eventually(async () => {
      const { rows } = await owner.query(
        'select (select count(*) from lines_v1.lines) = (select count(*) from journal.entries) as whole',
      );
      expect(rows).toEqual([{ whole: true }]);
    });
    expect(await verified()).toBe(0);
  });
});

async function open(): Promise<number> {
  const { rows } = await owner.query<{ open: number }>(
    `select count(*)::int as open from projections.dead_letters where state = 'open'`,
  );
  return rows[0]!.open;
}

async function verified(): Promise<number> {
  return (await counterfoil(['projections', 'verify'], { DATABASE_URL: service.databaseUrl })).status;
}
