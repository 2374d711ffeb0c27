import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, type Client, type Json } from '../support/client.js';
import { code, openBank, recordedOf, standing, tally, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank(2);
  client = bank.client;
});

afterAll(() => bank?.close());

type Options = Parameters<Client['post']>[2];
const USD = 'wallet:settlement:USD';

const money = (minor_units: number | string, currency = 'USD') => ({ minor_units, currency });
const call = (operation: string, body: object, options?: Options, on: Client = client) =>
  on.post(`/v1/wallet/${operation}`, body, options);
/** Debit, credit or hold, under a reference of its own. */
const move = (
  operation: string,
  account_id: string,
  amount: object | number,
  more: object = {},
  options?: Options,
) =>
  call(
    operation,
    {
      account_id,
      amount: typeof amount === 'number' ? money(amount) : amount,
      reference_id: randomUUID(),
      ...more,
    },
    options,
  );
const held = async (account: string, amount: number): Promise<string> =>
  recordedOf(await move('hold', account, amount)).hold_id;
const read = async (id: string) => recordedOf(await client.get(`transactions/${id}`));

describe('the operations', () => {
  test('credit and debit: committed, with the entry of the wallet itself', async () => {
    const id = await bank.wallet();
    const before = await client.account(USD);
    const credit = await move('credit', id, 1250, { reason: 'top-up', reference_id: `in-${id}` });
    expect([credit.status, Object.keys(credit.body)]).toEqual([200, ['status', 'entry_id']]);
    const [transaction, leg] = credit.body.entry_id.split('.');
    const recorded = await read(transaction);
    expect(recorded).toMatchObject({
      ...{ kind: 'posting', description: 'top-up', reference: `wallet:credit:in-${id}`, metadata: {} },
    });
    expect(recorded.entries[Number(leg) - 1]).toMatchObject({ account: id, side: 'credit', amount: '1250' });
    const debit = await move('debit', id, money('250'), { reason: 'purchase', reference_id: `out-${id}` });
    expect(debit.body).toEqual({
      status: 'committed',
      entry_id: expect.stringMatching(/^[0-9a-f-]{36}\.1$/),
    });
    const taken = await read(debit.body.entry_id.split('.')[0]);
    expect(taken.entries.map(({ account, side }: Json) => [account, side])).toEqual([
      [id, 'debit'],
      [USD, 'credit'],
    ]);
    expect(await standing(client, id)).toEqual(['1000', '0', '0', '1000']);
    const grown = BigInt(await client.balance(USD)) - BigInt(before?.balances?.posted.balance ?? 0);
    expect(grown).toBe(1000n);
  });

  test('hold, then commit of all of it', async () => {
    const id = await bank.wallet(500);
    const hold = await move('hold', id, 400, { reference_id: `h-${id}` });
    expect([hold.status, hold.body]).toEqual([200, { status: 'held', hold_id: expect.any(String) }]);
    const hold_id = hold.body.hold_id;
    expect(await standing(client, id)).toEqual(['500', '400', '0', '100']);
    const commit = await call('commit', { hold_id });
    expect(commit.status).toBe(200);
    expect(commit.body).toMatchObject({ status: 'committed', entry_id: expect.stringMatching(/\.1$/) });
    expect(await standing(client, id)).toEqual(['100', '0', '0', '100']);
    const capture = await read(commit.body.entry_id.split('.')[0]);
    expect([capture.kind, capture.parent_id, capture.reference]).toEqual(['capture', hold_id, null]);
    expect((await read(hold_id)).status).toBe('captured');
    expect(code(await call('commit', { hold_id }))).toEqual([409, 'HOLD_NOT_OPEN']);
    expect(code(await call('rollback', { hold_id }))).toEqual([409, 'HOLD_NOT_OPEN']);
  });

  test('commit of a part releases the rest; rollback releases all', async () => {
    const id = await bank.wallet(500);
    const first = await held(id, 400);
    expect(code(await call('commit', { hold_id: first, amount: money(401) }))).toEqual([
      422,
      'CAPTURE_EXCEEDS_HOLD',
    ]);
    expect(code(await call('commit', { hold_id: first, amount: money(1, 'EUR') }))).toEqual([
      422,
      'CURRENCY_MISMATCH',
    ]);
    expect((await call('commit', { hold_id: first, amount: money('150') })).status).toBe(200);
    expect(await standing(client, id)).toEqual(['350', '0', '0', '350']);
    const hold_id = await held(id, 350);
    const rollback = await call('rollback', { hold_id });
    expect([rollback.status, rollback.body.status]).toEqual([200, 'rolled_back']);
    expect(await standing(client, id)).toEqual(['350', '0', '0', '350']);
    expect((await read(hold_id)).status).toBe('voided');
  });

  test('are those of the ledger: a hold of one way is closed by the other', async () => {
    const id = await bank.wallet(10);
    const ours = recordedOf(
      await client.post('holds', { from: id, to: 'world', amount: 4, reference: `x-${id}` }),
    );
    expect((await call('commit', { hold_id: ours.id })).status).toBe(200);
    const theirs = await held(id, 6);
    expect((await client.post(`holds/${theirs}/void`)).status).toBe(201);
    expect(await client.balance(id)).toBe('6');
  });

  test('can be reversed as transactions can', async () => {
    const id = await bank.wallet(10);
    const [transaction] = recordedOf(await move('debit', id, 10)).entry_id.split('.');
    expect((await client.post(`transactions/${transaction}/reverse`)).status).toBe(201);
    expect(await client.balance(id)).toBe('10');
  });
});

