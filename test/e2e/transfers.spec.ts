import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Json } from '../support/client.js';
import { code, entriesOf, openBank, recordedOf, tally, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;
const MAX = '9'.repeat(38);

beforeAll(async () => {
  bank = await openBank(2);
  client = bank.client;
});

afterAll(() => bank?.close());

const upTo = (from: string, to: unknown, up_to: string | number, more: object = {}) =>
  client.post('transfers', { from, to, up_to, ...more });
const moved = (body: Json): string => body.entries[0].amount;

describe('up_to', () => {
  test('moves what is available, at most what is said', async () => {
    const from = await bank.wallet(300);
    expect(moved(recordedOf(await upTo(from, 'world', 100)))).toBe('100');
    const rest = recordedOf(await upTo(from, 'world', '500'));
    expect(entriesOf(rest)).toEqual([
      [from, 'debit', '200'],
      ['world', 'credit', '200'],
    ]);
    const empty = await upTo(from, 'world', 1);
    expect(code(empty)).toEqual([422, 'INSUFFICIENT_FUNDS']);
    expect(empty.body).toMatchObject({ account: from, available: '0' });
  });

  test('leaves what holds have promised, and the minimum', async () => {
    const from = await bank.wallet(300);
    recordedOf(await client.post('holds', { from, to: 'world', amount: 120 }));
    await client.send('PATCH', `accounts/${from}`, { min_balance: '50' });
    expect(moved(recordedOf(await upTo(from, 'world', MAX)))).toBe('130');
    await client.send('PATCH', `accounts/${from}`, { min_balance: '-70' });
    expect(moved(recordedOf(await upTo(from, 'world', MAX)))).toBe('120');
    expect(code(await upTo(from, 'world', 1))).toEqual([422, 'INSUFFICIENT_FUNDS']);
  });

  test('moves all of it from an account without a minimum', async () => {
    const from = await bank.wallet(0, { min_balance: null });
    expect(moved(recordedOf(await upTo(from, await bank.wallet(), MAX)))).toBe(MAX);
  });

  test('from an account that a debit raises: the room below its maximum', async () => {
    const from = await bank.wallet(0, { type: 'asset', max_balance: '80' });
    const to = await bank.wallet(0, { type: 'asset', min_balance: null });
    expect(moved(recordedOf(await upTo(from, to, 50)))).toBe('50');
    expect(moved(recordedOf(await upTo(from, to, 50)))).toBe('30');
    expect(code(await upTo(from, to, 50))).toEqual([422, 'INSUFFICIENT_FUNDS']);
    const free = await bank.wallet(0, { type: 'asset' });
    expect(moved(recordedOf(await upTo(free, to, 1_000)))).toBe('1000');
  });

  test('into an account that is full: LIMIT_EXCEEDED, not less', async () => {
    const to = await bank.wallet(0, { max_balance: '10' });
    expect(code(await upTo(await bank.wallet(50), to, 50))).toEqual([422, 'LIMIT_EXCEEDED']);
    expect(moved(recordedOf(await upTo(await bank.wallet(10), to, 50)))).toBe('10');
  });

  test('is answered the same again under its key, though there is more now', async () => {
    const from = await bank.wallet(5);
    const key = randomUUID();
    const first = await client.post('transfers', { from, to: 'world', up_to: 9 }, { key });
    recordedOf(await client.transfer('world', from, 100));
    const again = await client.post('transfers', { from, to: 'world', up_to: '9' }, { key });
    expect([again.text, moved(again.body)]).toEqual([first.text, '5']);
  });

  test('of 20 at once takes all there is and no more', async () => {
    const from = await bank.wallet(105);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        bank.clients[i % 2]!.post('transfers', { from, to: 'world', up_to: 10 }),
      ),
    );
    expect(tally(replies)).toEqual({ '201': 11, INSUFFICIENT_FUNDS: 9 });
    const amounts = replies.filter(({ status }) => status === 201).map(({ body }) => Number(moved(body)));
    expect(amounts.sort((a, b) => a - b)[0]).toBe(5);
    expect(await client.balance(from)).toBe('0');
  });

  test.each<[string, object, string]>([
    ['amount and up_to', { amount: 1, up_to: 1 }, 'amount'],
    ['neither', {}, 'amount'],
    ['up_to zero', { up_to: 0 }, 'up_to'],
  ])('%s: 400', async (_, body, path) => {
    const reply = await client.post('transfers', { from: 'world', to: 'x', ...body });
    expect([...code(reply), reply.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', path]);
  });
});

describe('a split', () => {
  const accounts = async () => [await bank.wallet(), await bank.wallet(), await bank.wallet()] as string[];

  test('fixed amounts first, shares of what is left, to the unit', async () => {
    const [a, fee, b] = await accounts();
    const to = [
      { account: a, share: '70%' },
      { account: fee, amount: '30' },
      { account: b, share: 'remaining' },
    ];
    const body = recordedOf(await client.post('transfers', { from: 'world', to, amount: '101' }));
    expect(entriesOf(body)).toEqual([
      ['world', 'debit', '101'],
      [a, 'credit', '50'],
      [fee, 'credit', '30'],
      [b, 'credit', '21'],
    ]);
    expect(body.kind).toBe('posting');
  });

  test('of 38 digits, by shares of ten decimals', async () => {
    const [a, b, c] = await accounts();
    const from = await bank.wallet(0, { min_balance: null });
    const to = [
      { account: a, share: '33.3333333333%' },
      { account: b, share: '33.3333333333%' },
      { account: c, share: '33.3333333334%' },
    ];
    const body = recordedOf(await client.post('transfers', { from, to, amount: MAX }));
    const [, ...parts] = body.entries.map(({ amount }: Json) => BigInt(amount));
    expect(parts.reduce((sum: bigint, part: bigint) => sum + part, 0n)).toBe(BigInt(MAX));
    const exact = [333333333333n, 333333333333n, 333333333334n].map((share) => BigInt(MAX) * share);
    parts.forEach((part: bigint, i: number) => {
      const off = part * 10n ** 12n - exact[i]!;
      expect(off < 0n ? -off : off).toBeLessThan(10n ** 12n);
    });
  });

  test('who gets nothing has no entry', async () => {
    const [a, b] = await accounts();
    const to = [
      { account: a, share: '99%' },
      { account: b, share: '1%' },
    ];
    const body = recordedOf(await client.post('transfers', { from: 'world', to, amount: 1 }));
    expect(entriesOf(body)).toEqual([
      ['world', 'debit', '1'],
      [a, 'credit', '1'],
    ]);
  });

  test('with up_to: of what could be moved', async () => {
    const [a, b] = await accounts();
    const from = await bank.wallet(45);
    const to = [
      { account: a, amount: 40 },
      { account: b, share: 'remaining' },
    ];
    expect(entriesOf(recordedOf(await upTo(from, to, 100)))).toEqual([
      [from, 'debit', '45'],
      [a, 'credit', '40'],
      [b, 'credit', '5'],
    ]);
    expect(code(await upTo(from, to, 100))).toEqual([422, 'INSUFFICIENT_FUNDS']);
    recordedOf(await client.transfer('world', from, 39));
    expect(code(await upTo(from, to, 100))).toEqual([422, 'UNBALANCED']);
  });

  test('to one account in two parts: two entries, judged together', async () => {
    const a = await bank.wallet(0, { max_balance: '10' });
    const to = [
      { account: a, amount: 4 },
      { account: a, share: '100%' },
    ];
    expect(code(await client.post('transfers', { from: 'world', to, amount: 11 }))).toEqual([
      422,
      'LIMIT_EXCEEDED',
    ]);
    const body = recordedOf(await client.post('transfers', { from: 'world', to, amount: 10 }));
    expect(body.entries.slice(1).map(({ amount, version }: Json) => [amount, version])).toEqual([
      ['4', 1],
      ['6', 2],
    ]);
  });

  test.each<[string, { amount?: number; share?: string }[], string]>([
    ['fixed amounts beyond the whole', [{ amount: 60 }, { amount: 41 }], '1'],
    ['fixed amounts below the whole', [{ amount: 60 }, { amount: 39 }], '1'],
    ['shares below 100 %', [{ share: '50%' }, { share: '49.9%' }], '100'],
    ['shares above 100 %', [{ share: '50%' }, { share: '50.0000000001%' }], '0'],
  ])('%s: UNBALANCED', async (_, parts, difference) => {
    const [a, b] = await accounts();
    const to = parts.map((part, i) => ({ account: [a, b][i], ...part }));
    const reply = await client.post('transfers', { from: 'world', to, amount: 100 });
    expect([...code(reply), reply.body.difference]).toEqual([422, 'UNBALANCED', difference]);
  });

  test.each<[string, unknown, string]>([
    ['no part', [], 'to'],
    ['from among those it goes to', [{ account: 'world', share: '100%' }], 'to.0.account'],
    ['neither amount nor share', [{ account: 'a' }], 'to.0'],
    ['amount and share', [{ account: 'a', amount: 1, share: '1%' }], 'to.0'],
    ['two that get the rest', ['a', 'b'].map((account) => ({ account, share: 'remaining' })), 'to.1.share'],
    ['a share of nothing', [{ account: 'a', share: '0%' }], 'to.0.share'],
    ['a share beyond all', [{ account: 'a', share: '100.1%' }], 'to.0.share'],
    ['a share as a number', [{ account: 'a', share: 70 }], 'to.0.share'],
    ['eleven decimals', [{ account: 'a', share: '1.00000000001%' }], 'to.0.share'],
    ['200 parts', Array.from({ length: 200 }, () => ({ account: 'a', amount: 1 })), 'to'],
    ['an unknown member', [{ account: 'a', share: '100%', fee: 1 }], 'to.0.fee'],
  ])('%s: 400 that names it', async (_, to, path) => {
    const reply = await client.post('transfers', { from: 'world', to, amount: 200 });
    expect([...code(reply), reply.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', path]);
  });

  test('199 parts are taken', async () => {
    const a = await bank.wallet();
    const to = Array.from({ length: 199 }, () => ({ account: a, amount: 1 }));
    const body = recordedOf(await client.post('transfers', { from: 'world', to, amount: 199 }));
    expect(body.entries).toHaveLength(200);
  });

  test('an unknown, frozen or closed part refuses all of it', async () => {
    const [a, b] = await accounts();
    const to = (account: string) => [
      { account: a, share: '50%' },
      { account, share: '50%' },
    ];
    const send = (account: string) =>
      client.post('transfers', { from: 'world', to: to(account), amount: 10 });
    expect(code(await send('ghost'))).toEqual([422, 'UNKNOWN_ACCOUNT']);
    await client.post(`accounts/${b}/freeze`);
    expect(code(await send(b!))).toEqual([409, 'ACCOUNT_FROZEN']);
    await client.post(`accounts/${b}/close`);
    expect(code(await send(b!))).toEqual([409, 'ACCOUNT_CLOSED']);
    expect(await client.balance(a!)).toBe('0');
  });
});
