import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
let database: pg.Client;
let recorded: Json;

const counts = async () =>
  (
    await database.query(`
      select (select count(*) from journal.transactions) as transactions, (select count(*) from journal.entries) as entries,
        (select count(*) from journal.accounts) as accounts, (select count(*) from journal.account_changes) as changes,
        (select count(*) from journal.command_results) as results, (select count(*) from journal.outbox) as outbox`)
  ).rows[0];

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  database = new pg.Client({ connectionString: service.databaseUrl });
  await database.connect();
  await client.open('world', { min_balance: null });
  await client.open('alice');
  recorded = await counts();
});

// Whatever was sent in a test here: nothing is recorded, not even a stored answer.
afterEach(async () => expect(await counts()).toEqual(recorded));

afterAll(async () => {
  await database?.end();
  await service?.stop();
});

async function send(
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
) {
  const response = await fetch(service.url + path, {
    method,
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
    body: body as string,
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as Json),
  };
}

function expectProblem(
  reply: { status: number; headers: Headers; body: Json },
  status: number,
  code: string,
): void {
  expect([reply.status, reply.body.code]).toEqual([status, code]);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body).toMatchObject({
    type: expect.stringMatching(/^\/problems\/[a-z-]+$/),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  if (code === 'VALIDATION_FAILED') expect(reply.body.errors.length).toBeGreaterThan(0);
}

const transfers = '/v1/ledgers/main/transfers';
const accounts = '/v1/ledgers/main/accounts';
const sound = { from: 'world', to: 'alice', amount: '1' };
const body = (more: object) => JSON.stringify({ ...sound, ...more });

test('a body beyond 1 MiB: 413, even if it is not JSON at all', async () => {
  for (const text of [body({ description: 'x'.repeat(1024 * 1024) }), 'x'.repeat(1024 * 1024 + 1)])
    expectProblem(await send('POST', transfers, text), 413, 'PAYLOAD_TOO_LARGE');
});

test.each([
  'text/plain',
  'application/xml',
  'application/json; charset=latin1',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
])('content type %s: 415', async (type) => {
  expectProblem(
    await send('POST', transfers, body({}), { 'content-type': type }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  );
});

test('a compressed body: 415', async () => {
  expectProblem(
    await send('POST', transfers, body({}), { 'content-encoding': 'gzip' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  );
});

test.each([
  ['not JSON', Buffer.from('{')],
  ['two values', Buffer.from('{}{}')],
  ['NaN', Buffer.from('{"from":"world","to":"alice","amount":NaN}')],
  ['a BOM', Buffer.from('\ufeff{"from":"world","to":"alice","amount":1}')],
  [
    'invalid UTF-8',
    Buffer.concat([
      Buffer.from('{"from":"world","to":"alice","amount":1,"description":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]),
  ],
  [
    'an overlong encoding',
    Buffer.concat([Buffer.from('{"description":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}')]),
  ],
  [
    'a surrogate in UTF-8',
    Buffer.concat([Buffer.from('{"description":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ['a raw NUL', Buffer.from('{"description":"a\0b"}')],
  ['__proto__', Buffer.from('{"__proto__":{"amount":"1"},"from":"world","to":"alice"}')],
  [
    '__proto__ in metadata',
    Buffer.from(`{"from":"world","to":"alice","amount":1,"metadata":{"__proto__":{"x":1}}}`),
  ],
  [
    'an escaped __proto__',
    Buffer.from(`{"from":"world","to":"alice","amount":1,"metadata":{"\\u005f_proto__":1}}`),
  ],
  [
    'constructor.prototype',
    Buffer.from(`{"from":"world","to":"alice","amount":1,"metadata":{"constructor":{"prototype":{}}}}`),
  ],
])('%s: 400 MALFORMED_JSON', async (_, bytes) => {
  expectProblem(await send('POST', transfers, bytes), 400, 'MALFORMED_JSON');
});

test.each(['null', '[]', '"text"', '1', 'true', '{}', '', '[[[[]]]]'])('the body %p: 400', async (text) => {
  expectProblem(await send('POST', transfers, text === '' ? undefined : text), 400, 'VALIDATION_FAILED');
});

const NUL = '\\u0000';
const LONE = '\\ud800';
test.each([
  ['description', `{"from":"world","to":"alice","amount":1,"description":"a${NUL}b"}`],
  ['reference', `{"from":"world","to":"alice","amount":1,"reference":"a${NUL}b"}`],
  ['metadata value', `{"from":"world","to":"alice","amount":1,"metadata":{"k":"${NUL}"}}`],
  ['metadata key', `{"from":"world","to":"alice","amount":1,"metadata":{"${NUL}":1}}`],
  ['deep metadata', `{"from":"world","to":"alice","amount":1,"metadata":{"a":[{"b":"${LONE}"}]}}`],
  ['lone surrogate', `{"from":"world","to":"alice","amount":1,"description":"${LONE}"}`],
  [
    'surrogates the wrong way round',
    `{"from":"world","to":"alice","amount":1,"description":"\\udc00\\ud800"}`,
  ],
  ['lone surrogate in an id', `{"from":"world","to":"${LONE}","amount":1}`],
  ['lone surrogate as a key', `{"from":"world","to":"alice","amount":1,"metadata":{"${LONE}":1}}`],
])('what Postgres can’t store (%s): 400', async (_, text) => {
  expectProblem(await send('POST', transfers, text), 400, 'VALIDATION_FAILED');
});

test.each([
  '0',
  '-1',
  '"0"',
  '"-1"',
  '"01"',
  '"1.0"',
  '"1e2"',
  '" 1"',
  '"1 "',
  '"+1"',
  '""',
  '"1,000"',
  '"١"',
  '"0x10"',
  '1.5',
  '1e400',
  '-1e400',
  '9007199254740992',
  '1e21',
  '123456789012345678901234567890',
  `"1${'0'.repeat(38)}"`,
  `"${'9'.repeat(10_000)}"`,
  'true',
  'null',
  '[]',
  '["1"]',
  '{}',
  '"NaN"',
  '"Infinity"',
])('the amount %s: 400', async (amount) => {
  const reply = await send('POST', transfers, `{"from":"world","to":"alice","amount":${amount}}`);
  expectProblem(reply, 400, 'VALIDATION_FAILED');
  expect(reply.body.errors.map(({ path }: Json) => path)).toContain('amount');
});

test.each<object>([
  { unknown: 1 },
  { Amount: '1' },
  { toString: '1' },
  { hasOwnProperty: 1 },
  { description: 'x'.repeat(1025) },
  { description: '' },
  { description: 5 },
  { reference: 'x'.repeat(256) },
  { reference: 'line\nbreak' },
  { reference: '' },
  { reference: 7 },
  { effective_at: '2026-11-20' },
  { effective_at: '2026-11-20T24:00:00Z' },
  { effective_at: '2026-02-30T00:00:00Z' },
  { effective_at: '1899-12-31T23:59:59Z' },
  { effective_at: '2200-01-01T00:00:00Z' },
  { effective_at: 1700000000 },
  { effective_at: '2026-11-20T00:00:60Z' },
  { metadata: [] },
  { metadata: 'x' },
  { metadata: { x: 'x'.repeat(16 * 1024) } },
  { metadata: { n: 2 ** 60 } },
  { metadata: [1, 2, 3, 4, 5, 6, 7, 8, 9].reduce<object>((inner) => ({ inner }), {}) },
  { id: 'not-a-uuid' },
  { id: '' },
  { from: '' },
  { from: '-x' },
  { from: 'a'.repeat(129) },
  { from: 'ä' },
  { from: null },
  { to: 'a b' },
  { to: { account: 'alice' } },
  { to: 'a/b' },
])('a transfer with %j: 400', async (more) => {
  expectProblem(await send('POST', transfers, body(more)), 400, 'VALIDATION_FAILED');
});

test('deep nesting: 400, not a crash', async () => {
  const deep = `{"from":"world","to":"alice","amount":1,"metadata":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;
  expectProblem(await send('POST', transfers, deep), 400, 'VALIDATION_FAILED');
});

test.each<object>([
  { type: 'wallet' },
  { type: undefined },
  { currency: 'usd' },
  { currency: 'USD/2' },
  { currency: 'BTC' },
  { currency: 'BTC/19' },
  { currency: 'BTC/08' },
  { currency: '' },
  { min_balance: '1.5' },
  { min_balance: '-0' },
  { min_balance: '5', max_balance: '4' },
  { max_balance: `1${'0'.repeat(38)}` },
  { id: 'a'.repeat(129) },
  { id: '' },
  { id: '.x' },
  { id: 'a\u0000' },
  { id: '__proto__' },
  { status: 'open' },
  { metadata: null, balance: 5 },
])('an account with %j: 400', async (more) => {
  const text = JSON.stringify({ id: 'new', type: 'liability', currency: 'USD', ...more });
  expectProblem(await send('POST', accounts, text), 400, 'VALIDATION_FAILED');
});

test('every fault of a body is named by its path', async () => {
  const text = JSON.stringify({
    entries: [
      { account: 'world', side: 'left', amount: '0' },
      { account: '', side: 'credit', amount: '1', x: 1 },
    ],
    description: 5,
  });
  const reply = await send('POST', '/v1/ledgers/main/transactions', text);
  expectProblem(reply, 400, 'VALIDATION_FAILED');
  expect(reply.body.errors.map(({ path }: Json) => path).sort()).toEqual([
    'description',
    'entries.0.amount',
    'entries.0.side',
    'entries.1.account',
    'entries.1.x',
  ]);
});

test.each([
  ['GET', '/v1/ledgers/%00'],
  ['GET', '/v1/ledgers/-x'],
  ['GET', '/v1/ledgers/main/accounts/%00'],
  ['GET', '/v1/ledgers/main/accounts/a%2Fb'],
  ['GET', '/v1/ledgers/main/accounts/%F0%9F%92%A9'],
  ['GET', `/v1/ledgers/main/accounts/${'a'.repeat(129)}`],
  ['GET', '/v1/ledgers/main/transactions/1'],
  ['GET', '/v1/ledgers/main/accounts/alice?at=x'],
  ['GET', '/v1/ledgers/main/accounts/alice?consistency=maybe'],
  ['GET', '/v1/ledgers/main/accounts/alice?min_version=-1'],
  ['GET', '/v1/ledgers/main/accounts?id_prefix=%00'],
  ['GET', '/v1/ledgers/main/accounts?balance[gt]=x'],
  ['GET', '/v1/ledgers/main/accounts?balance[near]=1'],
  ['GET', '/v1/ledgers/main/accounts?metadata[k]=%00'],
  ['GET', '/v1/ledgers/main/accounts?limit=1e3'],
  ['GET', '/v1/ledgers/main/accounts/alice/entries?from=2026'],
  ['GET', '/v1/ledgers/main/accounts/alice/statement?cursor=x'],
  ['GET', '/v1/ledgers/main/accounts?__proto__=1'],
  ['POST', '/v1/ledgers/main/accounts/a%00b/freeze'],
  ['PUT', '/v1/ledgers/a%20b'],
  ['PATCH', '/v1/ledgers/main/accounts/%20'],
])('%s %s: 400', async (method, path) => {
  const reply = await send(method, path, method === 'PUT' || method === 'PATCH' ? '{}' : undefined);
  expectProblem(reply, 400, 'VALIDATION_FAILED');
});

const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const [early, late] = ['1900-01-01T00:00:00.000000Z', '2100-01-01T00:00:00.000000Z'];

test.each([
  ['another list', 'accounts', cursor('ledgers', early, 'main')],
  ['another ledger', 'accounts', cursor('accounts other', '5')],
  ['too few parts', 'accounts', cursor('accounts main')],
  ['a number beyond bigint', 'accounts', cursor('accounts main', '9'.repeat(19))],
  ['a JSON number', 'accounts', cursor('accounts main', 5)],
  ['no list', 'transactions', cursor()],
  ['another account', 'accounts/alice/entries', cursor('entries main/world', '5')],
  ['another filter', 'transactions?account=alice', cursor('transactions main', '5')],
  ['a month that is none', '/v1/ledgers', cursor('ledgers', '2026-99-01T00:00:00.000000Z', 'main')],
  ['the year 0', 'accounts/alice/statement', statementCursor({ from: '0000-01-01T00:00:00.000000Z' })],
  [
    'an hour that is none',
    'accounts/alice/statement',
    statementCursor({ to: '9999-99-99T99:99:99.999999Z' }),
  ],
  ['a sign without a number', 'accounts/alice/statement', statementCursor({ balance: '-' })],
  ['a statement of another account', 'accounts/world/statement', statementCursor({})],
])('a cursor of %s: 400', async (_, path, forged) => {
  for (const ledger of ['main', 'nope']) {
    const whole = path.startsWith('/') ? path : `/v1/ledgers/${ledger}/${path}`;
    const reply = await send('GET', `${whole}${path.includes('?') ? '&' : '?'}cursor=${forged}`);
    expectProblem(reply, 400, 'VALIDATION_FAILED');
  }
});

/** Sends bytes as they stand; what came back until the connection ended. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1', () => socket.write(text));
    socket
      .on('data', (bytes) => (received += bytes.toString()))
      .on('error', () => {})
      .on('close', () => resolve(received));
  });
}

function statementCursor({ from = early, to = late, balance = '0' }): string {
  return cursor('statement main/alice', from, to, '5', early, '1', balance);
}

test('a cursor that is whole is taken', async () => {
  expect(
    (await send('GET', `/v1/ledgers/main/accounts/alice/statement?cursor=${statementCursor({})}`)).status,
  ).toBe(200);
});

test('two keys that differ: 400', async () => {
  const lines = [
    'POST /v1/ledgers/main/transfers HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'idempotency-key: one',
    'idempotency-key: two',
    'connection: close',
    'content-length: 2',
    '',
    '{}',
  ];
  expect(await raw(lines.join('\r\n'))).toContain('IDEMPOTENCY_KEY_INVALID');
});

test('a path with a broken percent sign is 4xx', async () => {
  const reply = await send('GET', '/v1/ledgers/%ZZ');
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
  expect(reply.body.trace_id).toBeDefined();
});

test.each([
  ['GET', '/'],
  ['GET', '/v2/ledgers'],
  ['POST', '/v1/ledgers/main/nothing'],
  ['GET', '/v1/ledgers/main/accounts/alice/nothing'],
  ['GET', '/v1//ledgers'],
  ['DELETE', '/nothing'],
])('%s %s: 404', async (method, path) => {
  expectProblem(await send(method, path), 404, 'ROUTE_NOT_FOUND');
});

test.each([
  ['DELETE', '/v1/ledgers/main', 'GET'],
  ['DELETE', '/v1/ledgers/main/accounts/alice', 'PATCH'],
  ['PUT', '/v1/ledgers/main/transfers', 'POST'],
  ['PATCH', '/v1/ledgers/main/accounts', 'POST'],
  ['POST', '/v1/ledgers', 'GET'],
])('%s %s: 405 with what is allowed', async (method, path, allowed) => {
  const reply = await send(method, path);
  expectProblem(reply, 405, 'METHOD_NOT_ALLOWED');
  expect(reply.headers.get('allow')).toContain(allowed);
});

test('an If-Match that is no ETag: 400', async () => {
  for (const tag of ['1', '"1', '"1" "2"', '"1",', 'x"1"', ''])
    expectProblem(
      await send('PATCH', `${accounts}/alice`, '{"metadata":{"a":1}}', { 'if-match': tag }),
      400,
      'VALIDATION_FAILED',
    );
});

test('a body where none is read, and a query where none is: 400', async () => {
  for (const given of ['{"reason":"x"}', '[]', '"x"', '0']) {
    expectProblem(await send('POST', `${accounts}/alice/freeze`, given), 400, 'VALIDATION_FAILED');
  }
  expectProblem(await send('POST', `${transfers}?force=true`, body({})), 400, 'VALIDATION_FAILED');
});

test('what is no HTTP is answered 400 or cut off, and the service goes on', async () => {
  for (const text of [
    'NONSENSE\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const answer = await raw(text);
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  }
  expect((await client.get('accounts/alice')).status).toBe(200);
});
