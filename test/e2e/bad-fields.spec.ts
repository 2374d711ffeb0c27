import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type Client, type Json, type Reply } from '../support/client.js';
import { endpoints, entries, entry, money, uuid } from '../support/endpoints.js';
import { countRecords } from '../support/records.js';
import { startService, type TestService } from '../support/service.js';
import * as wrong from '../support/wrong.js';

// Every field of every endpoint: each value that it may not have is refused by its name, and nothing is recorded. That
// no field is forgotten here is found out from the description of the API, that a refusal is due to the field from
// what is sound, which is taken as it stands.

let service: TestService;
let client: Client;
let document: Json;
let recorded: Json;
let posting: string;
let hold: string;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  document = (await client.get('/openapi.json')).body;
  await client.open('world', { min_balance: null });
  for (const id of ['alice', 'bob']) await client.open(id);
  posting = (await client.transfer('world', 'alice', 1000)).body.id;
  hold = await newHold();
  recorded = await countRecords(service.databaseUrl);
});

afterAll(() => service?.stop());

const named = endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const);
const pathOf = (path: string) =>
  path
    .replace('{ledger}', 'main')
    .replace('{id}', path.includes('holds') ? hold : path.includes('accounts') ? 'alice' : posting);
// As text: the client refuses numbers that it can't send as they are.
const send = (method: Method, path: string, body?: object) =>
  client.send(method, path, body && JSON.stringify(body));
const pathsOf = ({ body }: Reply): string[] => body.errors.map((error: Json) => error.path);

/** A copy that has the value at the dotted path, with what leads there. */
function withValue(sound: Json, path: string, value: unknown): Json {
  const copy = structuredClone(sound);
  const names = path.split('.');
  // The entries of a hold stand in place of its two ends, an amount of a part in place of its share.
  if (names[0] === 'entries' && copy.from) for (const name of ['from', 'to', 'amount']) delete copy[name];
  if (names[0] === 'entries') copy.entries ??= structuredClone(entries);
  const last = names.pop()!;
  const target = names.reduce((inner, name) => inner[name], copy);
  if (names[0] === 'to' && last === 'amount') delete target.share;
  target[last] = value;
  return copy;
}

function refuses(reply: Reply, field: string): void {
  const refused = { status: reply.status, code: reply.body.code, type: reply.headers.get('content-type') };
  expect(refused).toEqual({ status: 400, code: 'VALIDATION_FAILED', type: 'application/problem+json' });
  // Within metadata, what can't be stored is named by its own path.
  expect(pathsOf(reply).filter((path) => path === field || path.startsWith(`${field}.`))).not.toEqual([]);
}

