import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from '@jest/globals';
import {
  ConnectionError,
  CounterfoilError,
  createClient,
  isCode,
  isProblem,
  type ClientOptions,
} from '@counterfoil/client';
import { description, undescribed } from '../support/answers.js';
import { eventually, type Json } from '../support/client.js';
import {
  answers,
  drops,
  forwardsTo,
  keepsSilent,
  startScripted,
  type Step,
} from '../support/scripted-server.js';
import { startService, type TestService } from '../support/service.js';

const problem = (status: number, code: string) => ({
  type: `/problems/${code.toLowerCase()}`,
  title: code,
  status,
  code,
  detail: 'because',
  trace_id: 'a1',
});
const busy = answers(503, problem(503, 'OVERLOADED'));
const fine = answers(200, { id: 'alice' });
const quick = { attempts: 4, firstWaitMs: 1, longestWaitMs: 2 };

describe('a call', () => {
  let server: Awaited<ReturnType<typeof startScripted>>;
  afterEach(() => server.stop());

  async function clientOf(steps: Step[], options: Partial<ClientOptions> = {}) {
    server = await startScripted(...steps);
    return createClient({ url: server.url, retry: quick, ...options });
  }
  const keys = () => server.seen.map(({ headers }) => headers['idempotency-key']);
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: unknown) => error as Json,
    );

  test.each<[string, Step]>([
    ['OVERLOADED', busy],
    ['RATE_LIMITED', answers(429, problem(429, 'RATE_LIMITED'))],
    ['UNAVAILABLE', answers(503, problem(503, 'UNAVAILABLE'))],
    ['a proxy’s 502', answers(502, '<h1>Bad gateway</h1>')],
    ['a connection that breaks', drops],
  ])('is sent again under its key after %s', async (_, step) => {
    const client = await clientOf([step, step, fine]);
    await client.accounts.freeze('alice');
    expect(server.seen.length).toBe(3);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(server.seen.map(({ method, path, body }) => `${method} ${path} ${body}`)).size).toBe(1);
  });

  it('is sent again under its key when no answer comes in time', async () => {
    const client = await clientOf([keepsSilent, fine], { timeoutMs: 200 });
    await client.accounts.freeze('alice');
    expect(new Set(keys()).size).toBe(1);
    expect(keys().length).toBe(2);
  });

  it('has a key of its own, or the one it is given', async () => {
    const client = await clientOf([fine]);
    await client.accounts.freeze('alice');
    await client.accounts.freeze('alice');
    await client.accounts.freeze('alice', { idempotencyKey: 'mine' });
    expect(new Set(keys()).size).toBe(3);
    expect(keys()[2]).toBe('mine');
  });

  it('waits for Retry-After', async () => {
    const client = await clientOf([answers(503, problem(503, 'OVERLOADED'), { 'retry-after': '1' }), fine]);
    await client.accounts.get('alice');
    const [first, second] = server.seen.map(({ at }) => at);
    expect(second! - first!).toBeGreaterThan(980);
  });

  it('does not wait for a Retry-After beyond its bound', async () => {
    const client = await clientOf([answers(429, problem(429, 'RATE_LIMITED'), { 'retry-after': '3600' })]);
    const error = await failure(client.accounts.freeze('alice', { idempotencyKey: 'k' }));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 3_600_000, idempotencyKey: 'k' });
    expect(server.seen.length).toBe(1);
  });

  it('ends with the last refusal when all attempts are used', async () => {
    const client = await clientOf([busy]);
    const error = await failure(client.accounts.freeze('alice', { idempotencyKey: 'k' }));
    expect(error).toBeInstanceOf(CounterfoilError);
    expect(error).toMatchObject({ code: 'OVERLOADED', status: 503, traceId: 'a1', idempotencyKey: 'k' });
    expect(server.seen.length).toBe(quick.attempts);
  });

  it('ends with a ConnectionError, which has the key, when no attempt is answered', async () => {
    const client = await clientOf([drops]);
    const error = await failure(client.accounts.freeze('alice'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.idempotencyKey).toBe(keys()[0]);
    expect(server.seen.length).toBe(quick.attempts);
  });

  test.each([
    [400, 'VALIDATION_FAILED'],
    [409, 'ALREADY_EXISTS'],
    [422, 'INSUFFICIENT_FUNDS'],
    [500, 'INTERNAL'],
  ])('is not sent again after %i %s', async (status, code) => {
    const client = await clientOf([answers(status, problem(status, code)), fine]);
    expect(await failure(client.accounts.freeze('alice'))).toMatchObject({ code, status });
    expect(server.seen.length).toBe(1);
  });

  test.each<[string, Step, number]>([
    ['a success that is no JSON', answers(200, '<h1>Log in</h1>'), 200],
    ['a redirect', answers(307, '', { location: '/elsewhere' }), 307],
    ['a refusal that is no problem document', answers(404, '<h1>Not found</h1>'), 404],
  ])('does not take %s for an answer of the service', async (_, step, status) => {
    const client = await clientOf([step, fine]);
    const error = await failure(client.accounts.get('alice'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.status).toBe(status);
    expect(server.seen.length).toBe(1);
  });

  it('ends with the signal, in a wait as in an attempt', async () => {
    const waiting = new AbortController();
    const client = await clientOf([
      answers(503, problem(503, 'OVERLOADED'), { 'retry-after': '30' }),
      keepsSilent,
    ]);
    const call = failure(client.accounts.get('alice', {}, { signal: waiting.signal }));
    await eventually(async () => server.seen.length === 1);
    waiting.abort(new Error('enough'));
    expect((await call).message).toBe('enough');

    const asking = new AbortController();
    const second = failure(client.accounts.get('alice', {}, { signal: asking.signal }));
    await eventually(async () => server.seen.length === 2);
    asking.abort(new Error('enough again'));
    expect((await second).message).toBe('enough again');
    expect(await failure(client.accounts.get('alice', {}, { signal: asking.signal }))).toBeInstanceOf(Error);
    expect(server.seen.length).toBe(2);
  });

  it('that has a condition is not sent again when it may have been done', async () => {
    const client = await clientOf([drops, answers(503, problem(503, 'UNAVAILABLE')), busy, fine]);
    const update = () => failure(client.accounts.update('alice', { metadata: {} }, { ifMatch: 3 }));
    expect(await update()).toBeInstanceOf(ConnectionError);
    expect(await update()).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await update()).toBeUndefined();
    expect(server.seen.map(({ headers }) => headers['if-match'])).toEqual(Array(4).fill('"3"'));
  });

  it('says what it was given: bigints exactly, ids as one segment, filters in brackets', async () => {
    const client = await clientOf([answers(200, { data: [], next_cursor: null })]);
    const amount = 10n ** 37n + 1n;
    await client.transfers.create({ from: 'a', to: 'b', amount });
    expect(server.seen[0]!.body).toBe(`{"from":"a","to":"b","amount":"1${'0'.repeat(36)}1"}`);
    await client.accounts.get('a@b:c/../d');
    expect(server.seen[1]!.path).toBe('/v1/ledgers/main/accounts/a%40b%3Ac%2F..%2Fd');
    await client.accounts.list({ metadata: { 'a b': 'ä&' }, balance: { gte: amount }, limit: 5 }).page();
    expect(decodeURIComponent(server.seen[2]!.path)).toBe(
      `/v1/ledgers/main/accounts?metadata[a+b]=ä&&balance[gte]=${amount}&limit=5`,
    );
  });

  it('with a number that is not exact, or an id that leads elsewhere, is refused before it is sent', async () => {
    const client = await clientOf([fine]);
    for (const amount of [2 ** 53, NaN, Infinity]) {
      // @ts-expect-error amounts are no numbers
      const call = client.transfers.create({ from: 'a', to: 'b', amount });
      expect(await failure(call)).toBeInstanceOf(TypeError);
    }
    for (const id of ['', '.', '..']) expect(() => client.accounts.close(id)).toThrow(TypeError);
    expect(server.seen.length).toBe(0);
  });

  it('shows the token, asked for at each attempt', async () => {
    let asked = 0;
    const client = await clientOf([busy, fine], { token: () => `token-${++asked}` });
    await client.accounts.get('alice');
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });
});

