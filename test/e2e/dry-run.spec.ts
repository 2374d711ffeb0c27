import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Json } from '../support/client.js';
import { code, openBank, recordedOf, standing, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank();
  client = bank.client;
});

afterAll(() => bank?.close());

/** Everything a command could leave behind. */
async function traces(): Promise<Json> {
  const tables = ['transactions', 'entries', 'accounts', 'account_changes', 'annotations', 'open_holds'];
  const counts = [...tables, 'command_results', 'outbox'].map(
    (table) => `(select count(*)::int from journal.${table}) as ${table}`,
  );
  return (await bank.database.query(`select ${counts.join(', ')}`)).rows[0];
}

const without = ({ id, recorded_at, effective_at, ...rest }: Json) => {
  const { expires_at, ...hold } = rest.hold ?? {};
  return { ...rest, hold, told: [id, recorded_at, effective_at, expires_at].map((value) => typeof value) };
};

/** A path and body that would record something. */
const commands: [string, () => Promise<[string, object]>][] = [
  ['a transaction', async () => ['transactions', { reference: randomUUID(), ...pair(await bank.wallet(5)) }]],
  ['a transfer', async () => ['transfers', { from: await bank.wallet(5), to: 'world', amount: 3 }]],
  ['a transfer up to', async () => ['transfers', { from: await bank.wallet(5), to: 'world', up_to: 30 }]],
  ['a hold', async () => ['holds', { from: await bank.wallet(5), to: 'world', amount: 3, expires_in: 900 }]],
  ['a capture', async () => [`holds/${await held()}/capture`, { amount: 2, keep_open: true }]],
  ['a void', async () => [`holds/${await held()}/void`, {}]],
  ['a reversal', async () => [`transactions/${await paid()}/reverse`, { amount: 2, reason: 'test' }]],
];

const pair = (from: string, amount = 5) => ({
  entries: [
    { account: from, side: 'debit', amount },
    { account: 'world', side: 'credit', amount },
  ],
});
const held = async () =>
  recordedOf(await client.post('holds', { from: await bank.wallet(5), to: 'world', amount: 5 })).id;
const paid = async () => recordedOf(await client.transfer('world', await bank.wallet(), 5)).id;

describe.each(commands)('a dry run of %s', (_, make) => {
  test('answers 200 with what would be recorded, and leaves nothing behind', async () => {
    const [path, body] = await make();
    const before = await traces();
    const key = randomUUID();
    const dry = await client.post(`${path}?dry_run=true`, body, { key });
    expect(dry.status).toBe(200);
    expect(dry.headers.get('idempotent-replayed')).toBeNull();
    expect(await traces()).toEqual(before);
    expect(code(await client.get(`transactions/${dry.body.id}`))).toEqual([404, 'TRANSACTION_NOT_FOUND']);

    // The key is as good as new, and what comes is what was shown.
    const real = await client.post(path, body, { key });
    expect(real.status).toBe(201);
    expect(real.headers.get('idempotent-replayed')).toBeNull();
    expect(without(real.body)).toEqual(without(dry.body));

    // Nor does a dry run look at what is kept under the key.
    const after = await client.post(`${path}?dry_run=true`, body, { key });
    expect(after.headers.get('idempotent-replayed')).toBeNull();
    expect(after.text).not.toBe(real.text);
  });
});

describe('a dry run', () => {
  test('needs no key, and does not look at one that no command could have', async () => {
    const from = await bank.wallet(5);
    const path = '/v1/ledgers/main/transfers?dry_run=true';
    for (const headers of [
      {},
      { 'idempotency-key': 'é' },
      { 'idempotency-key': 'a', 'x-idempotency-key': 'b' },
    ]) {
      const reply = await fetch(new URL(path, client.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
        body: JSON.stringify({ from, to: 'world', amount: 5 }),
      });
      expect(reply.status).toBe(200);
    }
  });

  test('is refused as the command would be, and the refusal is not kept', async () => {
    const from = await bank.wallet(5);
    const before = await traces();
    const key = randomUUID();
    const body = { from, to: 'world', amount: 6 };
    expect(code(await client.post('transfers?dry_run=true', body, { key }))).toEqual([
      422,
      'INSUFFICIENT_FUNDS',
    ]);
    expect(code(await client.post('transfers?dry_run=true', { ...body, to: 'ghost' }))).toEqual([
      422,
      'UNKNOWN_ACCOUNT',
    ]);
    expect(code(await client.post('transfers?dry_run=true', { ...body, amount: 0 }))).toEqual([
      400,
      'VALIDATION_FAILED',
    ]);
    expect(await traces()).toEqual(before);
    recordedOf(await client.transfer('world', from, 1));
    expect((await client.post('transfers', body, { key })).status).toBe(201);
  });

  test('claims neither id nor reference, and reserves nothing', async () => {
    const from = await bank.wallet(5);
    const body = { id: randomUUID(), reference: randomUUID(), from, to: 'world', amount: 5 };
    for (let n = 0; n < 2; n++) {
      const dry = recordedOf(await client.post('holds?dry_run=true', body));
      expect([dry.id, dry.reference, dry.status]).toEqual([body.id, body.reference, 'pending']);
    }
    expect(await standing(client, from)).toEqual(['5', '0', '0', '5']);
    expect((await client.post('transfers', body)).status).toBe(201);
    expect(code(await client.post('transfers?dry_run=true', body))).toEqual([409, 'ALREADY_EXISTS']);
    const other = { ...body, id: randomUUID() };
    expect(code(await client.post('transfers?dry_run=true', other))).toEqual([409, 'REFERENCE_ALREADY_USED']);
  });

  test('dry_run=false is for real and needs a key; any other word is 400', async () => {
    const from = await bank.wallet(5);
    const body = { from, to: 'world', amount: 1 };
    expect((await client.post('transfers?dry_run=false', body)).status).toBe(201);
    const keyless = await client.post('transfers?dry_run=false', body, { key: '' });
    expect(code(keyless)).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
    for (const word of ['1', 'yes', 'TRUE', '']) {
      expect(code(await client.post(`transfers?dry_run=${word}`, body))).toEqual([400, 'VALIDATION_FAILED']);
    }
  });

  test('among many that are for real sees the books, and they don’t see it', async () => {
    const from = await bank.wallet(100);
    const body = { from, to: 'world', amount: 1 };
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, i) => client.post(`transfers${i % 2 ? '?dry_run=true' : ''}`, body)),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map((_, i) => (i % 2 ? 200 : 201)));
    expect(await client.balance(from)).toBe('70');
    const versions = replies.filter((_, i) => i % 2 === 0).map(({ body }) => body.entries[0].version);
    expect(new Set(versions).size).toBe(30);
  });
});
