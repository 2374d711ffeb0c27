import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { createClient, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService({ QUEUE_LIMIT: '50' });
  client = createClient(service.url);
  for (const id of ['world', 'shop']) await client.open(id, { min_balance: null });
});

afterAll(() => service?.stop());

const transfer = (more: object = {}) => ({
  command: 'transfer',
  from: 'world',
  to: 'shop',
  amount: '1',
  ...more,
});
const bulk = (commands: unknown[], key: string = randomUUID(), ledger = 'main') =>
  client.post(`/v1/ledgers/${ledger}/bulk`, { mode: 'independent', commands }, { key });
const statuses = (body: Json): number[] => body.results.map(({ status }: Json) => status);
const version = async (id: string): Promise<number> => (await client.account(id)).version;

describe('independent commands', () => {
  test('take effect in order, each with its own outcome', async () => {
    const { status, body } = await bulk([
      transfer({ to: 'later' }),
      { command: 'open_account', id: 'later', type: 'liability', currency: 'USD', min_balance: '0' },
      transfer({ to: 'later' }),
      transfer({ from: 'later', amount: 'x' }),
      { command: 'transaction', entries: [{ account: 'world', side: 'debit', amount: '5' }] },
      { command: 'unheard' },
      7,
    ]);
    expect(status).toBe(200);
    expect(statuses(body)).toEqual([422, 201, 201, 400, 400, 400, 400]);
    expect(body.results[0].body.code).toBe('UNKNOWN_ACCOUNT');
    expect(body.results[3].body.errors[0].path).toBe('amount');
  });

  test('more than the queue and a batch hold go all the same', async () => {
    const before = await version('shop');
    const { status, body } = await bulk(Array.from({ length: 1_200 }, () => transfer()));
    expect(status).toBe(200);
    expect(new Set(statuses(body))).toEqual(new Set([201]));
    expect(await version('shop')).toBe(before + 1_200);
  });

  test('are counted one by one in the metrics', async () => {
    const count = async () => {
      const { text } = await client.get('/metrics');
      return Number(
        /command_duration_seconds_count\{command="transfer",code="OK"\} (\d+)/.exec(text)?.[1] ?? 0,
      );
    };
    const before = await count();
    await bulk([transfer(), transfer(), transfer({ amount: '0' })]);
    expect(await count()).toBe(before + 2);
  });
});

describe('what cannot be stored in one command', () => {
  test('is a 400 of that command alone, with its path in it', async () => {
    const { status, body } = await bulk([
      transfer(),
      transfer({ description: 'a\u0000b' }),
      transfer({ metadata: { deep: ['\ud800'] } }),
      transfer(),
    ]);
    expect(status).toBe(200);
    expect(statuses(body)).toEqual([201, 400, 400, 201]);
    expect(body.results[1].body.errors[0].path).toBe('description');
    expect(body.results[2].body.errors[0].path).toBe('metadata.deep.0');
  });

  test('in great numbers: some of it is told, for each command that has it', async () => {
    const all = JSON.parse(`[${'"\\u0000",'.repeat(1_000)}1]`) as string[];
    const { status, body } = await bulk([
      transfer({ metadata: { all } }),
      transfer(),
      transfer({ metadata: { all } }),
    ]);
    expect(status).toBe(200);
    expect(statuses(body)).toEqual([400, 201, 400]);
    for (const n of [0, 2]) expect(body.results[n].body.errors).toHaveLength(10);
  });

  test('is a 400 of the whole outside of the commands', async () => {
    const reply = await client.post('bulk', { mode: 'inde\u0000pendent', commands: [transfer()] });
    expect([reply.status, reply.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('the keys of a bulk', () => {
  test('the same bulk again: the same bytes, said to be replayed, nothing done', async () => {
    const key = randomUUID();
    const commands = [transfer(), transfer(), transfer({ to: 'nobody' })];
    const first = await bulk(commands, key);
    const before = await version('shop');
    const second = await bulk(commands, key);
    expect(second.text).toBe(first.text);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await version('shop')).toBe(before);
  });

  test('a command under the key of its own is the same in another bulk', async () => {
    const own = randomUUID();
    const before = await version('shop');
    await bulk([transfer({ idempotency_key: own })]);
    const again = await bulk([transfer(), transfer({ idempotency_key: own })]);
    expect(statuses(again.body)).toEqual([201, 201]);
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    expect(await version('shop')).toBe(before + 2);
    const other = await bulk([transfer({ idempotency_key: own, amount: '2' })]);
    expect(other.body.results[0].body.code).toBe('IDEMPOTENCY_MISMATCH');
  });

  test('no key that a caller can write stands in the way of a command without one', async () => {
    const key = randomUUID();
    for (const mark of ['#', '-', ':', '>']) {
      await client.transfer('world', 'shop', '7', {}, { key: `${key}${mark}0` });
    }
    expect(statuses((await bulk([transfer()], key)).body)).toEqual([201]);
  });
});

describe('a bulk that is refused as a whole', () => {
  test.each([
    ['too many entries', Array.from({ length: 9_000 }, () => ({ entries: Array(5).fill({}) }))],
    ['too many commands', Array(10_001).fill({})],
    ['none', []],
  ])('%s: 400, before the ledger is looked for', async (_, commands) => {
    for (const ledger of ['main', 'nope']) {
      const { status, body } = await bulk(commands, randomUUID(), ledger);
      expect([status, body.code, body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'commands']);
    }
  });

  test.each(['content-length', 'transfer-encoding'])('beyond 16 MiB (by %s): 413', async (by) => {
    const limit = 16 * 1024 * 1024;
    const text = (length: number) => {
      const head = '{"mode":"independent","commands":[{"command":"x"}]';
      return `${head}${' '.repeat(length - head.length - 1)}}`;
    };
    const send = async (length: number) => {
      const body = by === 'content-length' ? text(length) : Readable.from([text(length)]);
      const { statusCode, body: answer } = await request(`${service.url}/v1/ledgers/main/bulk`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body,
      });
      await answer.dump();
      return statusCode;
    };
    expect(await send(limit)).toBe(200);
    expect(await send(limit + 1)).toBe(413);
  });

  test('a ledger that is not there: 404', async () => {
    const { status, body } = await bulk([transfer()], randomUUID(), 'nope');
    expect([status, body.code]).toEqual([404, 'LEDGER_NOT_FOUND']);
  });
});
