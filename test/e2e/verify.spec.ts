import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import type { Context } from '../../src/proof/verify/check.js';
import { examine } from '../../src/proof/verify/journal/examine.js';
import { verify, type Report } from '../../src/proof/verify/verify.js';
import { counterfoil } from '../support/cli.js';
import { eventually, post } from '../support/ledger.js';
import { startLoad } from '../support/load.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { runCheck } from '../support/proof.js';
import { startService, type TestService } from '../support/service.js';

// Many short programs, each of which takes its time to start.
jest.setTimeout(240_000);

let database: TestDatabase;
let service: TestService;
let owner: pg.Client;
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-verify-'));

const run = (...args: string[]) =>
  counterfoil(['verify', '--no-record', ...args], { DATABASE_URL: service.databaseUrl });

/** The same in this process, which is quicker. */
async function prove(parts = ['journal', 'outbox', 'read-model'], mostFindings = 100): Promise<Report> {
  const session = { role: 'counterfoil_projector', max: 2, applicationName: 'test' } as const;
  const pool = createPool(service.databaseUrl, { ...session, readOnly: true });
  const scratch = createPool(service.databaseUrl, session);
  try {
    return await verify({
      ...{ pool, scratch, parts, mostFindings, named: true, parallel: 2, brokers: [] },
      signal: new AbortController().signal,
      began: () => {},
      progress: () => {},
    });
  } finally {
    await Promise.all([pool.end(), scratch.end()]);
  }
}

