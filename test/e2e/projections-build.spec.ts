import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import { projections, schemaOf } from '../../src/projections/projection.js';
import { versions } from '../../src/projections/versions.js';
import { counterfoil, type Ended } from '../support/cli.js';
import { openPastAccounts, recordHistory } from '../support/history.js';
import { eventually, post } from '../support/ledger.js';
import { startService, type TestService } from '../support/service.js';

const history = `
select n, $1::bigint as debit, $2::bigint as credit, n % 1000 as posted, 0 as pending,
  '2021-01-01Z'::timestamptz + n * interval '1 hour' as recorded_at,
  '2021-01-01Z'::timestamptz + n * interval '1 hour' - n % 7 * interval '1 day' as effective_at
from generate_series(1, 2000) n where n % 1000 > 0`;

let service: TestService;
let owner: pg.Client;
let pool: pg.Pool;
const run = (...args: string[]) => counterfoil(args, { DATABASE_URL: service.databaseUrl });

beforeAll(async () => {
  service = await startService({ HEAL_AFTER_SECONDS: '3600' });
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  pool = createPool(service.databaseUrl, { role: 'counterfoil_projector', max: 4, applicationName: 'test' });
  const no = await openPastAccounts(owner, [
    { id: 'old-1', type: 'asset', currency: 'USD' },
    { id: 'old-2', type: 'liability', currency: 'USD' },
  ]);
  await recordHistory(owner, history, [no.get('old-1'), no.get('old-2')]);
  await owner.query('alter table journal.entries enable always trigger check_pending');
  for (const id of ['a', 'b', 'c'])
    await post(service.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await everyKind();
  await run('projections', 'rebuild');
});

afterAll(async () => {
  await pool?.end();
  await owner?.end();
  await service?.stop();
});

describe('a rebuild', () => {
  it('comes to what is read already, and to what the journal says', async () => {
    await expectNoDifference();
    const { rows } = await owner.query(
      `select sum(debits) as debits, sum(credits) as credits, sum(entries) as entries
       from ${await read('daily-totals')}.days`,
    );
    const journal = await owner.query(
      `select sum(posted) filter (where side = 'debit') as debits, sum(posted) filter (where side = 'credit') as credits,
         count(*) filter (where posted <> 0) as entries from journal.entries`,
    );
    expect(rows).toEqual(journal.rows);
  });

  it('is seen by nobody: a reader that polls finds every balance at least as new as before, under load too', async () => {
    let done = false;
    let polls = 0;
    const newest = new Map<string, number>();
    const poll = async () => {
      while (!done) {
        for (const id of ['a', 'b', 'c', 'old-1']) {
          const url = `${service.url}/v1/ledgers/main/accounts/${id}?consistency=eventual`;
          // What was answered before the question, to whomever: answers to questions that overlap may cross.
          const known = newest.get(id) ?? 0;
          const { version } = (await (await fetch(url)).json()) as { version: number };
          expect(version).toBeGreaterThanOrEqual(known);
          newest.set(id, Math.max(version, newest.get(id) ?? 0));
          const list = await fetch(`${service.url}/v1/ledgers/main/transactions?limit=5`);
          expect(((await list.json()) as { data: unknown[] }).data).toHaveLength(5);
          polls += 1;
        }
      }
    };
    const write = async () => {
      while (!done) await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
    };
    newest.set('old-1', 1998);
    const before = await read('balances');
    const working = [poll(), poll(), write(), write()];
    const ended: Ended[] = [];
    for (let n = 0; n < 3; n += 1) ended.push(await run('projections', 'rebuild'));
    done = true;
    await Promise.all(working);
    expect(ended.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(polls).toBeGreaterThan(50);
    expect(await read('balances')).not.toBe(before);
    await expectNoDifference();
  }, 120_000);

  it('that was killed goes on with the slices that are left, and says so', async () => {
    const version = await killedRebuild();
    const { rows } = await owner.query<{ done: number; left: number }>(
      `select count(done_at)::int as done, count(*) filter (where done_at is null)::int as left
       from projections.slices where projection = 'lines' and version = $1`,
      [version],
    );
    expect(rows[0]!.done).toBeGreaterThan(0);
    expect(rows[0]!.left).toBeGreaterThan(0);
    await post(service.url, '/transfers', { from: 'b', to: 'c', amount: '2' });
    const again = await run('projections', 'rebuild', 'lines');
    expect(again).toMatchObject({ status: 0, stderr: expect.stringContaining('going on with lines_v') });
    expect(await read('lines')).toBe(schemaOf({ name: 'lines', version }));
    await expectNoDifference();
  }, 60_000);

  it('that is given up is dropped, and what is read is not', async () => {
    const version = await killedRebuild();
    const dropped = await run('projections', 'drop', 'lines', String(version));
    expect(dropped).toMatchObject({ status: 0, stdout: `dropped: lines_v${version}\n` });
    const active = (await read('lines')).replace('lines_v', '');
    expect(await run('projections', 'drop', 'lines', active)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is what readers use'),
    });
    expect(await run('projections', 'drop', 'lines', '4711')).toMatchObject({ status: 1 });
  }, 60_000);

  it('replaces a version of another release’s definition, which gets nothing any more', async () => {
    const holds = `projection = 'holds' and state = 'active'`;
    await owner.query(`update projections.versions set definition = 4711 where ${holds}`);
    const before = await read('holds');
    await everyKind();
    expect((await run('projections', 'status')).stdout).toMatch(/^balances +\d+ +[1-9]\d* /m);
    expect(await run('projections', 'rebuild', 'holds')).toMatchObject({ status: 0 });
    expect(await read('holds')).not.toBe(before);
    await eventually(async () =>
      expect((await run('projections', 'status')).stdout).toMatch(/^balances +\d+ +0 /m),
    );
    await expectNoDifference();
  }, 60_000);

  it('runs one at a time', async () => {
    const client = await pool.connect();
    await client.query(`select pg_advisory_lock(hashtext('projections.build'))`);
    try {
      expect(await run('projections', 'rebuild', 'holds')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('another rebuild or swap is running'),
      });
    } finally {
      client.release(true);
    }
  });
});

