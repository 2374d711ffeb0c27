import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let services: TestService[];
let database: pg.Client;
let first: Client;
let second: Client;

const names = { ann: 'token-of-ann', bob: 'token-of-bob' };

beforeAll(async () => {
  const one = await startService();
  services = [one, await startService({}, one.databaseUrl)];
  [first, second] = services.map(({ url }) => createClient(url)) as [Client, Client];
  database = new pg.Client({ connectionString: one.databaseUrl });
  await database.connect();
  await first.open('world', { min_balance: null });
});

afterAll(async () => {
  await database?.end();
  for (const service of [...(services ?? [])].reverse()) await service.stop();
});

const count = async (table: string) =>
  Number((await database.query(`select count(*) from journal.${table}`)).rows[0].count);
let accounts = 0;
const openOne = async (fields: object = {}): Promise<string> =>
  (await first.open(`a${++accounts}`, fields)).id;

describe('one request many times', () => {
  test('50 copies at once over two services take effect once and all get the same bytes', async () => {
    const id = await openOne();
    const key = randomUUID();
    const before = await count('transactions');
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 ? first : second).transfer('world', id, '100', { reference: 'fifty' }, { key }),
      ),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(49);
    expect(await count('transactions')).toBe(before + 1);
    expect(await first.balance(id)).toBe('100');
    expect((await first.account(id)).version).toBe(1);
  });

  test('50 copies of opening one account open it once: all are told 201', async () => {
    const key = randomUUID();
    const body = { id: 'opened-once', type: 'asset', currency: 'EUR' };
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? first : second).post('accounts', body, { key })),
    );
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(201);
    expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(49);
  });

  test('a refusal for want of funds is the answer for ever, even when funds have come', async () => {
    const id = await openOne();
    const key = randomUUID();
    const refused = await first.transfer(id, 'world', '5', {}, { key });
    expect([refused.status, refused.body.code]).toEqual([422, 'INSUFFICIENT_FUNDS']);
    expect(refused.headers.get('idempotent-replayed')).toBeNull();
    await first.transfer('world', id, '100');
    const again = await second.transfer(id, 'world', '5', {}, { key });
    expect([again.status, again.text]).toEqual([422, refused.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect((await second.transfer(id, 'world', '5')).status).toBe(201);
  });

  test('a conflict is replayed too', async () => {
    const id = await openOne();
    await first.transfer('world', id, 1, { reference: 'taken-already' });
    const key = randomUUID();
    const refused = await first.transfer('world', id, 2, { reference: 'taken-already' }, { key });
    const again = await second.transfer('world', id, 2, { reference: 'taken-already' }, { key });
    expect([refused.status, refused.body.code]).toEqual([409, 'REFERENCE_ALREADY_USED']);
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
      409,
      refused.text,
      'true',
    ]);
  });

  test('50 copies of a refused request get the same refusal', async () => {
    const id = await openOne();
    const key = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? first : second).transfer(id, 'world', 1, {}, { key })),
    );
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]!.status).toBe(422);
  });

  test('freezing is replayed, though the account is open again', async () => {
    const id = await openOne();
    const key = randomUUID();
    const frozen = await first.post(`accounts/${id}/freeze`, undefined, { key });
    await first.post(`accounts/${id}/unfreeze`);
    const again = await first.post(`accounts/${id}/freeze`, undefined, { key });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([200, frozen.text, '"2"']);
    expect((await first.account(id)).status).toBe('open');
  });
});

describe('another request under the key', () => {
  const mismatch = ({ status, body }: { status: number; body: Json }) => [status, body.code];

  test('is refused and takes no effect', async () => {
    const id = await openOne();
    const key = randomUUID();
    await first.transfer('world', id, '100', {}, { key });
    for (const [amount, more] of [
      ['101', {}],
      ['100', { description: 'x' }],
      ['100', { metadata: { a: 1 } }],
    ] as const)
      expect(mismatch(await second.transfer('world', id, amount, more, { key }))).toEqual([
        422,
        'IDEMPOTENCY_MISMATCH',
      ]);
    expect(await first.balance(id)).toBe('100');
    // The refusal isn't what is stored: the first answer still is.
    expect((await first.transfer('world', id, '100', {}, { key })).status).toBe(201);
  });

  test('another path is another request', async () => {
    const [a, b] = [await openOne(), await openOne()];
    const key = randomUUID();
    await first.post(`accounts/${a}/freeze`, undefined, { key });
    expect(mismatch(await first.post(`accounts/${b}/freeze`, undefined, { key }))).toEqual([
      422,
      'IDEMPOTENCY_MISMATCH',
    ]);
    expect(mismatch(await first.post(`accounts/${a}/unfreeze`, undefined, { key }))).toEqual([
      422,
      'IDEMPOTENCY_MISMATCH',
    ]);
    expect((await first.account(b)).status).toBe('open');
  });

  test('of many different ones racing under one key exactly one takes effect', async () => {
    const id = await openOne();
    const key = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? first : second).transfer('world', id, i + 1, {}, { key }),
      ),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ body }) => body.code === 'IDEMPOTENCY_MISMATCH')).toHaveLength(19);
    expect((await first.account(id)).version).toBe(1);
  });

  test('a limit of null is another request than a limit left out', async () => {
    const key = randomUUID();
    const body = { id: 'nullable', type: 'liability', currency: 'USD' };
    expect((await first.post('accounts', body, { key })).status).toBe(201);
    const other = await first.post('accounts', { ...body, min_balance: null }, { key });
    expect(mismatch(other)).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });
});