async function api(method: string, path: string, body: unknown): Promise<{ id: string; hold_id?: string }> {
  const response = await fetch(`${service.url}/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { id: string };
}

/** Some of everything that a ledger records. */
async function recordAll(): Promise<void> {
  for (const id of ['a', 'b', 'c'])
    await post(service.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  for (let n = 0; n < 5; n += 1) {
    await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '10', reference: `order-${n}` });
    await post(service.url, '/transfers', { from: 'b', to: 'c', amount: '4' });
  }
  const hold = await post(service.url, '/holds', { from: 'a', to: 'c', amount: '50' });
  await post(service.url, `/holds/${hold.id}/capture`, { amount: '20', keep_open: true });
  await post(service.url, `/holds/${hold.id}/capture`, { amount: '10', keep_open: true });
  await post(service.url, `/holds/${hold.id}/void`, {});
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  await post(service.url, '/holds', { from: 'a', to: 'b', amount: '5', expires_at });
  const paid = await post(service.url, '/transfers', { from: 'a', to: 'b', amount: '30' });
  await post(service.url, `/transactions/${paid.id}/reverse`, { amount: '10' });
  await post(service.url, `/transactions/${paid.id}/reverse`, {});
  for (const tier of ['gold', 'silver'])
    await api('PATCH', `/ledgers/main/transactions/${paid.id}`, { metadata: { tier } });
  await api('PATCH', '/ledgers/main/accounts/c', { metadata: { name: 'C' }, max_balance: '100000' });
  await post(service.url, '/accounts', { id: 'wallet-1', type: 'liability', currency: 'USD' });
  const amount = { minor_units: '100', currency: 'USD' };
  const of = { account_id: 'wallet-1', amount, reason: 'top-up' };
  await api('POST', '/wallet/credit', { ...of, reference_id: 'in-1' });
  const held = await api('POST', '/wallet/hold', { ...of, reference_id: 'h-1' });
  await api('POST', '/wallet/commit', { hold_id: held.hold_id });
  const transfer = { command: 'transfer', from: 'a', to: 'b', amount: '1' };
  const commands = [transfer, { ...transfer, from: 'c', to: 'a' }];
  for (const mode of ['atomic', 'independent']) await api('POST', '/ledgers/main/bulk', { mode, commands });
}

beforeAll(async () => {
  database = await createDatabase();
  service = await startService({}, database.url);
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  await recordAll();
  await eventually(async () => {
    const { rows } = await owner.query(
      'select sequence >= (select last_value from journal.sequence) as all from projections.complete',
    );
    expect(rows).toEqual([{ all: true }]);
  });
});

afterAll(async () => {
  await owner?.end();
  await service?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a sound ledger', () => {
  it('is proven, with what was looked at', async () => {
    const ended = await run('--json');
    const report = JSON.parse(ended.stdout) as Report;
    expect([report.findings, ended.status]).toEqual([[], 0]);
    const { rows } = await owner.query(
      `select (select count(*)::int from journal.entries) as entries, (select count(*)::int from journal.transactions) as transactions,
         (select count(*)::int from journal.account_changes) as changes, (select count(*)::int from journal.outbox) as events`,
    );
    const { entries, transactions, changes, events } = rows[0];
    expect(report.parts.journal!.looked).toMatchObject({ entries, transactions, changes, annotations: 2 });
    expect(report.parts.journal!.looked.results).toBeGreaterThan(20);
    expect(report.parts.outbox!.looked).toEqual({ events, repeated: 0 });
    expect(report).toMatchObject({ proven: true, found: 0, standby: false, left_out: {} });
    expect((await run()).stdout).toMatch(/^journal: .*nothing is wrong[^]*^proven up to sequence [\d,]+/m);
  });

  it('is not proven where sums differ although no row is wrong by itself', async () => {
    const pool = createPool(service.databaseUrl, {
      role: 'counterfoil_projector',
      max: 1,
      applicationName: 'test',
    });
    const entries = new Map([['0', { legs: 1n, hash: 2n, posted: 0n, pending: 0n }]]);
    const run = async (context: Context) => {
      await examine({ ...context, sums: { entries, transactions: new Map() } });
      return {};
    };
    const { findings } = await runCheck({ name: 'journal', run }, { pool, horizon: 1_000n });
    await pool.end();
    expect(findings).toEqual([
      {
        ...{ check: 'legs', subject: expect.stringMatching(/^sequences 0 to \d+$/) },
        detail: 'transactions and entries don’t agree, though each seems right: is one there twice?',
      },
    ]);
  });

  it('under load never has a finding', async () => {
    const load = startLoad(service.url, ['a', 'b', 'c'], { pauseMs: 0 });
    let reached = 0n;
    try {
      for (let n = 0; n < 4; n += 1) {
        await load.more(100);
        const { findings, horizon } = await prove();
        expect(findings).toEqual([]);
        expect(BigInt(horizon)).toBeGreaterThan(reached);
        reached = BigInt(horizon);
      }
    } finally {
      await load.stop();
    }
  });

  it('is proven by a login that can only read', async () => {
    const url = new URL(service.databaseUrl);
    url.searchParams.set('options', '-c default_transaction_read_only=on');
    const settings = { DATABASE_URL: url.href };
    expect(await counterfoil(['verify', '--no-record', '--only', 'journal,outbox'], settings)).toMatchObject({
      status: 0,
    });
  });
});

/** The nth entry of an account. */
const entry = (account: string, version: number) =>
  `account_no = (select no from journal.accounts where id = '${account}') and version = ${version}`;
const nth = (kind: string, n = 0) =>
  `(select sequence from journal.transactions where kind = '${kind}' order by sequence offset ${n} limit 1)`;
const idOf = (kind: string, n = 0) =>
  `(select id::text from journal.transactions where kind = '${kind}' order by sequence offset ${n} limit 1)`;

interface Damage {
  name: string;
  damage: string;
  check: string;
  /** SQL for what names the row, asked before it is damaged; or the text. */
  subject: string;
  only?: string;
}

const damages: Damage[] = [
  {
    ...{ name: 'an entry that is gone', check: 'versions', subject: `'account main/a version 3'` },
    damage: `delete from journal.entries where ${entry('a', 2)}`,
  },
  {
    ...{ name: 'the transaction of an entry that is gone', check: 'legs' },
    subject: `select 'transaction ' || id from journal.transactions where sequence = (select transaction_sequence from journal.entries where ${entry('a', 2)})`,
    damage: `delete from journal.entries where ${entry('a', 2)}`,
  },
  {
    ...{ name: 'a running total', check: 'running_totals', subject: `'account main/b version 4'` },
    damage: `update journal.entries set posted_credits = posted_credits + 1 where ${entry('b', 4)}`,
  },
  {
    ...{ name: 'a reserved total', check: 'running_totals', subject: `'account main/c version 2'` },
    damage: `update journal.entries set pending_debits = pending_debits + 1 where ${entry('c', 2)}`,
  },
  {
    ...{ name: 'a time of recording', check: 'recorded_order', subject: `'account main/b version 4'` },
    damage: `update journal.entries set recorded_at = recorded_at - interval '1 day' where ${entry('b', 4)}`,
  },
  {
    ...{ name: 'an amount, with totals that suit it', check: 'balanced' },
    subject: `select 'transaction ' || id from journal.transactions where sequence = (select transaction_sequence from journal.entries where account_no = (select no from journal.accounts where id = 'wallet-1') order by version limit 1)`,
    damage: `update journal.entries set posted_credits = posted_credits + 7,
      posted = posted + case version when 1 then 7 else 0 end
      where account_no = (select no from journal.accounts where id = 'wallet-1')`,
  },
  {
    ...{ name: 'an entry that is of another transaction', check: 'legs' },
    subject: `select 'transaction ' || id from journal.transactions where sequence = (select transaction_sequence from journal.entries where ${entry('b', 4)})`,
    damage: `update journal.entries set transaction_sequence = (select transaction_sequence from journal.entries where ${entry('b', 3)}) where ${entry('b', 4)}`,
  },
  {
    ...{ name: 'a transaction that is gone', check: 'legs', subject: `'account main/a version 1'` },
    damage: `delete from journal.transactions where sequence = ${nth('posting')}`,
  },
  {
    ...{ name: 'an entry more than a transaction has', check: 'legs' },
    subject: `select 'account main/wallet-1 version ' || max(version) + 1 from journal.entries where account_no = (select no from journal.accounts where id = 'wallet-1')`,
    damage: `insert into journal.entries select account_no, version + 1, transaction_sequence, 3, 'credit', 9, 0, posted_debits,
        posted_credits + 9, pending_debits, pending_credits, effective_at, max_effective_at, recorded_at
      from journal.entries where account_no = (select no from journal.accounts where id = 'wallet-1')
      order by version desc limit 1`,
  },
  {
    ...{
      name: 'how far a hold was captured',
      check: 'chains',
      subject: `select 'transaction ' || ${idOf('capture', 1)}`,
    },
    damage: `update journal.transactions set hold_captured = hold_captured + 5, hold_remaining = hold_remaining - 5
      where sequence = ${nth('capture', 1)}`,
  },
  {
    ...{
      name: 'a step of a hold that is gone',
      check: 'chains',
      subject: `select 'transaction ' || ${idOf('capture', 1)}`,
    },
    damage: `delete from journal.transactions where sequence = ${nth('capture')}`,
  },
  {
    ...{
      name: 'how much was reversed',
      check: 'chains',
      subject: `select 'transaction ' || ${idOf('reversal', 1)}`,
    },
    damage: `update journal.transactions set reversed = reversed + 100 where sequence = ${nth('reversal', 1)}`,
  },
  {
    ...{ name: 'an account’s limits', check: 'accounts', subject: `'account main/c'` },
    damage: `update journal.accounts set max_balance = null where id = 'c'`,
  },
  {
    ...{
      name: 'a change of an account that is gone',
      check: 'account_changes',
      subject: `'account main/c revision 2'`,
    },
    damage: `delete from journal.account_changes where revision = 1
      and account_no = (select no from journal.accounts where id = 'c')`,
  },
  {
    ...{ name: 'a change of metadata that is gone', check: 'annotations' },
    subject: `select 'transaction ' || transaction_id || ' metadata revision 3' from journal.annotations where revision = 3`,
    damage: `delete from journal.annotations where revision = 2`,
  },
  {
    ...{ name: 'a stored result that leads to another transaction', check: 'stored_results' },
    subject: `select 'key ' || key from journal.command_results where transaction_sequence = ${nth('posting', 2)}`,
    damage: `update journal.command_results set transaction_sequence = ${nth('posting', 3)}
      where transaction_sequence = ${nth('posting', 2)}`,
  },
  {
    ...{ name: 'an open hold that the sweep does not know', check: 'open_holds' },
    subject: `select 'transaction ' || id from journal.open_holds`,
    damage: `delete from journal.open_holds`,
  },
  {
    ...{
      name: 'a hold that the sweep would look for in vain',
      check: 'open_holds',
      subject: `select 'hold ' || ${idOf('hold')}`,
    },
    damage: `insert into journal.open_holds select id, ledger, clock_timestamp() from journal.transactions where sequence = ${nth('hold')}`,
  },
  {
    ...{ name: 'an event that was altered', check: 'outbox' },
    subject: `select 'event ' || event_id || ' at sequence ' || sequence || ' of the outbox' from journal.outbox where sequence = ${nth('posting', 4)}`,
    damage: `update journal.outbox set payload = replace(payload, '"posted":"10"', '"posted":"11"') where sequence = ${nth('posting', 4)}`,
  },
  {
    ...{
      name: 'an event that is gone',
      check: 'outbox',
      subject: `select 'transaction ' || ${idOf('hold')}`,
    },
    damage: `delete from journal.outbox where sequence = ${nth('hold')}`,
  },
  {
    ...{ name: 'an event that the journal does not know', check: 'outbox' },
    subject: `select 'event phantom at sequence ' || ${nth('hold')} || ' of the outbox'`,
    damage: `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload)
      select sequence, 'phantom', aggregatetype, aggregateid, type, source, time, dataschema, payload
      from journal.outbox where sequence = ${nth('hold')}`,
  },
  {
    ...{ name: 'a balance of the read model', check: 'read_model' },
    subject: `select 'balances balances account_no=' || no from journal.accounts where id = 'a'`,
    damage: `update balances_v1.balances set posted_debits = posted_debits + 1 where account = 'a'`,
  },
];

const damaged = [
  ...[
    'transactions',
    'entries',
    'accounts',
    'account_changes',
    'annotations',
    'command_results',
    'open_holds',
    'outbox',
  ].map((table) => `journal.${table}`),
  'balances_v1.balances',
];

/** Does it past the triggers, and puts everything back after `work`. */
async function whileDamaged(text: string, work: () => Promise<void>): Promise<void> {
  const columns = async (table: string) => {
    const { rows } = await owner.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    );
    return rows.map(({ name }) => `"${name}"`).join(', ');
  };
  const { rows: guards } = await owner.query<{ table: string; name: string }>(
    `select tgrelid::regclass::text as table, tgname as name from pg_trigger
     where not tgisinternal and tgenabled = 'A' and tgrelid::regclass::text like 'journal.%'`,
  );
  const unguarded = async (texts: string[]) => {
    const change = (how: string) =>
      guards.map(({ table, name }) => `alter table ${table} ${how} trigger ${name}`);
    for (const each of ['begin', ...change('disable'), ...texts, ...change('enable always'), 'commit'])
      await owner.query(each);
  };
  for (const [n, table] of damaged.entries())
    await owner.query(`create temp table kept_${n} as select * from ${table}`);
  await unguarded([text]);
  try {
    await work();
  } finally {
    const back: string[] = [];
    for (const [n, table] of damaged.entries()) {
      const names = await columns(table);
      back.push(
        `delete from ${table}`,
        `insert into ${table} (${names}) select ${names} from kept_${n}`,
        `drop table kept_${n}`,
      );
    }
    await unguarded(back);
  }
}

describe('what was damaged past all guards is named', () => {
  it.each(damages)('$name: $check', async ({ damage, check, subject }) => {
    const { rows } = await owner.query<{ subject: string }>(
      subject.startsWith('select') ? `select (${subject}) as subject` : `select ${subject} as subject`,
    );
    await whileDamaged(damage, async () => {
      const { findings, proven, found } = await prove();
      expect(findings).toContainEqual({ check, subject: rows[0]!.subject, detail: expect.any(String) });
      expect([proven, found]).toEqual([false, findings.length]);
    });
  });

  it('two transactions with one reference', async () => {
    const { rows } = await owner.query(
      `select pg_get_indexdef('journal.transactions_reference'::regclass) as text`,
    );
    await owner.query('drop index journal.transactions_reference');
    await whileDamaged(
      `update journal.transactions set reference = 'order-1' where reference = 'order-2'`,
      async () => {
        const { findings } = await prove(['journal']);
        expect(findings).toContainEqual({
          ...{ check: 'references', subject: 'ledger main reference order-1' },
          detail: 'two transactions have it',
        });
      },
    );
    await owner.query(rows[0].text);
  });

  it('and counted beyond those that are named', async () => {
    await whileDamaged(
      'update journal.entries set posted_debits = posted_debits + version * version',
      async () => {
        const { stdout, status } = await run('--only', 'journal', '--max-findings', '3');
        expect(status).toBe(3);
        expect(stdout.match(/^running_totals: /gm)).toHaveLength(3);
        expect(stdout).toMatch(/^… and [\d,]+ more/m);
      },
    );
  });

  it('and nothing is wrong once it is put right', async () => {
    expect((await prove()).findings).toEqual([]);
  });
});

describe('a proof that was cut off', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)('by %s goes on from where it was', async (signal) => {
    const state = join(folder, `${signal}.json`);
    // The last that is walked through.
    await owner.query('begin; lock table journal.annotations in access exclusive mode');
    const args = ['dist/src/cli.js', 'verify', '--no-record', '--only', 'journal', '--state', state];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env.PATH, DATABASE_URL: service.databaseUrl },
    });
    const ended = once(child, 'exit');
    try {
      await eventually(async () => {
        const { walks } = JSON.parse(readFileSync(state, 'utf8')) as { walks: object };
        expect(Object.keys(walks)).toEqual(expect.arrayContaining(['journal entries 7', 'journal results']));
      });
    } finally {
      child.kill(signal);
      await owner.query('rollback');
    }
    expect((await ended)[0]).toBe(signal === 'SIGINT' ? 1 : null);

    await whileDamaged(
      `update journal.entries set posted_credits = posted_credits + 1 where ${entry('b', 4)}`,
      async () => {
        // What it has walked along is not looked at again: that is how it shows.
        const resumed = await run('--only', 'journal', '--state', state);
        expect(resumed).toMatchObject({
          status: 0,
          stderr: expect.stringContaining(`going on with ${state}`),
        });
        expect(existsSync(state)).toBe(false);
        expect(await run('--only', 'journal', '--state', state)).toMatchObject({ status: 3 });
      },
    );
  });

  it('of something else is not gone on with', async () => {
    const state = join(folder, 'other.json');
    writeFileSync(state, JSON.stringify({ form: 1, scope: 'another database' }));
    const { status, stderr } = await run('--only', 'journal', '--state', state);
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('going on')]);
    writeFileSync(state, 'my shopping list');
    const refused = await run('--only', 'journal', '--state', state);
    expect(refused).toMatchObject({
      status: 2,
      stderr: `counterfoil: ${state} is not a state of \`counterfoil verify\`\n`,
    });
    expect(readFileSync(state, 'utf8')).toBe('my shopping list');
  });
});

