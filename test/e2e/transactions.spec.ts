import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, eventually, type Client, type Json, type Reply } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
const MAX = '9'.repeat(38);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  await client.open('cash', { type: 'asset', min_balance: null });
  await client.open('world', { min_balance: null });
  await client.open('eur', { currency: 'EUR', min_balance: null });
  await client.open('eur2', { currency: 'EUR', type: 'asset', min_balance: null });
  for (const id of ['frozen', 'closed']) await client.open(id);
  await client.post('accounts/frozen/freeze');
  await client.post('accounts/closed/close');
});

afterAll(() => service?.stop());

const entry = (account: string, side: string, amount: string | number, more: object = {}) => ({
  account,
  side,
  amount,
  ...more,
});
const debit = (account: string, amount: string | number, more?: object) =>
  entry(account, 'debit', amount, more);
const credit = (account: string, amount: string | number, more?: object) =>
  entry(account, 'credit', amount, more);
const postEntries = (entries: object[], more: object = {}) =>
  client.post('transactions', { entries, ...more });
const code = ({ status, body }: Reply) => [status, body.code];
let count = 0;
const openOne = async (fields: object = {}): Promise<string> => (await client.open(`t${++count}`, fields)).id;

describe('posting', () => {
  test('answers with the transaction, each entry with the balances after it', async () => {
    const id = await openOne();
    const reply = await postEntries([debit('cash', 1000), credit(id, '1000')], {
      reference: 'order-1',
      description: 'top-up',
      effective_at: '2026-11-20T01:00:00+01:00',
      metadata: { order: { n: 1.5, list: [null, true] } },
    });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ledger: 'main',
      kind: 'posting',
      status: 'posted',
      reference: 'order-1',
      description: 'top-up',
      effective_at: '2026-11-20T00:00:00.000000Z',
      recorded_at: expect.stringMatching(TIME),
      metadata: { order: { n: 1.5, list: [null, true] } },
      parent_id: null,
      entries: [
        expect.objectContaining({ account: 'cash', side: 'debit', amount: '1000', currency: 'USD' }),
        {
          account: id,
          side: 'credit',
          amount: '1000',
          currency: 'USD',
          version: 1,
          balances: {
            posted: { debits: '0', credits: '1000', balance: '1000' },
            pending: { debits: '0', credits: '0' },
            available: '1000',
          },
        },
      ],
    });
    const read = await client.get(`transactions/${reply.body.id}`);
    expect([read.status, read.body]).toEqual([200, reply.body]);
    expect((await client.get(`transactions/${reply.body.id.toUpperCase()}`)).body).toEqual(reply.body);
  });

  test('optional members are present as null, and an absent effective time is the recorded one', async () => {
    const { body } = await postEntries([debit('cash', 1), credit('world', 1)]);
    expect([body.reference, body.description, body.parent_id, body.metadata]).toEqual([null, null, null, {}]);
    expect(body.effective_at).toBe(body.recorded_at);
  });

  test('a transfer debits from and credits to', async () => {
    const id = await openOne();
    const { status, body } = await client.transfer('world', id, 250, {
      description: 'hello',
      metadata: { a: 1 },
    });
    expect(status).toBe(201);
    expect(body.entries.map(({ account, side, amount }: Json) => [account, side, amount])).toEqual([
      ['world', 'debit', '250'],
      [id, 'credit', '250'],
    ]);
    expect([body.description, body.metadata, body.kind]).toEqual(['hello', { a: 1 }, 'posting']);
  });

  test('an account twice in one transaction moves step by step, and its limits judge the net', async () => {
    const id = await openOne();
    const { status, body } = await postEntries([
      debit(id, 70),
      credit(id, 100),
      debit('cash', 30),
      debit(id, 30),
      credit('world', 30),
    ]);
    expect(status).toBe(201);
    const own = body.entries.filter(({ account }: Json) => account === id);
    expect(own.map(({ version, balances }: Json) => [version, balances.posted.balance])).toEqual([
      [1, '-70'],
      [2, '30'],
      [3, '0'],
    ]);
    expect((await client.account(id)).version).toBe(3);
    expect(code(await postEntries([debit(id, 101), credit(id, 100), credit('cash', 1)]))).toEqual([
      422,
      'INSUFFICIENT_FUNDS',
    ]);
  });

  test('200 entries are taken, 1 and 201 are not', async () => {
    const id = await openOne();
    const many = (n: number) =>
      Array.from({ length: n }, (_, i) => (i % 2 ? credit(id, 1) : debit('cash', 1)));
    const { status, body } = await postEntries(many(200));
    expect([status, body.entries.length]).toEqual([201, 200]);
    expect(await client.balance(id)).toBe('100');
    expect(code(await postEntries(many(202)))).toEqual([400, 'VALIDATION_FAILED']);
    expect(code(await postEntries(many(1)))).toEqual([400, 'VALIDATION_FAILED']);
    expect(code(await postEntries([]))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('several currencies, each balanced by itself', async () => {
    const { status } = await postEntries([
      debit('cash', 100),
      credit('world', 100),
      debit('eur2', 93),
      credit('eur', 93),
    ]);
    expect(status).toBe(201);
    const refused = await postEntries([debit('cash', 100), credit('eur', 100)]);
    expect(code(refused)).toEqual([422, 'UNBALANCED']);
    expect(refused.body).toMatchObject({ currency: 'USD', difference: '100' });
  });

  test('the caller may choose the id, once over all ledgers', async () => {
    const id = randomUUID();
    const legs = [debit('cash', 1), credit('world', 1)];
    expect((await postEntries(legs, { id: id.toUpperCase() })).body.id).toBe(id);
    const again = await postEntries(legs, { id });
    expect(code(again)).toEqual([409, 'ALREADY_EXISTS']);
    await client.send('PUT', '/v1/ledgers/elsewhere', {});
    const elsewhere = createClient(service.url, 'elsewhere');
    await elsewhere.open('a', { min_balance: null });
    await elsewhere.open('b', { min_balance: null });
    expect(code(await elsewhere.transfer('a', 'b', 1, { id }))).toEqual([409, 'ALREADY_EXISTS']);
    expect((await elsewhere.get(`transactions/${id}`)).body.code).toBe('TRANSACTION_NOT_FOUND');
    const taken = await client.transfer('world', 'cash', 1, { reference: 'both' });
    expect((await elsewhere.transfer('a', 'b', 1, { reference: 'both' })).status).toBe(201);
    expect(taken.status).toBe(201);
  });

  test('38 digits are exact throughout, and a total beyond them is refused', async () => {
    const [a, b] = [await openOne({ min_balance: null }), await openOne()];
    const { status, body } = await client.transfer(a, b, MAX);
    expect(status).toBe(201);
    expect(body.entries[1]).toMatchObject({
      amount: MAX,
      balances: { posted: { credits: MAX, balance: MAX }, available: MAX },
    });
    expect((await client.account(b)).balances.posted).toEqual({ debits: '0', credits: MAX, balance: MAX });
    expect((await client.account(a)).balances.posted.balance).toBe(`-${MAX}`);
    expect((await client.get(`accounts/${b}/entries`)).body.data[0].posted).toBe(MAX);
    expect((await client.get(`accounts/${b}/statement`)).body).toMatchObject({
      opening: '0',
      closing: MAX,
      lines: [{ amount: MAX, balance: MAX }],
    });
    const more = await client.transfer('world', b, 1);
    expect(code(more)).toEqual([422, 'AMOUNT_OVERFLOW']);
    expect(more.body.account).toBe(b);
    const odd = '12345678901234567890123456789012345678';
    const c = await openOne();
    await client.transfer('world', c, odd);
    expect(await client.balance(c)).toBe(odd);
    await eventually(async () => (await client.get(`accounts/${b}?consistency=eventual`)).body.version === 1);
    expect((await client.get(`accounts/${b}?consistency=eventual`)).body.balances.posted.balance).toBe(MAX);
    await eventually(async () => (await client.get(`accounts/${c}?consistency=eventual`)).body.version === 1);
    const { body: list } = await client.get(`accounts?balance[eq]=${odd}`);
    expect(list.data.map(({ id }: Json) => id)).toEqual([c]);
  });
});

describe('refusals', () => {
  test('name what is wrong in members for programs', async () => {
    const id = await openOne({ max_balance: '1000' });
    await client.transfer('world', id, 500, { reference: 'first-500' });
    const owner = (await client.get('transactions?reference=first-500')).body.data[0]?.id;

    const poor = await client.transfer(id, 'world', 750);
    expect(code(poor)).toEqual([422, 'INSUFFICIENT_FUNDS']);
    expect(poor.body).toMatchObject({
      type: '/problems/insufficient-funds',
      title: 'Insufficient funds',
      status: 422,
      detail: `account ${id} has 500 available, 750 needed`,
      account: id,
      available: '500',
      required: '750',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(poor.headers.get('content-type')).toBe('application/problem+json');

    const full = await client.transfer('world', id, 501);
    expect(code(full)).toEqual([422, 'LIMIT_EXCEEDED']);
    expect(full.body).toMatchObject({ account: id, balance: '500', required: '501', max_balance: '1000' });

    const used = await client.transfer('world', id, 1, { reference: 'first-500' });
    expect(code(used)).toEqual([409, 'REFERENCE_ALREADY_USED']);
    expect(used.body.reference).toBe('first-500');
    if (owner) expect(used.body.transaction_id).toBe(owner);

    const ghost = await client.transfer('world', 'ghost', 1);
    expect([...code(ghost), ghost.body.account]).toEqual([422, 'UNKNOWN_ACCOUNT', 'ghost']);
    const cross = await client.transfer('world', 'eur', 1);
    expect([...code(cross), cross.body.account]).toEqual([422, 'CURRENCY_MISMATCH', 'eur']);
    const named = await postEntries([
      debit('cash', 1, { currency: 'EUR' }),
      credit('world', 1, { currency: 'USD' }),
    ]);
    expect([...code(named), named.body.account]).toEqual([422, 'CURRENCY_MISMATCH', 'cash']);
    const cold = await client.transfer('world', 'frozen', 1);
    expect([...code(cold), cold.body.account]).toEqual([409, 'ACCOUNT_FROZEN', 'frozen']);
    const shut = await client.transfer('world', 'closed', 1);
    expect([...code(shut), shut.body.account]).toEqual([409, 'ACCOUNT_CLOSED', 'closed']);
  });

  test('the trace id is the caller’s', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const reply = await client.post('transfers', { from: 'world', to: 'ghost', amount: 1 }, { headers });
    expect(reply.body.trace_id).toBe(trace);
  });

  test('what is not there: 404', async () => {
    const nowhere = createClient(service.url, 'nowhere');
    expect(code(await nowhere.transfer('a', 'b', 1))).toEqual([404, 'LEDGER_NOT_FOUND']);
    expect(code(await nowhere.get('transactions'))).toEqual([404, 'LEDGER_NOT_FOUND']);
    expect(code(await nowhere.get(`transactions/${randomUUID()}`))).toEqual([404, 'LEDGER_NOT_FOUND']);
    expect(code(await client.get(`transactions/${randomUUID()}`))).toEqual([404, 'TRANSACTION_NOT_FOUND']);
  });

  test('a transfer to itself: 400', async () => {
    const reply = await client.transfer('cash', 'cash', 1);
    expect([...code(reply), reply.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'to']);
  });

  test('an effective time more than five minutes ahead: 400; less is taken', async () => {
    const ahead = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    expect((await client.transfer('world', 'cash', 1, { effective_at: ahead(270) })).status).toBe(201);
    const reply = await client.transfer('world', 'cash', 1, { effective_at: ahead(330) });
    expect([...code(reply), reply.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'effective_at']);
  });

  describe('of two that apply, the first in the contract’s order', () => {
    const id = randomUUID();
    const taken = { id };
    const legs = [debit('cash', 1), credit('world', 1)];
    beforeAll(async () => {
      await postEntries(legs, { id, reference: 'precedence' });
      await client.open('poor');
      await client.open('full', { max_balance: '0' });
      await client.open('at-max', { min_balance: null });
      await client.open('min-max', { min_balance: null });
      await client.transfer('min-max', 'at-max', MAX);
    });

    test.each<[string, () => Promise<Reply>]>([
      ['VALIDATION_FAILED', () => createClient(service.url, 'nowhere').post('transactions', { entries: [] })],
      [
        'LEDGER_NOT_FOUND',
        () => createClient(service.url, 'nowhere').post('transactions', { entries: legs, ...taken }),
      ],
      ['ALREADY_EXISTS', () => postEntries(legs, { ...taken, reference: 'precedence' })],
      [
        'REFERENCE_ALREADY_USED',
        () => postEntries([debit('ghost', 1), credit('world', 1)], { reference: 'precedence' }),
      ],
      ['UNKNOWN_ACCOUNT', () => postEntries([debit('cash', 1, { currency: 'EUR' }), credit('ghost', 2)])],
      ['UNKNOWN_ACCOUNT', () => client.transfer('eur', 'ghost', 1)],
      ['CURRENCY_MISMATCH', () => postEntries([debit('cash', 1, { currency: 'EUR' }), credit('closed', 2)])],
      ['CURRENCY_MISMATCH', () => client.transfer('closed', 'eur', 1)],
      ['UNBALANCED', () => postEntries([debit('closed', 1), credit('frozen', 2)])],
      ['ACCOUNT_CLOSED', () => postEntries([debit('frozen', 1), credit('closed', 1)])],
      ['ACCOUNT_FROZEN', () => client.transfer('poor', 'frozen', 1)],
      ['INSUFFICIENT_FUNDS', () => client.transfer('poor', 'full', 1)],
      [
        'LIMIT_EXCEEDED',
        () => postEntries([credit('full', 1), debit('world', 1), credit('at-max', 1), debit('world', 1)]),
      ],
      ['AMOUNT_OVERFLOW', () => client.transfer('world', 'at-max', 1)],
    ])('%s', async (expected, run) => {
      expect((await run()).body.code).toBe(expected);
    });
  });
});

describe('limits', () => {
  test('a negative minimum is an overdraft; null is none', async () => {
    const id = await openOne({ min_balance: '-100' });
    expect((await client.transfer(id, 'world', 100)).status).toBe(201);
    const over = await client.transfer(id, 'world', 1);
    expect(over.body).toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: '-100', required: '1' });
  });

  test('a debit-normal account is judged by its own side', async () => {
    const id = await openOne({ type: 'asset', max_balance: '10' });
    expect((await client.transfer('world', id, 1)).body.code).toBe('INSUFFICIENT_FUNDS');
    expect((await client.transfer(id, 'world', 11)).body.code).toBe('LIMIT_EXCEEDED');
    expect((await client.transfer(id, 'world', 10)).status).toBe(201);
    expect(await client.balance(id)).toBe('10');
  });

  test('an account below a raised minimum may still receive, but not give', async () => {
    const id = await openOne();
    await client.transfer('world', id, 50);
    expect((await client.send('PATCH', `accounts/${id}`, { min_balance: '100' })).status).toBe(200);
    expect((await client.transfer('world', id, 10)).status).toBe(201);
    expect((await client.transfer(id, 'world', 1)).body.code).toBe('INSUFFICIENT_FUNDS');
    expect((await postEntries([debit(id, 5), credit(id, 5)])).status).toBe(201);
  });

  test('an account above a lowered maximum may still give, but not receive', async () => {
    const id = await openOne();
    await client.transfer('world', id, 50);
    await client.send('PATCH', `accounts/${id}`, { max_balance: '20' });
    expect((await client.transfer(id, 'world', 10)).status).toBe(201);
    expect((await client.transfer('world', id, 1)).body.code).toBe('LIMIT_EXCEEDED');
  });
});