describe('a field of a body', () => {
  afterEach(async () => expect(await countRecords(service.databaseUrl)).toEqual(recorded));

  test.each(named)('%s: each wrong value of each', async (_, { method, path, sound, fields }) => {
    for (const [field, values] of Object.entries(fields)) {
      for (const value of values) {
        const body = withValue(sound, field, value);
        const reply = await send(method, pathOf(path), body);
        try {
          refuses(reply, field);
        } catch (error) {
          throw new Error(`${field}: ${JSON.stringify(value).slice(0, 200)}\n${(error as Error).message}`);
        }
      }
    }
  });

  test.each(named.filter(([, { command }]) => command))(
    '%s: the same within an atomic bulk, by the number of the command',
    async (_, { command, sound, fields }) => {
      for (const [field, values] of Object.entries(fields)) {
        // What depends on the clock is found out one command after the other.
        const early = values.filter((value) => value !== '2020-01-01T00:00:00Z');
        const commands = early.map((value) => ({ ...withValue(sound, field, value), ...command }));
        const reply = await send('POST', 'bulk', { mode: 'atomic', commands });
        const wanted = early.map((_, index) => `commands.${index}.${field}`);
        const found = pathsOf(reply);
        expect(reply.status).toBe(400);
        expect(
          wanted.filter((one) => !found.some((path) => path === one || path.startsWith(`${one}.`))),
        ).toEqual([]);
      }
    },
  );

  test.each([
    ['command', wrong.choice],
    ['idempotency_key', [5, true, {}, 'ä', 'a\nb', 'x'.repeat(256)]],
  ])('%s of a bulk’s command', async (field, values) => {
    for (const value of values) {
      const command = { command: 'transfer', from: 'world', to: 'bob', amount: 1, [field]: value };
      refuses(await send('POST', 'bulk', { mode: 'atomic', commands: [command] }), `commands.0.${field}`);
    }
  });

  test.each([
    ['capture', 'hold_id'],
    ['void', 'hold_id'],
    ['reverse', 'transaction_id'],
  ])('%s of a bulk: %s', async (command, field) => {
    for (const value of [...wrong.uuid, undefined]) {
      const reply = await send('POST', 'bulk', { mode: 'atomic', commands: [{ command, [field]: value }] });
      refuses(reply, `commands.0.${field}`);
    }
  });

  test.each<[string, string, object, string]>([
    ['transfers', 'neither amount nor up_to', { from: 'world', to: 'bob' }, 'amount'],
    ['transfers', 'both of them', { from: 'world', to: 'bob', amount: 1, up_to: 1 }, 'amount'],
    ['transfers', 'to where it comes from', { from: 'bob', to: 'bob', amount: 1 }, 'to'],
    ['transfers', 'a part with neither', { from: 'world', to: [{ account: 'bob' }], amount: 1 }, 'to.0'],
    [
      'transfers',
      'a part with both',
      { from: 'world', to: [{ account: 'bob', amount: 1, share: '1%' }], amount: 1 },
      'to.0',
    ],
    [
      'transfers',
      'two that take the rest',
      { from: 'world', to: ['alice', 'bob'].map((account) => ({ account, share: 'remaining' })), amount: 1 },
      'to.1.share',
    ],
    ['holds', 'nothing', {}, 'from'],
    ['holds', 'both forms', { from: 'world', to: 'bob', amount: 1, entries }, 'from'],
    [
      'holds',
      'two times to expire',
      { from: 'world', to: 'bob', amount: 1, expires_in: 5, expires_at: '2199-01-01T00:00:00Z' },
      'expires_in',
    ],
    [`transactions/${uuid}/reverse`, 'two reasons', { reason: 'x', description: 'y' }, 'reason'],
    [
      'transactions',
      'a time too far ahead',
      { entries, effective_at: '2199-01-01T00:00:00Z' },
      'effective_at',
    ],
  ])('POST %s with %s', async (path, _, body, field) => {
    refuses(await client.post(path, body), field);
  });

  test.each(named)('%s: one that is unknown, or missing, or null', async (_, { method, path, sound }) => {
    refuses(await send(method, pathOf(path), { ...sound, unknown: 1 }), 'unknown');
    const { requestBody } = document.paths[path][method.toLowerCase()];
    const name = requestBody.content['application/json'].schema.$ref.split('/').at(-1);
    for (const field of document.components.schemas[name].required ?? []) {
      for (const value of [undefined, null]) {
        refuses(await send(method, pathOf(path), { ...sound, [field]: value }), field);
      }
    }
  });

  test('none of the API’s is missing here', () => {
    const here = endpoints.flatMap(({ method, path, fields }) =>
      Object.keys(fields).map((field) => `${method} ${path} ${field}`),
    );
    const there = operations().flatMap(([method, path, { requestBody }]) =>
      fieldsOf(requestBody?.content['application/json'].schema ?? {}).map(
        (field) => `${method} ${path} ${field}`,
      ),
    );
    expect(here.sort()).toEqual(there.sort());
  });
});

type Method = Parameters<Client['send']>[0];

function operations(): [Method, string, Json][] {
  return Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]): [Method, string, Json] => [
      method.toUpperCase() as Method,
      path,
      operation,
    ]),
  );
}

/** The dotted paths of what a schema refers to by name: the fields of DTO classes. */
function fieldsOf(schema: Json, prefix = ''): string[] {
  const { $ref, items, allOf = [], anyOf = [], oneOf = [] } = schema;
  if ($ref) {
    const { properties } = document.components.schemas[$ref.split('/').at(-1)];
    return Object.entries<Json>(properties).flatMap(([name, inner]) => [
      `${prefix}${name}`,
      ...fieldsOf(inner, `${prefix}${name}.`),
    ]);
  }
  if (items?.$ref) return fieldsOf(items, `${prefix}0.`);
  return [...allOf, ...anyOf, ...oneOf].flatMap((one: Json) => fieldsOf(one, prefix));
}

const wholeNumbers = ['', 'x', '1.5', '1e3', '01', '+1', ' 1', '-1', '9007199254740992'];
const times = wrong.time.filter((value): value is string => typeof value === 'string' && value !== '\ud800');
const ids = ['', '-x', 'a b', 'ä', 'a/b', 'a\u0000', 'a'.repeat(129)];
const cursors = ['', 'x', 'ä', ' ', 'x'.repeat(1025), Buffer.from('["x"]').toString('base64url')];
/** Of every query parameter, by its name, whatever the endpoint. */
const parameters: Record<string, string[]> = {
  account: ids,
  after: ['', 'x', 'ä', 'x'.repeat(8193), Buffer.from('["x"]').toString('base64url')],
  at: times,
  balance: ['5'],
  'balance[gte]': ['', 'x', '1.5', '01', '-0', `1${'0'.repeat(38)}`],
  'balance[near]': ['1'],
  consistency: ['', 'maybe', 'Strong'],
  currency: ['', 'usd', 'BTC', 'USD/2', 'BTC/19'],
  cursor: cursors,
  dry_run: ['', '1', 'yes', 'TRUE'],
  from: times,
  id_prefix: ids,
  kind: ['', 'deposit'],
  limit: [...wholeNumbers, '0', '1001', '10001'],
  metadata: ['x'],
  'metadata[]': ['x'],
  'metadata[k]': ['a\u0000'],
  metadata_revision: [...wholeNumbers, '0', '2147483648'],
  min_version: wholeNumbers,
  recorded_at: [...times, '2199-01-01T00:00:00Z'],
  reference: ['', 'line\nbreak', 'a\u0000', 'x'.repeat(256)],
  status: ['', 'done'],
  to: times,
  type: ['', 'wallet'],
  wait: [...wholeNumbers, '31'],
};