describe('wrong usage', () => {
  it.each([
    [['--only', 'books'], 'books is not one of: journal, outbox, read-model'],
    [['--parallel', '0'], '--parallel 0 is not a whole number from 1 on'],
    [['--topic'], 'topic: reading the topics takes KAFKA_BROKERS'],
  ])('%j', async (args, said) => {
    expect(await run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(said) });
  });

  it('a database that does not answer: it could not be finished', async () => {
    const settings = { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/none' };
    expect(await counterfoil(['verify'], settings)).toMatchObject({ status: 1 });
  });
});

it('a proof is recorded for good, and shown by the API’s metrics', async () => {
  const began = Date.now() / 1000;
  expect(await counterfoil(['verify'], { DATABASE_URL: service.databaseUrl })).toMatchObject({ status: 0 });
  await whileDamaged(`delete from journal.open_holds`, async () => {
    expect(
      await counterfoil(['verify', '--only', 'journal'], { DATABASE_URL: service.databaseUrl }),
    ).toMatchObject({ status: 3 });
  });
  await eventually(async () => {
    const page = await (await fetch(`${service.url}/metrics`)).text();
    const value = (name: string, part: string) =>
      Number(new RegExp(`^${name}\\{part="${part}"\\} (\\S+)$`, 'm').exec(page)?.[1]);
    expect(value('counterfoil_last_proof_timestamp_seconds', 'journal')).toBeGreaterThan(began);
    expect(value('counterfoil_last_proof_timestamp_seconds', 'read-model')).toBeGreaterThan(began);
    expect(value('counterfoil_last_proof_findings', 'journal')).toBe(1);
    expect(value('counterfoil_last_proof_findings', 'outbox')).toBe(0);
  });
  await expect(owner.query('delete from journal.proofs')).rejects.toThrow('append-only');
});
