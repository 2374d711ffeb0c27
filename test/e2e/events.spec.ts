import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { eventsAfter, republishJournal } from '../../src/events/republish.js';
import { createPool } from '../../src/platform/postgres.js';
import { eventually } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let pool: pg.Pool;

beforeAll(async () => {
  service = await startService();
  pool = createPool(service.databaseUrl, { role: 'counterfoil_app', max: 2, applicationName: 'test' });
  await everyKindOfCommand();
});

afterAll(async () => {
  await pool?.end();
  await service?.stop();
});

const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
let key = 0;
/** What was recorded, by a name of the test's own. */
const made: Record<string, string> = {};

async function send(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${service.url}/v1/ledgers/${path}`, {
    method,
    headers: {
      'idempotency-key': `k${++key}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, string> };
}

const post = async (name: string, path: string, body: object = {}) => {
  const { json } = await send('POST', `main/${path}`, body);
  made[name] = json.id!;
};

async function everyKindOfCommand(): Promise<void> {
  const odd = { text: 'é " \\ \n \u2028 𝄞', n: 1.5e-7, list: [1, null, { deep: true }], b: 2, a: 1 };
  await send('PUT', 'books', { description: 'other books' });
  await send('POST', 'books/accounts', { id: 'x', type: 'asset', currency: 'POINTS/0', min_balance: null });
  await send('POST', 'main/accounts', {
    id: 'cash',
    type: 'asset',
    currency: 'USD',
    min_balance: null,
    metadata: odd,
  });
  await send('POST', 'main/accounts', {
    id: 'alice',
    type: 'liability',
    currency: 'USD',
    max_balance: '9'.repeat(38),
  });
  await send(
    'POST',
    'main/transfers',
    { from: 'cash', to: 'alice', amount: '1'.repeat(37) },
    { traceparent: trace },
  );
  await send('POST', 'main/transfers', { from: 'cash', to: 'alice', amount: 5 }, { 'x-trace-id': 'order 7' });
  await send('POST', 'main/transactions', {
    id: '7d444840-9dc0-11d1-b245-5ffdce74fad2',
    reference: 'order-1',
    description: 'tab\there',
    effective_at: '2020-02-29T23:59:59.1234567+02:00',
    metadata: odd,
    entries: [
      { account: 'cash', side: 'debit', amount: '3' },
      { account: 'cash', side: 'debit', amount: '4' },
      { account: 'alice', side: 'credit', amount: '7' },
    ],
  });
  await send('POST', 'main/transfers', { from: 'alice', to: 'nobody', amount: '1' });
  await send('PATCH', 'main/accounts/alice', { metadata: { tier: 'gold' }, min_balance: '-5' });
  await send('POST', 'main/accounts/alice/freeze');
  await send('POST', 'main/accounts/alice/freeze');
  await send('POST', 'main/accounts/alice/unfreeze');
  await send('POST', 'books/accounts/x/close');
  await holdsAndReversals(odd);
  await wallets();
}

async function holdsAndReversals(odd: object): Promise<void> {
  const money = { from: 'alice', to: 'cash', amount: '100' };
  const entries = [
    { account: 'alice', side: 'debit', amount: '9' },
    { account: 'cash', side: 'credit', amount: '4' },
    { account: 'cash', side: 'credit', amount: '5' },
  ];
  await post('held', 'holds', { ...money, reference: 'hold-1', expires_in: 3600, metadata: odd });
  await post('part', `holds/${made.held}/capture`, { amount: 30, keep_open: true, metadata: odd });
  await post('back', `transactions/${made.part}/reverse`, { amount: 10, reason: 'é " \\' });
  await post('rest', `holds/${made.held}/capture`, { amount: 50 });
  await post('many', 'holds', { entries });
  await post('void', `holds/${made.many}/void`, { reference: 'void-1' });
  await post('undo', 'transactions/7d444840-9dc0-11d1-b245-5ffdce74fad2/reverse');
  await send('PATCH', `main/transactions/${made.part}`, { metadata: { ...odd, list: null } });
  await send('PATCH', `main/transactions/${made.part}`, { metadata: { text: 2 } }, { traceparent: trace });
  await send('PATCH', `main/transactions/${made.back}`, { metadata: {} });
  await post('soon', 'holds', { ...money, expires_in: 1 });
  const expired = 'select id from journal.transactions where parent_id = $1';
  await eventually(async () => (await pool.query(expired, [made.soon])).rows.length === 1);
  made.expiry = (await pool.query<{ id: string }>(expired, [made.soon])).rows[0]!.id;
}

async function wallets(): Promise<void> {
  const wallet = (operation: string, body: object) => send('POST', `../wallet/${operation}`, body);
  const amount = { minor_units: 5, currency: 'USD' };
  const move = (reference_id: string) => ({ account_id: 'alice', amount, reference_id });
  await wallet('credit', { ...move('é 1'), reason: 'top-up' });
  await wallet('debit', move('é 2'));
  const first = await wallet('hold', move('é 3'));
  await wallet('commit', { hold_id: first.json.hold_id, amount: { ...amount, minor_units: 2 } });
  const second = await wallet('hold', move('é 4'));
  await wallet('rollback', { hold_id: second.json.hold_id });
}

interface Row {
  sequence: string;
  event_id: string;
  aggregatetype: string;
  aggregateid: string;
  type: string;
  source: string;
  time: string;
  dataschema: string;
  payload: string;
  traceparent: string | null;
}

