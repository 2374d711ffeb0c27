import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually, listAccounts, post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic, type TopicRecord } from '../support/topic.js';

interface OutboxRow {
  event_id: string;
  aggregateid: string;
  type: string;
  source: string;
  time: string;
  dataschema: string;
  payload: string;
  traceparent: string | null;
}

const EARLY = 12;
const ANNOTATED = 'ledger.transaction.annotated';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const household = 'test/data/household.jsonl.gz';
let stack: TestStack;
let transactions: TopicRecord[];
let early: string[];

beforeAll(async () => {
  stack = await startTestStack();
  early = await recordBeforeTheSlot();
  await recordEveryKind('early:one');
  await stack.startStreaming();
  await importHousehold();
  await recordEveryKind('early:two');
  transactions = await readTopic(stack.brokers, 'ledger.transactions.v1', events(await recorded()));
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

describe('books imported through the whole path', () => {
  it('bring every balance of the read model to what another program says', async () => {
    const text = await readFile('test/data/household-expected.json', 'utf8');
    const expected = JSON.parse(text).debit_minus_credit as Record<string, string>;
    await eventually(async () => {
      const all = await listAccounts(stack.url);
      const nets = all
        .filter(({ id }) => !/^(early|wallet):/.test(id))
        .map(({ id, balances: { posted } }) => [id, String(BigInt(posted.debits) - BigInt(posted.credits))]);
      expect(Object.fromEntries(nets)).toEqual(expected);
    });
  });

  it('put every transaction into the topic once', async () => {
    const rows = await query<{ id: string }>(stack.databaseUrl, 'select id from journal.transactions');
    const recorded = transactions.filter(({ headers }) => headers.ce_type !== ANNOTATED);
    expect(recorded.map(idOf).sort()).toEqual(rows.map(({ id }) => id).sort());
  });

  it('bring holds and changed metadata to the read model', async () => {
    for (const name of ['early:one', 'early:two']) {
      await eventually(async () => {
        const found = async (path: string) =>
          (await (await fetch(`${stack.url}/v1/ledgers/main/${path}`)).json()).data.length as number;
        expect(await found(`holds?account=${name}&status=captured`)).toBe(2);
        expect(await found(`holds?account=${name}&status=voided`)).toBe(1);
        expect(await found(`holds?account=${name}&status=expired`)).toBe(1);
        expect(await found(`transactions?metadata[annotated]=${name}`)).toBe(1);
      });
    }
  });
});

describe('a record of ledger.transactions.v1', () => {
  it('has the root transaction as key', async () => {
    const rows = await query<{ id: string; root: string }>(
      stack.databaseUrl,
      'select id, coalesce(root_id, id) as root from journal.transactions',
    );
    const roots = new Map(rows.map(({ id, root }) => [id, root]));
    for (const record of transactions) {
      const { transaction } = JSON.parse(record.value!) as { transaction: { id: string } };
      expect(record.key).toBe(roots.get(transaction.id));
    }
  });

  it('is of each kind, and in order within its key', () => {
    const types = ['posted', 'held', 'captured', 'voided', 'expired', 'reversed', 'annotated'];
    const seen = new Set(transactions.map(({ headers }) => headers.ce_type));
    expect([...seen].sort()).toEqual(types.map((type) => `ledger.transaction.${type}`).sort());
    const last = new Map<string, bigint>();
    for (const { key, value } of transactions) {
      const sequence = BigInt((JSON.parse(value!) as { sequence: string }).sequence);
      expect(sequence > (last.get(key!) ?? 0n)).toBe(true);
      last.set(key!, sequence);
    }
  });

  it('carries the payload byte for byte, with the CloudEvents headers and nothing else', async () => {
    await expectAsInOutbox(transactions, 'ledger.transactions');
  });

  it('carries the trace of the request when there was one', () => {
    const traced = transactions.filter(({ headers }) => headers.traceparent !== undefined);
    expect(traced.map(({ headers }) => headers.traceparent)).toEqual([TRACE]);
  });
});

describe('a record of ledger.accounts.v1', () => {
  it('has ledger and account as key, the payload byte for byte and the same headers, once each', async () => {
    const [row] = await query<{ count: number }>(
      stack.databaseUrl,
      `select count(distinct event_id)::int as count from journal.outbox where aggregatetype = 'ledger.accounts'`,
    );
    const records = await readTopic(stack.brokers, 'ledger.accounts.v1', events(row!.count));
    expect(records).toHaveLength(row!.count);
    await expectAsInOutbox(records, 'ledger.accounts');
    const opened = records.find(({ key }) => key === 'main/early:cash')!;
    expect(JSON.parse(opened.value!)).toMatchObject({
      event_type: 'ledger.account.opened',
      account: { id: 'early:cash' },
    });
  });
});

describe('a record of wallet.events.v1', () => {
  it('has the account as key, the payload byte for byte and the same headers, once each', async () => {
    const records = await readTopic(stack.brokers, 'wallet.events.v1', events(10));
    await expectAsInOutbox(records, 'wallet.events');
    const types = records.map(({ key, headers }) => `${key} ${headers.ce_type}`);
    const happened = ['credit.committed', 'hold.held', 'hold.committed', 'hold.rolled_back', 'hold.held'];
    const expected = ['one', 'two'].flatMap((n) => happened.map((what) => `early:${n} wallet.${what}`));
    expect(types.sort()).toEqual(expected.sort());
  });
});

describe('what was recorded before the replication slot existed', () => {
  it('is made again from the journal, byte for byte', async () => {
    const rows = await query<{ event_id: string; times: number; texts: number }>(
      stack.databaseUrl,
      `select event_id, count(*)::int as times, count(distinct payload)::int as texts
       from journal.outbox where event_id = any($1) group by event_id`,
      [early],
    );
    // Once by the command, once by the repeat.
    expect(rows).toHaveLength(EARLY);
    for (const row of rows) expect(row).toMatchObject({ times: 2, texts: 1 });
    for (const id of early) expect(transactions.filter((record) => idOf(record) === id)).toHaveLength(1);
  });

  it('is in the read model', async () => {
    await eventually(async () => {
      const cash = (await listAccounts(stack.url)).find(({ id }) => id === 'early:cash');
      expect(cash?.version).toBe(EARLY);
    });
  });
});

/** Some transfers, the first of them traced; their ids. */
async function recordBeforeTheSlot(): Promise<string[]> {
  for (const id of ['early:cash', 'early:owner'])
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  const ids: string[] = [];
  for (let n = 1; n <= EARLY; n += 1) {
    const headers: Record<string, string> = n === 1 ? { traceparent: TRACE } : {};
    const body = { from: 'early:owner', to: 'early:cash', amount: String(n), description: 'é "n"\n' };
    ids.push((await post(stack.url, '/transfers', body, headers)).id);
  }
  return ids;
}

/** A transaction of each kind, a change of metadata, and what the wallet profile does. */
async function recordEveryKind(name: string): Promise<void> {
  const shop = `${name}:shop`;
  for (const id of [name, shop])
    await post(stack.url, '/accounts', { id, type: 'liability', currency: 'USD' });
  const wallet = async (operation: string, body: object): Promise<string> => {
    const response = await fetch(`${stack.url}/v1/wallet/${operation}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${name} ${JSON.stringify(body)}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { hold_id: string }).hold_id;
  };
  const amount = { minor_units: 1000, currency: 'USD' };
  const of = (reference: string) => ({ account_id: name, amount, reference_id: `${name} ${reference}` });
  await wallet('credit', { ...of('credit'), amount: { ...amount, minor_units: 10_000 } });
  await wallet('commit', { hold_id: await wallet('hold', of('first')) });
  await wallet('rollback', { hold_id: await wallet('hold', of('second')) });
  const hold = async (more: object) =>
    (await post(stack.url, '/holds', { from: name, to: shop, amount: '500', ...more })).id;
  const captured = await hold({});
  const { id } = await post(stack.url, `/holds/${captured}/capture`, { amount: '200' });
  await post(stack.url, `/transactions/${id}/reverse`, { amount: '50' });
  await hold({ expires_in: 1 });
  const patch = await fetch(`${stack.url}/v1/ledgers/main/transactions/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { annotated: name } }),
  });
  expect(patch.status).toBe(200);
  await eventually(async () => {
    const [row] = await query<{ open: number }>(
      stack.databaseUrl,
      'select count(*)::int as open from journal.open_holds',
    );
    expect(row!.open).toBe(0);
  });
}