describe('a query parameter', () => {
  afterEach(async () => expect(await countRecords(service.databaseUrl)).toEqual(recorded));

  test('each wrong value of each, of every endpoint', async () => {
    const missing: string[] = [];
    for (const [method, path, { parameters: declared = [] }] of operations()) {
      const sound = endpoints.find((one) => one.method === method && one.path === path)?.sound;
      for (const { name, in: place } of declared) {
        if (place !== 'query') continue;
        const forms = Object.keys(parameters).filter((form) => form === name || form.startsWith(`${name}[`));
        if (forms.length === 0) missing.push(name);
        for (const form of forms) {
          for (const value of parameters[form]!) {
            if (name === 'limit' && path.endsWith('/events') && value === '1001') continue;
            const url = `${pathOf(path)}?${new URLSearchParams({ [form]: value })}`;
            const reply = await send(method, url, sound);
            expect({ url, status: reply.status }).toEqual({ url, status: 400 });
            expect({ url, paths: pathsOf(reply) }).toEqual({
              url,
              paths: [form.includes('metadata[k') ? form : name],
            });
          }
        }
      }
    }
    expect(missing).toEqual([]);
  });

  test('recorded_at within the last ten seconds', async () => {
    for (const [, path, { parameters: declared = [] }] of operations()) {
      if (!declared.some(({ name }: Json) => name === 'recorded_at')) continue;
      refuses(await client.get(`${pathOf(path)}?recorded_at=${new Date().toISOString()}`), 'recorded_at');
    }
  });

  test('one that is unknown, or given twice', async () => {
    for (const [method, path, { parameters: declared = [] }] of operations()) {
      if (!path.startsWith('/v1/')) continue;
      const sound = endpoints.find((one) => one.method === method && one.path === path)?.sound;
      refuses(await send(method, `${pathOf(path)}?unknown=1`, sound), 'unknown');
      for (const { name, in: place } of declared) {
        if (place !== 'query') continue;
        refuses(await send(method, `${pathOf(path)}?${name}=1&${name}=1`, sound), name);
      }
    }
  });
});

describe('what a path names', () => {
  afterEach(async () => expect(await countRecords(service.databaseUrl)).toEqual(recorded));

  test('each wrong value of each, of every endpoint', async () => {
    const wrongIds = ['%00', '-x', 'a%20b', '%C3%A4', 'a%2Fb', 'a'.repeat(129)];
    for (const [method, path] of operations()) {
      const sound = endpoints.find((one) => one.method === method && one.path === path)?.sound;
      for (const name of ['ledger', 'id'].filter((one) => path.includes(`{${one}}`))) {
        const values =
          name === 'id' && !path.includes('accounts') ? [...wrongIds, '1', uuid.slice(1)] : wrongIds;
        for (const value of values)
          refuses(await send(method, pathOf(path.replace(`{${name}}`, value)), sound), name);
      }
    }
  });
});

test('what is wrong with path, query and body is named at once', async () => {
  const path = '/v1/ledgers/a%20b/transactions?dry_run=maybe';
  const reply = await send('POST', path, { entries: [entry, { ...entry, side: 'left' }], description: 5 });
  expect(reply.status).toBe(400);
  expect(pathsOf(reply)).toEqual(['ledger', 'dry_run', 'entries.1.side', 'description']);
});

test('what is sound is taken as it stands, by every endpoint', async () => {
  const refused: object[] = [];
  for (const { method, path, sound } of endpoints) {
    const place = path.includes('/holds/') ? path.replace('{id}', await newHold()) : path;
    const body = 'hold_id' in sound ? { ...sound, hold_id: await walletHold() } : sound;
    const { status, text } = await send(method, pathOf(place), body);
    if (status >= 300) refused.push({ method, path, text });
  }
  expect(refused).toEqual([]);
});

async function newHold(): Promise<string> {
  return (await client.post('holds', { from: 'alice', to: 'bob', amount: 100 })).body.id;
}

async function walletHold(): Promise<string> {
  const body = { account_id: 'alice', amount: money, reference_id: randomUUID() };
  return (await client.post('/v1/wallet/hold', body)).body.hold_id;
}