async function outbox(): Promise<Row[]> {
  const { rows } = await pool.query<Row>(
    `select sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload, traceparent
     from journal.outbox order by sequence, aggregatetype, xid::text::bigint`,
  );
  return rows;
}

test('each recorded fact has exactly one outbox row, a refusal none', async () => {
  const types = (await outbox()).map((row) => row.type);
  const opened = 'account.opened';
  const wallet = (recorded: string, told: string) => [`ledger.transaction.${recorded}`, `wallet.${told}`];
  expect(types).toEqual([
    ...[
      ...[opened, opened, opened, 'transaction.posted', 'transaction.posted', 'transaction.posted'],
      ...['updated', 'frozen', 'unfrozen', 'closed'].map((change) => `account.${change}`),
      ...['held', 'captured', 'reversed', 'captured', 'held', 'voided', 'reversed', 'annotated', 'annotated']
        .concat(['held', 'expired'])
        .map((verb) => `transaction.${verb}`),
      opened,
    ].map((type) => `ledger.${type}`),
    ...wallet('posted', 'credit.committed'),
    ...wallet('posted', 'debit.committed'),
    ...wallet('held', 'hold.held'),
    ...wallet('captured', 'hold.committed'),
    ...wallet('held', 'hold.held'),
    ...wallet('voided', 'hold.rolled_back'),
  ]);
});

test('of a hold’s own and those that build on it, each tells how far the hold has come', async () => {
  const told = (await outbox())
    .map(({ payload }) => JSON.parse(payload))
    .filter(({ hold }) => hold !== undefined)
    .map(({ transaction, hold }) => [transaction.id, hold]);
  const state = (id: string, amount: number, captured: number, released: number) => ({
    ...{ id, amount: String(amount), captured: String(captured), released: String(released) },
    ...{ remaining: String(amount - captured - released), expires_at: expect.anything() },
  });
  const { held, part, rest, many, void: voided, soon, expiry } = made as Record<string, string>;
  expect(told.slice(0, 7)).toEqual([
    [held, state(held!, 100, 0, 0)],
    [part, state(held!, 100, 30, 0)],
    [rest, state(held!, 100, 80, 20)],
    [many, { ...state(many!, 9, 0, 0), expires_at: null }],
    [voided, { ...state(many!, 9, 0, 9), expires_at: null }],
    [soon, state(soon!, 100, 0, 0)],
    [expiry, state(soon!, 100, 0, 100)],
  ]);
});

test('the root is the top ancestor, and the key that keeps them in order', async () => {
  const rows = (await outbox()).filter(({ aggregatetype }) => aggregatetype === 'ledger.transactions');
  const roots = new Map<string, (string | null)[]>();
  for (const { aggregateid, payload } of rows) {
    const { transaction } = JSON.parse(payload);
    expect(transaction.root_id).toBe(aggregateid);
    if (transaction.revision === undefined) roots.set(transaction.id, [aggregateid, transaction.parent_id]);
  }
  const posting = '7d444840-9dc0-11d1-b245-5ffdce74fad2';
  const { held, part, back, rest, many, void: voided, undo, soon, expiry } = made as Record<string, string>;
  expect(roots.get(held!)).toEqual([held, null]);
  expect(roots.get(part!)).toEqual([held, held]);
  expect(roots.get(rest!)).toEqual([held, held]);
  // The original of a reversal; of a capture’s, the hold.
  expect(roots.get(back!)).toEqual([held, part]);
  expect(roots.get(undo!)).toEqual([posting, posting]);
  expect(roots.get(voided!)).toEqual([many, many]);
  expect(roots.get(expiry!)).toEqual([soon, soon]);
});

test('every payload is valid against its schema in the repository', async () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  for (const file of readdirSync('src/events/schemas')) {
    ajv.addSchema(JSON.parse(readFileSync(`src/events/schemas/${file}`, 'utf8')));
  }
  for (const row of await outbox()) {
    const valid = ajv.validate(row.dataschema, JSON.parse(row.payload));
    expect({ type: row.type, errors: valid ? null : ajv.errors }).toEqual({ type: row.type, errors: null });
  }
});

test('every event can be made again from the journal, byte for byte', async () => {
  const client = await pool.connect();
  try {
    const again = await eventsAfter(client, '0', '9223372036854775807');
    const rows = again.map((event) => ({
      sequence: event.sequence,
      event_id: event.eventId,
      aggregatetype: event.aggregatetype,
      aggregateid: event.aggregateid,
      type: event.type,
      source: event.source,
      time: event.time,
      dataschema: event.dataschema,
      payload: event.payload,
      traceparent: event.traceparent,
    }));
    expect(rows).toEqual(await outbox());
  } finally {
    client.release();
  }
});

test('the caller’s trace travels: a traceparent to the header, an id to the payload', async () => {
  const posted = (await outbox()).filter((row) => row.type === 'ledger.transaction.posted');
  expect(posted.slice(0, 3).map((row) => [row.traceparent, JSON.parse(row.payload).trace_id])).toEqual([
    [trace, '4bf92f3577b34da6a3ce929d0e0e4736'],
    [null, 'order 7'],
    [null, null],
  ]);
});

test('publishing the journal again doubles every event and changes nothing in it', async () => {
  const before = await outbox();
  expect(await republishJournal(service.databaseUrl)).toBe(before.length);
  expect(await outbox()).toEqual(before.flatMap((row) => [row, row]));
});