async function importHousehold(): Promise<void> {
  const env = { ...process.env, COUNTERFOIL_URL: stack.url, NODE_OPTIONS: '' };
  await promisify(execFile)(process.execPath, ['dist/src/cli.js', 'import', household], { env });
}

async function recorded(): Promise<number> {
  const text = `select ((select count(*) from journal.transactions)
                       + (select count(*) from journal.annotations))::int as count`;
  return (await query<{ count: number }>(stack.databaseUrl, text))[0]!.count;
}

async function expectAsInOutbox(records: TopicRecord[], aggregatetype: string): Promise<void> {
  const rows = await query<OutboxRow>(
    stack.databaseUrl,
    `select distinct event_id, aggregateid, type, source, time, dataschema, payload, traceparent
     from journal.outbox where aggregatetype = $1`,
    [aggregatetype],
  );
  const expected = new Map(rows.map((row) => [row.event_id, row]));
  expect(expected.size).toBe(rows.length);
  for (const { key, value, headers } of records) {
    const row = expected.get(headers.ce_id!)!;
    expect({ key, value }).toEqual({ key: row.aggregateid, value: row.payload });
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: row.event_id,
      ce_source: row.source,
      ce_type: row.type,
      ce_time: row.time,
      ce_dataschema: row.dataschema,
      'content-type': 'application/json',
      ...(row.traceparent !== null && { traceparent: row.traceparent }),
    });
  }
}

function idOf({ headers }: TopicRecord): string {
  return headers.ce_id!;
}