describe('with the service', () => {
  let service: TestService;
  const asked = new Set<string>();
  const wrong: string[] = [];

  /** Looks at every answer on its way. */
  const watching: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { status, headers } = response;
    const text = await response.clone().text();
    const body: unknown = /[/+]json/.test(headers.get('content-type') ?? '') ? JSON.parse(text) : undefined;
    const url = String(input);
    const found = undescribed(init!.method!, url, { status, headers, body });
    wrong.push(...found);
    asked.add(`${init!.method} ${new URL(url).pathname}`);
    return response;
  };

  const client = () => createClient({ url: service.url, retry: quick, fetch: watching });

  beforeAll(async () => {
    service = await startService();
    await client().accounts.open({ id: 'world', type: 'asset', currency: 'USD', min_balance: null });
  });
  afterEach(() => expect(wrong.splice(0)).toEqual([]));
  afterAll(() => service?.stop());

  test('ledgers are made, read and listed', async () => {
    const { ledgers, withLedger } = client();
    expect(await ledgers.put('branch', { description: 'Books of the branch' })).toMatchObject({
      id: 'branch',
    });
    expect(await ledgers.put('branch', { metadata: { a: 1 } })).toMatchObject({ description: null });
    expect((await ledgers.get('branch')).metadata).toEqual({ a: 1 });
    const ids: string[] = [];
    for await (const { id } of ledgers.list({ limit: 1 })) ids.push(id);
    expect(ids).toEqual(['branch', 'main']);
    const account = await withLedger('branch').accounts.open({ id: 'x', type: 'asset', currency: 'BTC/8' });
    expect(account.ledger).toBe('branch');
  });

  test('accounts are opened, changed, frozen, unfrozen and closed', async () => {
    const { accounts } = client();
    const opened = await accounts.open({
      id: 'a1',
      type: 'liability',
      currency: 'USD',
      max_balance: 10n ** 30n,
    });
    expect(opened.max_balance).toBe(String(10n ** 30n));
    const changed = await accounts.update('a1', { metadata: { tier: 'gold' } }, { ifMatch: opened.revision });
    expect(changed).toMatchObject({ revision: 2, metadata: { tier: 'gold' } });
    const stale = accounts.update('a1', { min_balance: '-5' }, { ifMatch: opened.revision });
    await expect(stale).rejects.toMatchObject({ code: 'REVISION_MISMATCH', status: 412 });
    expect((await accounts.freeze('a1')).status).toBe('frozen');
    expect((await accounts.unfreeze('a1')).status).toBe('open');
    expect((await accounts.close('a1')).status).toBe('closed');
    expect(await accounts.get('a1', { consistency: 'strong' })).toMatchObject({ id: 'a1', status: 'closed' });
  });

  test('a refusal is an error with its code and what helps a program', async () => {
    const { accounts, transfers } = client();
    await accounts.open({ id: 'poor', type: 'liability', currency: 'USD' });
    const error: unknown = await transfers
      .create({ from: 'poor', to: 'world', amount: '5' })
      .catch((error: unknown) => error);
    expect(isCode(error, 'ACCOUNT_FROZEN', 'UNBALANCED')).toBe(false);
    if (!isCode(error, 'INSUFFICIENT_FUNDS')) throw error;
    // The type knows it.
    const code: 'INSUFFICIENT_FUNDS' = error.code;
    expect([code, error.status, error.problem.account, error.problem.required]).toEqual([
      'INSUFFICIENT_FUNDS',
      422,
      'poor',
      '5',
    ]);
    expect(error.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('transactions and transfers are posted, read, found', async () => {
    const { accounts, transactions, transfers } = client();
    await accounts.open({ id: 'saver', type: 'liability', currency: 'USD' });
    const most = 10n ** 30n;
    const posted = await transactions.post({
      reference: 'sdk-1',
      metadata: { shop: 'north' },
      entries: [
        { account: 'world', side: 'debit', amount: most },
        { account: 'saver', side: 'credit', amount: String(most) },
      ],
    });
    expect(posted.entries.map(({ amount }) => amount)).toEqual([String(most), String(most)]);
    const moved = await transfers.create({ from: 'saver', to: 'world', amount: 7 as never });
    expect(await transactions.get(moved.id)).toEqual(moved);
    await expect(transactions.get('01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21')).rejects.toMatchObject({
      code: 'TRANSACTION_NOT_FOUND',
    });
    await eventually(async () => (await transactions.list({ account: 'saver' }).page()).data.length === 2);
    const found = await transactions.list({ metadata: { shop: 'north' }, reference: 'sdk-1' }).page();
    expect(found).toEqual({ data: [posted], next_cursor: null });
  });

  test('holds are made, captured in parts, voided and found', async () => {
    const { accounts, transfers, holds } = client();
    await accounts.open({ id: 'guest', type: 'liability', currency: 'USD' });
    await accounts.open({ id: 'hotel', type: 'liability', currency: 'USD' });
    await transfers.create({ from: 'world', to: 'guest', amount: 1000n });
    const booking = { from: 'guest', to: 'hotel', amount: 500n, expires_in: 3600, reference: 'booking' };
    expect((await holds.create(booking, { dryRun: true })).status).toBe('pending');
    const hold = await holds.create(booking);
    expect(hold).toMatchObject({ kind: 'hold', hold: { amount: '500', remaining: '500' } });
    const first = await holds.capture(hold.id, { amount: 200n, keep_open: true });
    expect(first).toMatchObject({
      kind: 'capture',
      parent_id: hold.id,
      hold: { captured: '200', remaining: '300' },
    });
    const voided = await holds.void(hold.id, { description: 'left early' });
    expect(voided).toMatchObject({ kind: 'void', hold: { released: '300', remaining: '0' } });
    expect(await holds.get(hold.id)).toMatchObject({ status: 'captured', hold: { captured: '200' } });
    await expect(holds.capture(hold.id)).rejects.toMatchObject({ code: 'HOLD_NOT_OPEN' });
    await eventually(async () => (await holds.list({ status: 'captured' }).page()).data.length === 1);
    for await (const { id } of holds.list({ account: 'guest' })) expect(id).toBe(hold.id);
  });

  test('transactions are reversed, and their metadata revised', async () => {
    const { accounts, transactions, transfers } = client();
    await accounts.open({ id: 'buyer', type: 'liability', currency: 'USD' });
    const parts = [
      { account: 'buyer', share: '70%' },
      { account: 'saver', share: 'remaining' },
    ];
    await expect(transfers.create({ from: 'world', to: parts, amount: 5n })).resolves.toMatchObject({
      kind: 'posting',
    });
    const paid = await transfers.create({ from: 'world', to: 'buyer', amount: 100n });
    const condition = { available: { gte: 10n ** 30n } };
    const conditional = transactions.post({
      entries: [
        { account: 'world', side: 'debit', amount: 1n },
        { account: 'buyer', side: 'credit', amount: 1n, if: condition },
      ],
    });
    await expect(conditional).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
    const back = await transactions.reverse(paid.id, { amount: 40n, reason: 'damaged' });
    expect(back).toMatchObject({ kind: 'reversal', parent_id: paid.id, description: 'damaged' });
    await expect(transactions.reverse(paid.id, { amount: 61n })).rejects.toMatchObject({
      code: 'REVERSAL_EXCEEDS_ORIGINAL',
    });

    const { revision } = await transactions.getRevised(paid.id);
    expect(revision).toBe(1);
    const noted = await transactions.updateMetadata(paid.id, { note: 'seen' }, { ifMatch: revision });
    expect(noted.metadata).toEqual({ note: 'seen' });
    const stale = transactions.updateMetadata(paid.id, { note: null }, { ifMatch: revision });
    await expect(stale).rejects.toMatchObject({ code: 'REVISION_MISMATCH' });
    expect((await transactions.get(paid.id, { metadata_revision: 1 })).metadata).toEqual({});
  });

  test('a bulk may be atomic', async () => {
    const { bulk } = client();
    const id = '01994c3e-0000-7000-8000-000000000001';
    const results = await bulk.atomic([
      { command: 'open_account', id: 'shop', type: 'liability', currency: 'USD' },
      { command: 'transfer', from: 'world', to: 'shop', amount: 50n },
      { command: 'hold', id, from: 'shop', to: 'world', amount: 20n },
      { command: 'capture', hold_id: id, amount: 5n },
    ]);
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const error = await bulk
      .atomic([
        { command: 'transfer', from: 'world', to: 'shop', amount: 50n },
        { command: 'transfer', from: 'shop', to: 'world', amount: 5000n },
      ])
      .catch((error: unknown) => error);
    if (!isCode(error, 'BULK_REJECTED')) throw error;
    expect([error.problem.index, isProblem(error.problem.problem)]).toEqual([1, true]);
  });

  test('the wallet profile: debit, credit, hold, commit, rollback', async () => {
    const { accounts, wallet } = client();
    await accounts.open({ id: 'acc_1', type: 'liability', currency: 'USD' });
    const move = (minor_units: bigint, reference_id: string) => ({
      account_id: 'acc_1',
      amount: { minor_units, currency: 'USD' },
      reference_id,
    });
    expect((await wallet.credit(move(1000n, 'top-up'))).entry_id).toMatch(/\.2$/);
    expect((await wallet.debit(move(100n, 'order'))).status).toBe('committed');
    const kept = await wallet.hold(move(300n, 'ride'));
    const dropped = await wallet.hold(move(300n, 'other ride'));
    const amount = { minor_units: '250', currency: 'USD' };
    expect(await wallet.commit({ hold_id: kept.hold_id, amount })).toMatchObject({ hold_id: kept.hold_id });
    expect((await wallet.rollback(dropped.hold_id)).status).toBe('rolled_back');
    expect((await accounts.get('acc_1')).balances.available).toBe('650');
  });

  test('the trial balance balances, and a balance has a past', async () => {
    const { accounts, transfers, trialBalance } = client();
    await accounts.open({ id: 'vault', type: 'asset', currency: 'JPY', min_balance: null });
    await accounts.open({ id: 'past', type: 'liability', currency: 'JPY' });
    await transfers.create({ from: 'vault', to: 'past', amount: 7n, effective_at: '2020-01-01T00:00:00Z' });
    expect((await accounts.get('past', { at: '2019-12-31T00:00:00Z' })).balances.available).toBe('0');
    expect((await accounts.get('past', { at: '2020-01-02T00:00:00Z' })).balances.available).toBe('7');
    const yen = async () => (await trialBalance()).totals.find(({ currency }) => currency === 'JPY');
    await eventually(async () => (await yen()) !== undefined);
    expect(await yen()).toEqual({ currency: 'JPY', debits: '7', credits: '7' });
  });

  test('events are listed from a cursor, and followed as they come', async () => {
    const { accounts, events } = client();
    await accounts.open({ id: 'told', type: 'liability', currency: 'USD' });
    const lines = [];
    for await (const line of events.list({ limit: 3 })) lines.push(line);
    expect(lines.length).toBeGreaterThan(4);
    expect(new Set(lines.map(({ event }) => event.event_id)).size).toBe(lines.length);
    expect(lines.at(-1)!.event).toMatchObject({
      event_type: 'ledger.account.opened',
      account: { id: 'told' },
    });

    const ending = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { event } of events.follow(
        { after: lines.at(-1)!.cursor },
        { signal: ending.signal },
      )) {
        seen.push(event.event_type);
        if (seen.length === 1) await accounts.unfreeze('told');
        else ending.abort(new Error('seen enough'));
      }
    })();
    await accounts.freeze('told');
    await expect(following).rejects.toThrow('seen enough');
    expect(seen).toEqual(['ledger.account.frozen', 'ledger.account.unfrozen']);
  });

  test('lists are walked to their end, whatever the size of a page', async () => {
    const { accounts, bulk } = client();
    const results = await bulk.independent([
      ...Array.from({ length: 7 }, (_, i) => ({
        command: 'open_account' as const,
        id: `row-${i}`,
        type: 'liability' as const,
        currency: 'USD',
      })),
      ...Array.from({ length: 5 }, (_, i) => ({
        command: 'transfer' as const,
        from: 'world',
        to: 'row-0',
        amount: BigInt(i + 1),
      })),
      { command: 'transfer', from: 'row-1', to: 'row-0', amount: '1' },
    ]);
    expect(results.map(({ status }) => status)).toEqual([...Array(12).fill(201), 422]);
    const refused = results.at(-1)!.body;
    expect(isProblem(refused) && refused.code).toBe('INSUFFICIENT_FUNDS');
    expect(isProblem(results[0]!.body)).toBe(false);

    const rows = accounts.list({ id_prefix: 'row-', limit: 3 });
    await eventually(async () => {
      const { data } = await accounts.list({ id_prefix: 'row-' }).page();
      return data.length === 7 && data.at(-1)!.version === 5;
    });
    const ids: string[] = [];
    for await (const { id } of rows) ids.push(id);
    expect(ids).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `row-${i}`));
    const sizes: number[] = [];
    for await (const { data } of rows.pages()) sizes.push(data.length);
    expect(sizes).toEqual([3, 3, 1]);

    const versions: number[] = [];
    for await (const { version } of accounts.entries('row-0', { limit: 2 })) versions.push(version);
    expect(versions).toEqual([5, 4, 3, 2, 1]);
    const balances: string[] = [];
    for await (const { balance } of accounts.statementLines('row-0', { limit: 2 })) balances.push(balance);
    expect(balances).toEqual(['1', '3', '6', '10', '15']);
    expect((await accounts.statementAs('text/csv', 'row-0')).trim().split('\n').length).toBe(1 + 1 + 5 + 1);
    expect(await accounts.statementAs('text/html', 'row-0')).toContain('<!doctype html>');
    expect(await accounts.statement('row-0', { limit: 2 })).toMatchObject({ opening: '0', closing: '15' });
    const days = accounts.dailyTotals('row-0', { limit: 1 });
    await eventually(async () => (await accounts.dailyTotals('row-0').page()).data[0]?.closing === '15');
    for await (const { opening, closing } of days) expect([opening, closing]).toEqual(['0', '15']);
  });

  test('a transfer whose answer is lost is done once', async () => {
    await client().accounts.open({ id: 'once', type: 'liability', currency: 'USD' });
    const proxy = await startScripted(forwardsTo(service.url, { lost: true }), forwardsTo(service.url));
    try {
      const through = createClient({ url: proxy.url, retry: quick });
      const done = await through.transfers.create({ from: 'world', to: 'once', amount: '10' });
      expect(proxy.seen.length).toBe(2);
      expect(new Set(proxy.seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
      expect(await client().accounts.get('once')).toMatchObject({
        version: 1,
        balances: { available: '10' },
      });
      expect((await client().transactions.get(done.id)).id).toBe(done.id);
    } finally {
      await proxy.stop();
    }
  });

  test('the README’s quick start works with the package as it is built', async () => {
    const folder = 'clients/typescript';
    const example = await readFile(`${folder}/examples/quick-start.mjs`, 'utf8');
    expect(await readFile(`${folder}/README.md`, 'utf8')).toContain(example);
    const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/examples/quick-start.mjs`], {
      env: { PATH: process.env.PATH, COUNTERFOIL_URL: service.url },
    });
    expect(stdout.split('\n')).toEqual([
      'INSUFFICIENT_FUNDS: 7500 available, 999900 needed',
      '- credit 10000 10000',
      'order-7 debit 2500 7500',
      '',
    ]);
  });

  test('every endpoint of the description has been called, and answered as it says', async () => {
    const { transport } = client();
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect(await transport.send({ method: 'GET', path })).toMatchObject({ status: 200 });
    }
    const operations = Object.entries<Json>(description.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const patterns = operations.map(
      (name) => [name, RegExp(`^${name.replace(/\{\w+\}/g, '[^/]+')}$`)] as const,
    );
    const missed = patterns.filter(([, pattern]) => ![...asked].some((one) => pattern.test(one)));
    expect(missed.map(([name]) => name)).toEqual([]);
  });
});
