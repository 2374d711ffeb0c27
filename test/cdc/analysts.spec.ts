import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import addFormats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ANALYSTS_SLOT } from '../../src/connect/slot.js';
import { withAdmin } from '../../src/platform/kafka.js';
import { balances } from '../../src/projections/balances/balances.js';
import { schemaOf } from '../../src/projections/projection.js';
import { eventually, listAccounts, post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { readTopic, type TopicRecord } from '../support/topic.js';

type Row = Record<string, string>;

const active = schemaOf({ name: 'balances', version: 1 });
const ENTRIES = 'ledger.entries.v1';
const BALANCES = 'ledger.balances.v1';
/** Nobody's JSON number holds these. */
const HUGE = ['12345678901234567890123456789012345678', '9007199254740993'];
const kinds = ['posting', 'hold', 'capture', 'void', 'expiry', 'reversal'];
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  await recordEveryKind('early');
  await stack.startStreaming();
  await stack.applyAnalysts();
  await recordEveryKind('late');
}, 180_000);

afterAll(() => stack?.stop(), 60_000);

describe('ledger.entries.v1', () => {
  it('has every entry of the journal once, what was there before the slot included, digit by digit', async () => {
    const recorded = await query(stack.databaseUrl, 'select distinct kind from journal.transactions');
    expect(recorded.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    const rows = await journal();
    expect(rows.map(({ posted }) => posted)).toEqual(expect.arrayContaining(HUGE));
    expect(byEntry((await entries()).map(told))).toEqual(byEntry(rows));
  });

  it('is keyed by the account, and has its versions in order from 1', async () => {
    const newest = new Map<string, number>();
    for (const record of await entries()) {
      const { account_no, version } = valueOf(record);
      expect(record.key).toBe(account_no);
      expect(Number(version)).toBe((newest.get(account_no!) ?? 0) + 1);
      newest.set(account_no!, Number(version));
    }
    expect(newest.size).toBe(Number((await one('select count(*) from journal.accounts')).count));
  });

  it('is as its JSON Schema says, and has no other fields', async () => {
    expectValid(await entries(), 'ledger.entry.v1');
  });

  it('joins with the accounts by account_no: the sums are the trial balance', async () => {
    const accounts = new Map<string, Row>();
    const opened = await readTopic(stack.brokers, 'ledger.accounts.v1', (found) => found.length >= 6);
    for (const { account } of opened.map(parsed<{ account: Row }>))
      accounts.set(account.account_no!, account);
    const sums = new Map<string, { debits: bigint; credits: bigint }>();
    for (const { account_no, side, posted } of (await entries()).map(valueOf)) {
      const { currency, type } = accounts.get(account_no!)!;
      const sum = sums.get(`${currency} ${type}`) ?? { debits: 0n, credits: 0n };
      sum[side === 'debit' ? 'debits' : 'credits'] += BigInt(posted!);
      sums.set(`${currency} ${type}`, sum);
    }
    await eventually(async () => {
      const response = await fetch(`${stack.url}/v1/ledgers/main/trial-balance`);
      const { data } = (await response.json()) as { data: Row[] };
      expect(
        data.map(({ currency, type, debits, credits }) => [`${currency} ${type}`, debits, credits]).sort(),
      ).toEqual(
        [...sums].map(([name, { debits, credits }]) => [name, String(debits), String(credits)]).sort(),
      );
    });
  });

  it('joins with the transactions by sequence, leg by leg', async () => {
    const all = (await entries()).map(valueOf);
    const count = new Set(all.map(({ sequence }) => sequence)).size;
    const events = await readTopic(stack.brokers, 'ledger.transactions.v1', (found) => found.length >= count);
    const legs = events
      .map(parsed<{ sequence: string; entries: Row[] }>)
      .flatMap(({ sequence, entries }) => entries.map((entry) => ({ sequence, ...entry })));
    const joint = (row: Row) =>
      ['sequence', 'leg', 'account_no', 'version', 'side', 'posted', 'pending']
        .map((name) => row[name])
        .join(' ');
    expect(all.map(joint).sort()).toEqual(legs.map(joint).sort());
  });
});

describe('ledger.balances.v1', () => {
  it('tells by its greatest version what the service says of each account', async () => {
    await expectBalances();
  });

  it('is as its JSON Schema says, keyed by ledger and account, and has no other fields', async () => {
    const records = await balancesRecords();
    expectValid(records, 'ledger.balance.v1');
    for (const record of records) expect(record.key).toBe(`main/${valueOf(record).account}`);
  });

  it('goes on with the version of the read model that becomes active', async () => {
    const next = 'balances_v999';
    await query(
      stack.databaseUrl,
      `set role counterfoil_projector; create schema ${next}; ${balances.tables.replaceAll('{schema}', next)}`,
    );
    const copied = `account_no, ledger, account, key, account_type, currency, version, posted_debits, posted_credits,
      pending_debits, pending_credits, sequence, recorded_at`;
    const copy = `set role counterfoil_projector; begin;
      insert into ${next}.balances (${copied}) select ${copied} from ${active}.balances`;
    await query(stack.databaseUrl, `${copy}; select projections.publish_balances('${next}'); commit`);
    await query(
      stack.databaseUrl,
      `update ${active}.balances set version = 1000; update ${next}.balances set version = 2000 where account = 'late:a'`,
    );
    const versions = async () => (await balancesRecords()).map((record) => valueOf(record).version);
    await eventually(async () => expect(await versions()).toContain('2000'));
    expect(await versions()).not.toContain('1000');
    // Back again, and as the journal has it.
    await query(
      stack.databaseUrl,
      `select projections.publish_balances('${active}');
       update ${active}.balances b set version = n.version from ${next}.balances n
         where n.account_no = b.account_no and n.version < 2000;
       update ${active}.balances b set version = (select max(version) from journal.entries where account_no = b.account_no)
         where version = 1000;
       drop schema ${next} cascade`,
    );
  });
});

describe('kill -9 of Connect in the middle of a load', () => {
  it.each([
    ['while rows flow', async () => {}],
    ['as soon as it takes its snapshot', () => stack.removeAnalysts().then(() => stack.applyAnalysts())],
  ])(
    '%s, loses no entry and no newest balance',
    async (_, before) => {
      let done = false;
      const load = (async () => {
        for (let n = 1; !done; n += 1) {
          await post(stack.url, '/transfers', { from: 'late:a', to: 'late:b', amount: String(n) });
          await sleep(20);
        }
      })();
      await sleep(1_000);
      await before();
      await stack.crashConnect();
      await sleep(1_500);
      done = true;
      await load;
      const rows = await journal();
      const records = await entries();
      const distinct = new Map(
        byEntry(records.map(told)).map((row) => [`${row.account_no} ${row.version}`, row]),
      );
      expect([...distinct.values()]).toEqual(byEntry(rows));
      await expectBalances();
    },
    120_000,
  );
});

describe('connect apply --analysts', () => {
  it('changes nothing when all is well', async () => {
    expect(await stack.applyAnalysts()).toEqual([
      'Topics: all 3 as they should be',
      `Publication: ${active}.balances, journal.entries`,
      'Connector counterfoil-analysts: running',
    ]);
  });

  it('puts everything on the topics again when the slot was lost', async () => {
    await stack.dropSlot(ANALYSTS_SLOT);
    await post(stack.url, '/transfers', { from: 'late:a', to: 'late:b', amount: '7' });
    expect(await stack.applyAnalysts()).toContain(
      "The analysts' connector is made anew: its replication slot is gone",
    );
    const count = (await journal()).length;
    await readTopic(stack.brokers, ENTRIES, (found) => distinctEntries(found) === count);
    await expectBalances();
  }, 120_000);

  it('can be taken back, which leaves nothing, and done again', async () => {
    await stack.removeAnalysts();
    const slots = await query(stack.databaseUrl, 'select slot_name from pg_replication_slots');
    expect(slots).toEqual([{ slot_name: 'counterfoil_outbox' }]);
    expect(await query(stack.databaseUrl, 'select pubname from pg_publication')).toEqual([
      { pubname: 'counterfoil_outbox' },
    ]);
    const granted = `select table_name from information_schema.role_table_grants where grantee = 'counterfoil_cdc'`;
    expect(await query(stack.databaseUrl, granted)).toEqual([{ table_name: 'outbox' }]);
    const topics = await withAdmin(stack.brokers, (admin) => admin.listTopics());
    expect(topics.filter((name) => /entries|balances\.v1|analysts/.test(name))).toEqual([]);
    // Swapping goes on without it.
    await query(stack.databaseUrl, `select projections.publish_balances('${active}')`);
    await stack.removeAnalysts();

    await stack.applyAnalysts();
    const records = await entries();
    expect(records).toHaveLength((await journal()).length);
    await expectBalances();
  }, 120_000);
});

/** Of every kind, of every account, in one ledger. */
async function recordEveryKind(name: string): Promise<void> {
  const [a, b, c] = ['a', 'b', 'c'].map((account) => `${name}:${account}`);
  for (const [id, type] of [
    [a, 'asset'],
    [b, 'liability'],
    [c, 'asset'],
  ])
    await post(stack.url, '/accounts', { id, type, currency: 'USD', min_balance: null });
  const transfer = (body: object) => post(stack.url, '/transfers', body);
  await transfer({ from: c, to: a, amount: HUGE[1] });
  if (name === 'late') await transfer({ from: c, to: a, amount: HUGE[0] });
  for (const effective_at of [
    '2024-02-29T00:00:00Z',
    '1999-12-31T23:59:59.5Z',
    '2024-01-01T12:00:00.000010Z',
  ])
    await transfer({ from: c, to: a, amount: '1', effective_at });
  const { id: posting } = await transfer({ from: a, to: b, amount: '500' });
  await post(stack.url, `/transactions/${posting}/reverse`, { amount: '120' });
  const hold = async (more: object = {}) =>
    (await post(stack.url, '/holds', { from: a, to: b, amount: '300', ...more })).id;
  await post(stack.url, `/holds/${await hold()}/capture`, { amount: '200', keep_open: true });
  await post(stack.url, `/holds/${await hold()}/void`, {});
  await hold({ expires_in: 1 });
  await eventually(async () => {
    expect((await one('select count(*) from journal.open_holds')).count).toBe('0');
  });
}

/** Every entry as the topic must tell it, its times in seconds. */
function journal(): Promise<Row[]> {
  return query<Row>(
    stack.databaseUrl,
    `select account_no::text, version::text, transaction_sequence::text as sequence, leg, side, posted::text,
       pending::text, posted_debits::text, posted_credits::text, pending_debits::text, pending_credits::text,
       extract(epoch from effective_at)::text as effective_at, extract(epoch from recorded_at)::text as recorded_at
     from journal.entries`,
  );
}

async function entries(): Promise<TopicRecord[]> {
  const count = (await journal()).length;
  return readTopic(stack.brokers, ENTRIES, (found) => distinctEntries(found) >= count);
}

function balancesRecords(): Promise<TopicRecord[]> {
  return readTopic(stack.brokers, BALANCES, () => true);
}

/** By the records' greatest versions, each account's totals, once they are what the service says. */
async function expectBalances(): Promise<void> {
  await eventually(async () => {
    const newest = new Map<string, Row>();
    for (const row of (await balancesRecords()).map(valueOf)) {
      const known = newest.get(row.account!);
      if (row.version !== '2000' && !(Number(known?.version) > Number(row.version)))
        newest.set(row.account!, row);
    }
    const accounts = await listAccounts(stack.url);
    expect(accounts.length).toBeGreaterThan(5);
    expect(
      accounts
        .map(({ id, version, balances: { posted } }) => [id, version, posted.debits, posted.credits])
        .sort(),
    ).toEqual(
      [...newest.values()]
        .map((row) => [row.account, Number(row.version), row.posted_debits, row.posted_credits])
        .sort(),
    );
    const inJournal = await one(
      'select sum(version) from (select max(version) as version from journal.entries group by account_no) newest',
    );
    expect(String(accounts.reduce((sum, { version }) => sum + version, 0))).toBe(inJournal.sum);
  }, 60_000);
}

function expectValid(records: TopicRecord[], name: string): void {
  const schema = JSON.parse(readFileSync(`src/events/schemas/${name}.json`, 'utf8'));
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const validate: ValidateFunction = ajv.compile({ ...schema, additionalProperties: false });
  expect(records.length).toBeGreaterThan(5);
  for (const record of records) {
    const valid = validate(JSON.parse(record.value!));
    expect([record.value, valid ? null : validate.errors]).toEqual([record.value, null]);
  }
}

const valueOf = (record: TopicRecord) => JSON.parse(record.value!) as Row;
const parsed = <T>(record: TopicRecord) => JSON.parse(record.value!) as T;

/** Its times in seconds, as Postgres writes them. */
function told(record: TopicRecord): Row {
  const value = valueOf(record);
  return { ...value, effective_at: seconds(value.effective_at!), recorded_at: seconds(value.recorded_at!) };
}

function seconds(text: string): string {
  const [, whole, fraction = ''] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(text)!;
  return `${Date.parse(`${whole}Z`) / 1000}.${fraction.padEnd(6, '0')}`;
}

function distinctEntries(records: TopicRecord[]): number {
  return new Set(records.map(valueOf).map(({ account_no, version }) => `${account_no} ${version}`)).size;
}

function byEntry(rows: Row[]): Row[] {
  return rows.sort(
    (a, b) => Number(a.account_no) - Number(b.account_no) || Number(a.version) - Number(b.version),
  );
}

async function one(text: string): Promise<Row> {
  return (await query<Row>(stack.databaseUrl, text))[0]!;
}