describe('a standby', () => {
  it('catches up before it is swapped in, and the one before it can come back', async () => {
    const before = await read('balances');
    expect(await run('projections', 'rebuild', 'balances', '--no-swap')).toMatchObject({ status: 0 });
    expect(await read('balances')).toBe(before);
    await everyKind();
    expect(await run('projections', 'swap', 'balances')).toMatchObject({ status: 0 });
    const after = await read('balances');
    expect(after).not.toBe(before);
    await expectNoDifference();
    await everyKind();
    expect(await run('projections', 'swap', 'balances', before.replace('balances_v', ''))).toMatchObject({
      status: 0,
    });
    expect(await read('balances')).toBe(before);
    await expectNoDifference();
  }, 60_000);
});

describe('verify', () => {
  /** Each a way in which the read model is wrong, and what is said of it. */
  const damages: [string, (schema: (name: string) => string) => string, RegExp][] = [
    [
      'a changed balance',
      (schema) =>
        `update ${schema('balances')}.balances set posted_debits = posted_debits + 1 where account = 'a'`,
      /^balances: balances account_no=\d+: posted_debits is \d+, should be \d+$/m,
    ],
    [
      'a lost balance',
      (schema) => `delete from ${schema('balances')}.balances where account = 'b'`,
      /^balances: balances account_no=\d+: missing in the read model$/m,
    ],
    [
      'a lost line',
      (schema) => `delete from ${schema('lines')}.lines where version = 17`,
      /^lines: lines account_no=\d+ version=17: missing in the read model$/m,
    ],
    [
      'a changed description',
      (schema) => `update ${schema('transactions')}.transactions set description = 'x' where sequence = (
                     select max(sequence) from ${schema('transactions')}.transactions)`,
      /^transactions: transactions sequence=\d+: description is x, should be null$/m,
    ],
    [
      'a hold of another status',
      (schema) => `update ${schema('holds')}.holds set status = 'pending' where status = 'captured'`,
      /^holds: holds id=.*: status is pending, should be captured$/m,
    ],
    [
      'a day that counts twice',
      (schema) => `update ${schema('daily_totals')}.days set debits = debits * 2 where debits > 0`,
      /^daily-totals: days account_no=\d+ day=2021-\d\d-\d\d: debits is \d+, should be \d+$/m,
    ],
    [
      'a line of no entry',
      (
        schema,
      ) => `insert into ${schema('lines')}.lines select account_no, version + 1000000, ledger, sequence,
                     transaction_id, kind, leg, side, posted, pending, posted_debits, posted_credits, pending_debits,
                     pending_credits, effective_at, recorded_at, reference, description
                   from ${schema('lines')}.lines where version = 1`,
      /^lines: lines account_no=\d+ version=1000001: not in the journal$/m,
    ],
    [
      'a wrong sum of all accounts',
      (schema) =>
        `update ${schema('trial_balance')}.volumes set credits = credits + 5 where effective_day < '2021-01-09'`,
      /^trial-balance: sums ledger=main .* credits is \d+, should be \d+$/m,
    ],
  ];

  it.each(damages)(
    'finds %s and repairs it',
    async (_, damage, said) => {
      const found = await versions(pool);
      const schema = (name: string) =>
        found.find((version) => version.schema.startsWith(`${name}_v`) && version.state === 'active')!.schema;
      expect((await owner.query(damage(schema))).rowCount).toBeGreaterThan(0);
      const told = await run('projections', 'verify');
      expect(told.status).toBe(1);
      expect(told.stdout).toMatch(said);
      expect((await run('projections', 'verify', '--repair')).status).toBe(0);
      await expectNoDifference();
    },
    60_000,
  );

  it('finds nothing while money moves', async () => {
    let done = false;
    const writing = [1, 2, 3].map(async () => {
      while (!done) await everyKind();
    });
    const results = [];
    for (let n = 0; n < 3; n += 1) results.push(await run('projections', 'verify'));
    done = true;
    await Promise.all(writing);
    for (const { status, stdout } of results) expect([status, stdout]).toEqual([0, stdout]);
  }, 120_000);

  it('looks at a sample', async () => {
    const { status, stdout } = await run(
      'projections',
      'verify',
      'balances',
      'transactions',
      'trial-balance',
      '--sample',
      '2',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('balances: 2 accounts compared, no difference');
    expect(stdout).toContain('trial-balance: 2 accounts compared, no difference');
  });
});

describe('status and list', () => {
  it('say which version is read, how far behind each is, and what is being built', async () => {
    await eventually(async () => {
      const { status, stdout } = await run('projections', 'status', '--json');
      const found = JSON.parse(stdout);
      expect(status).toBe(0);
      expect(found).toMatchObject({
        lag_events: 0,
        lag_seconds: 0,
        source: 'tail',
        healed: { total: expect.any(Number) },
      });
      expect(found.projections.map(({ projection }: { projection: string }) => projection)).toEqual(
        projections.map(({ name }) => name),
      );
    });
    const version = await killedRebuild();
    const told = await run('projections', 'status');
    expect(told.stdout).toMatch(new RegExp(`^lines .* version ${version}, \\d+%$`, 'm'));
    const list = await run('projections', 'list');
    expect(list.stdout).toMatch(new RegExp(`^lines +${version} +building +lines_v${version} +`, 'm'));
    expect(list.stdout).toMatch(/^balances +\d+ +active +balances_v\d+ +\d+ MB/m);
  }, 60_000);
});

/** Something of each kind, on the accounts a, b and c. */
async function everyKind(): Promise<void> {
  const { url } = service;
  const { id } = await post(url, '/transfers', { from: 'a', to: 'b', amount: '100', metadata: { n: 1 } });
  await post(url, `/transactions/${id}/reverse`, { amount: '40' });
  const hold = await post(url, '/holds', { from: 'a', to: 'c', amount: '9', expires_in: 3_600 });
  await post(url, `/holds/${hold.id}/capture`, { amount: '4' });
  const second = await post(url, '/holds', { from: 'b', to: 'c', amount: '3' });
  await post(url, `/holds/${second.id}/void`, {});
  await fetch(`${url}/v1/ledgers/main/transactions/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { n: 2 } }),
  });
}

async function expectNoDifference(): Promise<void> {
  const { status, stdout } = await run('projections', 'verify');
  expect([status, stdout]).toEqual([0, expect.not.stringContaining('differences')]);
  expect(stdout.match(/no difference/g)).toHaveLength(projections.length);
}

async function read(name: (typeof projections)[number]['name']): Promise<string> {
  return (await versions(pool)).find(({ projection, state }) => projection === name && state === 'active')!
    .schema;
}

/** A rebuild of the lines, killed in the middle of its slices. @returns the version it was making */
async function killedRebuild(): Promise<number> {
  await owner.query(`
    create function public.wait_here() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(4711); return new; end $$;
    create trigger wait_here before update on projections.slices for each row when (new.number = 2)
      execute function public.wait_here();
    select pg_advisory_lock(4711)`);
  const child = spawn(
    process.execPath,
    ['dist/src/cli.js', 'projections', 'rebuild', 'lines', '--parallel', '1'],
    { env: { PATH: process.env.PATH, DATABASE_URL: service.databaseUrl }, stdio: 'ignore' },
  );
  try {
    const waiting = `select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted`;
    await eventually(async () => expect((await pool.query(waiting)).rowCount).toBe(1));
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  } finally {
    await owner.query('select pg_advisory_unlock(4711)');
    await owner.query('drop function public.wait_here() cascade');
  }
  const building = (await versions(pool)).filter(
    ({ projection, state }) => projection === 'lines' && state === 'building',
  );
  expect(building).toHaveLength(1);
  return building[0]!.version;
}