describe('the settlement account', () => {
  test('of a currency with an exponent: opened on first use, an unbounded asset', async () => {
    const { id } = await client.open('points', { currency: 'POINTS/0' });
    expect((await move('credit', id, money(7, 'POINTS/0'))).status).toBe(200);
    const settlement = await client.account('wallet:settlement:POINTS.0');
    expect(settlement).toMatchObject({
      ...{
        type: 'asset',
        currency: 'POINTS/0',
        min_balance: null,
        max_balance: null,
        revision: 1,
        version: 1,
      },
      balances: { posted: { balance: '7' } },
    });
    const { rows } = await bank.database.query(
      `select type, payload from journal.outbox where payload like '%POINTS%' order by sequence, aggregatetype`,
    );
    expect(rows.map(({ type }) => type)).toEqual([
      ...['ledger.account.opened', 'ledger.account.opened'],
      ...['ledger.transaction.posted', 'wallet.credit.committed'],
    ]);
  });

  test('is opened once, whoever comes first: 40 at once over two processes', async () => {
    for (const currency of ['EUR', 'GBP', 'JPY']) {
      const { id } = await client.open(`first-${currency}`, { currency });
      const body = (i: number) => ({
        account_id: id,
        amount: money(i + 1, currency),
        reference_id: `f-${currency}-${i}`,
      });
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, i) => call('credit', body(i), {}, bank.clients[i % 2])),
      );
      expect(tally(replies)).toEqual({ '200': 40 });
      expect(await client.balance(`wallet:settlement:${currency}`)).toBe('820');
      const opened = await bank.database.query(
        `select count(*)::int as n from journal.outbox where type = 'ledger.account.opened' and aggregateid = $1`,
        [`main/wallet:settlement:${currency}`],
      );
      expect(opened.rows[0].n).toBe(1);
    }
  });

  test('is not opened by what is refused', async () => {
    const { id } = await client.open('francs', { currency: 'CHF' });
    expect(code(await move('debit', id, money(1, 'CHF')))).toEqual([422, 'INSUFFICIENT_FUNDS']);
    expect((await client.get('accounts/wallet:settlement:CHF')).status).toBe(404);
  });
});