describe('the same request said otherwise', () => {
  test('order of members, blanks, numbers for amounts and null for absent do not count', async () => {
    const id = await openOne();
    const key = randomUUID();
    const said = [
      `{"from":"world","to":"${id}","amount":"1000","metadata":{"a":1,"b":2}}`,
      `{"metadata":{"b":2,"a":1},"amount":"1000","to":"${id}","from":"world"}`,
      ` { "from" : "world", "to" : "${id}",\n "amount" : 1000, "metadata":{"a":1,"b":2} } `,
      `{"from":"world","to":"${id}","amount":1e3,"metadata":{"a":1,"b":2},"description":null,"reference":null,"id":null}`,
    ];
    const replies = [];
    for (const body of said) replies.push(await first.post('transfers', body, { key }));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
      'true',
      'true',
    ]);
    expect(await first.balance(id)).toBe('1000');
  });

  test('the key may come as X-Idempotency-Key', async () => {
    const id = await openOne();
    const key = randomUUID();
    await first.transfer('world', id, 1, {}, { key });
    const body = { from: 'world', to: id, amount: 1 };
    const again = await fetch(`${services[0]!.url}/v1/ledgers/main/transfers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-idempotency-key': key },
      body: JSON.stringify(body),
    });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  });
});

describe('what is not stored', () => {
  test('a malformed request does not use up its key', async () => {
    const id = await openOne();
    const key = randomUUID();
    const results = await count('command_results');
    expect((await first.transfer('world', id, '0', {}, { key })).status).toBe(400);
    expect(
      (await first.transfer('world', id, 1, { effective_at: '2199-01-01T00:00:00Z' }, { key })).status,
    ).toBe(400);
    expect(await count('command_results')).toBe(results);
    expect((await first.transfer('world', id, '1', {}, { key })).status).toBe(201);
  });

  test('nor does what names something in its path that is not there', async () => {
    const key = randomUUID();
    const missing = createClient(services[0]!.url, 'later');
    expect((await missing.post('accounts/soon/freeze', undefined, { key })).body.code).toBe(
      'LEDGER_NOT_FOUND',
    );
    await first.send('PUT', '/v1/ledgers/later', {});
    expect((await missing.post('accounts/soon/freeze', undefined, { key })).body.code).toBe(
      'ACCOUNT_NOT_FOUND',
    );
    await missing.open('soon');
    expect((await missing.post('accounts/soon/freeze', undefined, { key })).status).toBe(200);
  });

  test('PATCH needs no key, and repeated changes nothing', async () => {
    const id = await openOne();
    const patched = await first.send('PATCH', `accounts/${id}`, { metadata: { tier: 'gold' } });
    const again = await first.send('PATCH', `accounts/${id}`, { metadata: { tier: 'gold' } });
    expect([patched.status, patched.headers.get('etag')]).toEqual([200, '"2"']);
    expect([again.status, again.text]).toEqual([200, patched.text]);
  });

  test.each([
    [undefined, undefined, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['', undefined, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['k'.repeat(256), undefined, 'IDEMPOTENCY_KEY_INVALID'],
    ['schlüssel', undefined, 'IDEMPOTENCY_KEY_INVALID'],
    ['one', 'two', 'IDEMPOTENCY_KEY_INVALID'],
  ])('key headers %p and %p: %s', async (plain, prefixed, code) => {
    const reply = await fetch(`${services[0]!.url}/v1/ledgers/main/transfers`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(plain !== undefined && { 'idempotency-key': plain }),
        ...(prefixed !== undefined && { 'x-idempotency-key': prefixed }),
      },
      // Wrong too, but that comes after the key.
      body: '{"nonsense":true}',
    });
    expect([reply.status, ((await reply.json()) as Json).code]).toEqual([400, code]);
  });
});

describe('whose key it is', () => {
  test('the same key in another ledger is another key', async () => {
    await first.send('PUT', '/v1/ledgers/branch', {});
    const branch = createClient(services[1]!.url, 'branch');
    const key = randomUUID();
    const body = { id: 'same', type: 'asset', currency: 'USD' };
    const [here, there] = [
      await first.post('accounts', body, { key }),
      await branch.post('accounts', body, { key }),
    ];
    expect([here.status, there.status]).toEqual([201, 201]);
    expect([here.body.ledger, there.body.ledger]).toEqual(['main', 'branch']);
    expect(there.headers.get('idempotent-replayed')).toBeNull();
  });

  test('two principals do not share keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'counterfoil-tokens-'));
    const file = join(folder, 'tokens');
    const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
    await writeFile(
      file,
      Object.entries(names)
        .map(([name, token]) => `${name} ${sha256(token)} read:* write:main`)
        .join('\n'),
    );
    const guarded = await startService({ API_TOKENS_FILE: file }, services[0]!.databaseUrl);
    try {
      const [ann, bob] = [names.ann, names.bob].map((token) => createClient(guarded.url, 'main', token)) as [
        Client,
        Client,
      ];
      const id = await openOne();
      const key = randomUUID();
      const replies = [
        await ann.transfer('world', id, 1, {}, { key }),
        await bob.transfer('world', id, 2, {}, { key }),
        await ann.transfer('world', id, 1, {}, { key }),
      ];
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(replies.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, null, 'true']);
      expect(await first.balance(id)).toBe('3');
      const { rows } = await database.query(
        'select distinct principal from journal.transactions where id = any($1)',
        [replies.map(({ body }) => body.id)],
      );
      expect(rows.map(({ principal }) => principal).sort()).toEqual(['ann', 'bob']);
      expect((await createClient(guarded.url).transfer('world', id, 1)).status).toBe(401);
      expect(
        await createClient(guarded.url, 'branch', names.ann)
          .open('x')
          .catch((e) => e.message),
      ).toContain('FORBIDDEN');
    } finally {
      await guarded.stop();
      await rm(folder, { recursive: true });
    }
  });
});
