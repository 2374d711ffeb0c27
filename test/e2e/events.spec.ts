import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { eventsAfter, republishJournal } from '../../src/events/republish.js';
import { createPool } from '../../src/platform/postgres.js';
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
  return { status: response.status, json: await response.json() };
}

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
     from journal.outbox order by sequence, xid::text::bigint`,
  );
  return rows;
}

test('each recorded fact has exactly one outbox row, a refusal none', async () => {
  const types = (await outbox()).map((row) => row.type);
  const opened = 'ledger.account.opened';
  const posted = 'ledger.transaction.posted';
  expect(types).toEqual([
    ...[opened, opened, opened, posted, posted, posted],
    ...['updated', 'frozen', 'unfrozen', 'closed'].map((change) => `ledger.account.${change}`),
  ]);
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
  expect(posted.map((row) => [row.traceparent, JSON.parse(row.payload).trace_id])).toEqual([
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