describe('refusals', () => {
  test.each<[string, () => Promise<[string, object | number]>, number, string]>([
    ['an account that is not there', async () => ['ghost', 1], 422, 'UNKNOWN_ACCOUNT'],
    ['an asset', async () => [await bank.wallet(0, { type: 'asset' }), 1], 422, 'NOT_A_WALLET'],
    ['equity', async () => [await bank.wallet(0, { type: 'equity' }), 1], 422, 'NOT_A_WALLET'],
    ['another currency', async () => [await bank.wallet(), money(1, 'EUR')], 422, 'CURRENCY_MISMATCH'],
    ['too little in it', async () => [await bank.wallet(5), 6], 422, 'INSUFFICIENT_FUNDS'],
  ])('%s', async (_, make, status, expected) => {
    const [account, amount] = await make();
    const operations = expected === 'INSUFFICIENT_FUNDS' ? ['debit', 'hold'] : ['debit', 'credit', 'hold'];
    for (const operation of operations) {
      expect(code(await move(operation, account, amount))).toEqual([status, expected]);
    }
  });

  test('frozen, closed, full', async () => {
    const [cold, shut] = [await bank.wallet(5), await bank.wallet()];
    const hold_id = await held(cold, 2);
    await client.post(`accounts/${cold}/freeze`);
    await client.post(`accounts/${shut}/close`);
    for (const operation of ['debit', 'credit', 'hold']) {
      expect(code(await move(operation, cold, 1))).toEqual([409, 'ACCOUNT_FROZEN']);
      expect(code(await move(operation, shut, 1))).toEqual([409, 'ACCOUNT_CLOSED']);
    }
    expect((await call('commit', { hold_id })).status).toBe(200);
    const full = await bank.wallet(0, { max_balance: '10' });
    expect(code(await move('credit', full, 11))).toEqual([422, 'LIMIT_EXCEEDED']);
  });

  test('of closing: no hold, and none on a wallet', async () => {
    const till = await bank.wallet(0, { type: 'asset', min_balance: null });
    const id = recordedOf(await client.post('holds', { from: till, to: 'world', amount: 1 })).id;
    for (const operation of ['commit', 'rollback']) {
      expect(code(await call(operation, { hold_id: randomUUID() }))).toEqual([404, 'HOLD_NOT_FOUND']);
      expect(code(await call(operation, { hold_id: id }))).toEqual([422, 'NOT_A_WALLET']);
    }
  });

  test('a reference is used once for each operation, for ever', async () => {
    const id = await bank.wallet(100);
    const reference_id = `once-${id}`;
    const first = await move('debit', id, 1, { reference_id });
    const again = await move('debit', id, 1, { reference_id });
    expect([...code(again), again.body.transaction_id]).toEqual([
      ...[409, 'REFERENCE_ALREADY_USED'],
      first.body.entry_id.split('.')[0],
    ]);
    for (const operation of ['credit', 'hold']) {
      expect((await move(operation, id, 1, { reference_id })).status).toBe(200);
    }
    const taken = await client.transfer('world', id, 1, { reference: `wallet:debit:${reference_id}` });
    expect(code(taken)).toEqual([409, 'REFERENCE_ALREADY_USED']);
  });

  const sound = { account_id: 'a', amount: money(1), reference_id: 'r' };
  test.each<[string, string, object, string]>([
    ['debit', 'no account', { ...sound, account_id: undefined }, 'account_id'],
    ['debit', 'no amount', { ...sound, amount: undefined }, 'amount'],
    ['credit', 'a plain amount', { ...sound, amount: 5 }, 'amount'],
    ['credit', 'nothing to move', { ...sound, amount: money(0) }, 'amount.minor_units'],
    ['hold', 'no currency', { ...sound, amount: { minor_units: 1 } }, 'amount.currency'],
    ['hold', 'a fraction', { ...sound, amount: money(1.5) }, 'amount.minor_units'],
    ['debit', 'a currency that is none', { ...sound, amount: money(1, 'usd') }, 'amount.currency'],
    ['debit', 'no reference', { ...sound, reference_id: undefined }, 'reference_id'],
    ['credit', 'an empty reference', { ...sound, reference_id: '' }, 'reference_id'],
    ['credit', 'a reference too long', { ...sound, reference_id: 'x'.repeat(241) }, 'reference_id'],
    ['hold', 'an unknown member', { ...sound, expires_in: 5 }, 'expires_in'],
    ['commit', 'no hold', {}, 'hold_id'],
    ['commit', 'a hold that is no UUID', { hold_id: 'x' }, 'hold_id'],
    ['commit', 'a plain amount', { hold_id: randomUUID(), amount: '1' }, 'amount'],
    ['rollback', 'an amount', { hold_id: randomUUID(), amount: money(1) }, 'amount'],
  ])('%s with %s: 400', async (operation, _, body, path) => {
    const reply = await call(operation, body);
    expect(code(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.errors.map((error: Json) => error.path)).toContain(path);
  });
});

describe('keys and traces', () => {
  test('either key header will do; without one nothing is done', async () => {
    const id = await bank.wallet();
    const body = { account_id: id, amount: money(5), reference_id: `keys-${id}` };
    const send = (headers: Record<string, string>) =>
      fetch(new URL('/v1/wallet/credit', client.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const codes = async (response: Response) => [response.status, ((await response.json()) as Json).code];
    expect(await codes(await send({}))).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
    const key = randomUUID();
    expect(await codes(await send({ 'idempotency-key': key, 'x-idempotency-key': 'other' }))).toEqual([
      ...[400, 'IDEMPOTENCY_KEY_INVALID'],
    ]);
    const first = await send({ 'x-idempotency-key': key });
    const again = await send({ 'idempotency-key': key });
    const both = await send({ 'idempotency-key': key, 'x-idempotency-key': key });
    const texts = await Promise.all([first, again, both].map((response) => response.text()));
    expect([first.status, new Set(texts).size]).toEqual([200, 1]);
    expect([first, again, both].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
      ...[null, 'true', 'true'],
    ]);
    expect(await client.balance(id)).toBe('5');
  });

  test('50 copies at once over two processes take effect once', async () => {
    const id = await bank.wallet(10);
    const hold_id = await held(id, 10);
    for (const [operation, body] of [
      ['credit', { account_id: id, amount: money(5), reference_id: `c-${id}` }],
      ['commit', { hold_id, amount: money(4) }],
    ] as const) {
      const key = randomUUID();
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, i) => call(operation, body, { key }, bank.clients[i % 2])),
      );
      expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(replies[0]!.status).toBe(200);
    }
    expect(await client.balance(id)).toBe('11');
    const mismatch = await call(
      'debit',
      { account_id: id, amount: money(1), reference_id: 'k' },
      { key: 'one' },
    );
    const other = await call(
      'debit',
      { account_id: id, amount: money(2), reference_id: 'k' },
      { key: 'one' },
    );
    expect([mismatch.status, ...code(other)]).toEqual([200, 422, 'IDEMPOTENCY_MISMATCH']);
  });

  test('X-Trace-Id travels to the problem and to the events', async () => {
    const id = await bank.wallet();
    const headers = { 'x-trace-id': `trace-${id}` };
    expect((await move('debit', id, 1, {}, { headers })).body.trace_id).toBe(`trace-${id}`);
    const [transaction] = recordedOf(await move('credit', id, 1, {}, { headers })).entry_id.split('.');
    const { rows } = await bank.database.query('select payload from journal.outbox where event_id = $1', [
      transaction,
    ]);
    expect(JSON.parse(rows[0].payload).trace_id).toBe(`trace-${id}`);
  });

  test('wallets are those of the ledger main', async () => {
    await client.send('PUT', '/v1/ledgers/other', {});
    const other = createClient(client.url, 'other');
    await other.open('elsewhere');
    expect(code(await move('credit', 'elsewhere', 1))).toEqual([422, 'UNKNOWN_ACCOUNT']);
  });
});