describe('finding transactions', () => {
  let found: Client;
  const ids: string[] = [];
  const times: string[] = [];
  let recorded = 10;

  beforeAll(async () => {
    await client.send('PUT', '/v1/ledgers/found', {});
    found = createClient(service.url, 'found');
    for (const id of ['a', 'b', 'c']) await found.open(id, { min_balance: null });
    for (let i = 0; i < 10; i++) {
      const more = { reference: `ref-${i}`, metadata: { parity: i % 2 ? 'odd' : 'even', n: i } };
      const { body } = await found.transfer('a', i < 3 ? 'b' : 'c', i + 1, more);
      ids.unshift(body.id);
      times.unshift(body.recorded_at);
    }
    await eventually(async () => (await found.get('transactions')).body.data.length === 10);
  });

  const list = async (query: string) =>
    (await found.get(`transactions?${query}`)).body.data.map(({ id }: Json) => id);

  test('newest first, by each filter', async () => {
    expect(await list('')).toEqual(ids);
    expect(await list('reference=ref-4')).toEqual([ids[5]]);
    expect(await list('account=b')).toEqual(ids.slice(7));
    expect(await list('account=ghost')).toEqual([]);
    expect(await list('kind=posting')).toEqual(ids);
    expect(await list('kind=reversal')).toEqual([]);
    expect(await list('status=posted')).toEqual(ids);
    expect(await list('status=pending')).toEqual([]);
    expect(await list('metadata[parity]=odd')).toEqual(ids.filter((_, i) => i % 2 === 0));
    expect(await list('metadata[parity]=odd&account=b')).toEqual([ids[8]]);
    expect(await list(`from=${times[4]}`)).toEqual(ids.slice(0, 5));
    expect(await list(`to=${times[4]}`)).toEqual(ids.slice(5));
    expect(await list(`from=${times[6]}&to=${times[2]}`)).toEqual(ids.slice(3, 7));
  });

  test('rows are whole transactions', async () => {
    const { body } = await found.get('transactions?limit=1');
    expect(body.data[0]).toEqual((await found.get(`transactions/${ids[0]}`)).body);
  });

  test.each(['', 'account=a&', 'metadata[parity]=even&'])(
    'page by page with %p, undisturbed by new rows',
    async (filter) => {
      await eventually(async () => (await list('limit=1000')).length === recorded);
      const all = await list(filter);
      const seen: string[] = [];
      let cursor = '';
      do {
        const { body }: Reply = await found.get(
          `transactions?${filter}limit=3${cursor && `&cursor=${cursor}`}`,
        );
        expect(body.data.length).toBeLessThanOrEqual(3);
        seen.push(...body.data.map(({ id }: Json) => id));
        cursor = body.next_cursor;
        await found.transfer('a', 'c', 1, { metadata: { parity: 'even' } });
        recorded++;
      } while (cursor);
      expect(seen).toEqual(all);
    },
  );

  test.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=1.5',
    'cursor=nonsense',
    'kind=other',
    'status=other',
    'from=yesterday',
    'unknown=1',
    'metadata=1',
    'reference=',
  ])('%s: 400', async (query) => {
    expect(code(await found.get(`transactions?${query}`))).toEqual([400, 'VALIDATION_FAILED']);
  });
});
