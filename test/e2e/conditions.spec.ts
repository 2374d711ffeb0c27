import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Json } from '../support/client.js';
import { code, openBank, recordedOf, tally, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank(2);
  client = bank.client;
});

afterAll(() => bank?.close());

/** Moves one unit from an account, on a condition. */
const bodyOf = (from: string, condition: unknown, more: object = {}) => ({
  entries: [
    { account: from, side: 'debit', amount: 1, if: condition },
    { account: 'world', side: 'credit', amount: 1 },
  ],
  ...more,
});
const pay = (from: string, condition: unknown, on: Client = client) =>
  on.post('transactions', bodyOf(from, condition));

describe('an entry with a condition', () => {
  test.each<[object, number]>([
    [{ version: 2 }, 201],
    [{ version: 1 }, 409],
    [{ posted: { eq: '100' } }, 201],
    [{ posted: { gt: '100' } }, 409],
    [{ posted: { gt: '99', lte: 100 } }, 201],
    [{ available: { gte: '60' } }, 201],
    [{ available: { gte: '61' } }, 409],
    [{ available: { lt: '60' } }, 409],
    [{ available: { lt: 61, gt: '-50000' } }, 201],
    [{ version: 2, posted: { eq: '100' }, available: { eq: '60' } }, 201],
    [{ version: 2, posted: { eq: '100' }, available: { eq: '100' } }, 409],
  ])('%j on 100, 40 of it held: %d', async (condition, status) => {
    const from = await bank.wallet(100);
    recordedOf(await client.post('holds', { from, to: 'world', amount: 40 }));
    const reply = await pay(from, condition);
    expect(reply.status).toBe(status);
    if (status === 201) return;
    expect(reply.body).toMatchObject({ code: 'CONDITION_FAILED', account: from, entry: 0 });
    expect(await client.balance(from)).toBe('100');
  });

  test('is judged on the state before the command, in holds as in transactions', async () => {
    const from = await bank.wallet(100);
    const first = { account: from, side: 'debit', amount: 60, if: { version: 1, available: { eq: '100' } } };
    const again = { ...first, amount: 40 };
    const entries = [first, again, { account: 'world', side: 'credit', amount: 100 }];
    expect((await client.post('holds?dry_run=true', { entries })).status).toBe(200);
    expect((await client.post('transactions', { entries })).status).toBe(201);
    const late = await client.post('holds', { entries });
    expect([...code(late), late.body.version]).toEqual([409, 'CONDITION_FAILED', 3]);
  });

  test('says no before funds do, and is the answer for ever under its key', async () => {
    const from = await bank.wallet();
    const key = randomUUID();
    const refused = await client.post('transactions', bodyOf(from, { posted: { gte: 1 } }), { key });
    expect(code(refused)).toEqual([409, 'CONDITION_FAILED']);
    recordedOf(await client.transfer('world', from, 5));
    const again = await bank.clients[1]!.post('transactions', bodyOf(from, { posted: { gte: '1' } }), {
      key,
    });
    expect([again.status, again.text]).toEqual([409, refused.text]);
    expect((await client.post('transactions', bodyOf(from, { posted: { gte: 1 } }))).status).toBe(201);
  });

  test('lets one of 20 through that go by the same version, over two processes', async () => {
    const from = await bank.wallet(100);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) => pay(from, { version: 1 }, bank.clients[i % 2])),
    );
    expect(tally(replies)).toEqual({ '201': 1, CONDITION_FAILED: 19 });
    expect(await client.balance(from)).toBe('99');
  });

  test.each<[string, unknown, string]>([
    ['nothing', {}, 'entries.0.if'],
    ['a list', [], 'entries.0.if'],
    ['a version below zero', { version: -1 }, 'entries.0.if.version'],
    ['a version in parts', { version: 1.5 }, 'entries.0.if.version'],
    ['no comparison', { posted: {} }, 'entries.0.if.posted'],
    ['an unknown comparison', { posted: { ne: '1' } }, 'entries.0.if.posted'],
    ['a fraction', { available: { gte: '1.5' } }, 'entries.0.if.available'],
    ['39 digits', { available: { gte: '9'.repeat(39) } }, 'entries.0.if.available'],
    ['an unknown member', { balance: { gte: '1' } }, 'entries.0.if.balance'],
  ])('%s: 400 that names it', async (_, condition, path) => {
    const reply = await pay('world', condition);
    expect(code(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.errors.map((error: Json) => error.path)).toContain(path);
  });
});
