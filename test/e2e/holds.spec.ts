import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Client, type Json } from '../support/client.js';
import { caughtUp, code, entriesOf, openBank, recordedOf, standing, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank();
  client = bank.client;
});

afterAll(() => bank?.close());

const hold = async (from: string, to: string, amount: number, more: object = {}): Promise<Json> =>
  recordedOf(await client.post('holds', { from, to, amount, ...more }));
const capture = (id: string, body?: object) => client.post(`holds/${id}/capture`, body);
const voiding = (id: string, body?: object) => client.post(`holds/${id}/void`, body);
const read = async (id: string) => recordedOf(await client.get(`transactions/${id}`));
const pair = [
  { account: 'world', side: 'debit', amount: 1 },
  { account: 'world', side: 'credit', amount: 1 },
];
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

/** Accounts, and a hold between them of more than two entries. */
async function heldByThree() {
  const [a, b, c] = [await bank.wallet(100), await bank.wallet(), await bank.wallet()];
  const entries = [
    { account: a, side: 'debit', amount: 100 },
    { account: b, side: 'credit', amount: 70 },
    { account: c, side: 'credit', amount: 30 },
  ];
  return { ids: [a, b, c], entries, body: recordedOf(await client.post('holds', { entries })) };
}

describe('making a hold', () => {
  test('by from, to and amount: answered as a transaction that is pending', async () => {
    const [from, to] = [await bank.wallet(500), await bank.wallet()];
    const id = randomUUID();
    const more = { id, reference: `hold-${from}`, description: 'deposit', metadata: { room: 7 } };
    const reply = await client.post('holds', { from, to, amount: '500', expires_in: 3600, ...more });
    expect(reply.status).toBe(201);
    const { body } = reply;
    expect(body).toMatchObject({ kind: 'hold', status: 'pending', parent_id: null, ledger: 'main', ...more });
    expect(entriesOf(body)).toEqual([
      [from, 'debit', '500'],
      [to, 'credit', '500'],
    ]);
    const { expires_at, ...amounts } = body.hold;
    expect(amounts).toEqual({ amount: '500', captured: '0', released: '0', remaining: '500' });
    expect(Date.parse(expires_at) - Date.parse(body.recorded_at)).toBe(3_600_000);
    expect(await standing(client, from)).toEqual(['500', '500', '0', '0']);
    expect(await standing(client, to)).toEqual(['0', '0', '500', '0']);
    expect(await read(id)).toEqual(body);
  });

  test('by entries', async () => {
    const { ids, body } = await heldByThree();
    expect(entriesOf(body).map(([id]: string[]) => id)).toEqual(ids);
    expect(body.hold).toEqual({
      ...{ amount: '100', captured: '0', released: '0', remaining: '100', expires_at: null },
    });
  });

  test('that expires at a time', async () => {
    const body = await hold(await bank.wallet(1), 'world', 1, { expires_at: '2199-12-31T23:59:59.9999999Z' });
    expect(body.hold.expires_at).toBe('2199-12-31T23:59:59.999999Z');
  });

  test.each<[string, object, string]>([
    ['neither form', {}, 'from'],
    ['both forms', { from: 'world', entries: pair }, 'from'],
    ['one account at both ends', { from: 'world', to: 'world', amount: 1 }, 'to'],
    ['two ways to expire', { expires_at: '2199-01-01T00:00:00Z', expires_in: 1 }, 'expires_in'],
    [
      'a time that is not in the future',
      { from: 'world', to: 'x', amount: 1, expires_at: inSeconds(-1) },
      'expires_at',
    ],
    ['no seconds at all', { from: 'world', to: 'x', amount: 1, expires_in: 0 }, 'expires_in'],
    ['half a second', { from: 'world', to: 'x', amount: 1, expires_in: 0.5 }, 'expires_in'],
    [
      'an effective time too far ahead',
      { from: 'world', to: 'x', amount: 1, effective_at: inSeconds(400) },
      'effective_at',
    ],
  ])('%s: 400 that names the field', async (_, body, path) => {
    const reply = await client.post('holds', body);
    expect(code(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.errors.map((error: Json) => error.path)).toContain(path);
  });

  test('beyond what is available, other holds counted: refused, and nothing is reserved', async () => {
    const from = await bank.wallet(100);
    await hold(from, 'world', 60);
    const refused = await client.post('holds', { from, to: 'world', amount: 41 });
    expect(code(refused)).toEqual([422, 'INSUFFICIENT_FUNDS']);
    expect(refused.body).toMatchObject({ account: from, available: '40', required: '41' });
    expect(code(await client.transfer(from, 'world', 41))).toEqual([422, 'INSUFFICIENT_FUNDS']);
    expect(await standing(client, from)).toEqual(['100', '60', '0', '40']);
  });

  test('beyond max_balance of whom it would come to, other incoming holds counted', async () => {
    const to = await bank.wallet(0, { max_balance: '100' });
    await hold('world', to, 60);
    expect(code(await client.post('holds', { from: 'world', to, amount: 41 }))).toEqual([
      422,
      'LIMIT_EXCEEDED',
    ]);
    expect(code(await client.transfer('world', to, 41))).toEqual([422, 'LIMIT_EXCEEDED']);
    // What is to come in is not there yet.
    expect(code(await client.transfer(to, 'world', 1))).toEqual([422, 'INSUFFICIENT_FUNDS']);
  });
});

describe('capturing', () => {
  test('all of it: posted, nothing reserved any more', async () => {
    const [from, to] = [await bank.wallet(500), await bank.wallet()];
    const { id } = await hold(from, to, 500);
    const reply = await capture(id, { reference: `cap-${id}`, description: 'sent', metadata: { n: 1 } });
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      ...{ kind: 'capture', status: 'posted', parent_id: id, reference: `cap-${id}`, description: 'sent' },
      hold: { amount: '500', captured: '500', released: '0', remaining: '0' },
    });
    expect(entriesOf(reply.body)).toEqual([
      [from, 'debit', '500'],
      [to, 'credit', '500'],
    ]);
    expect(await standing(client, from)).toEqual(['0', '0', '0', '0']);
    expect(await standing(client, to)).toEqual(['500', '0', '0', '500']);
    expect(await read(id)).toMatchObject({ status: 'captured', hold: reply.body.hold });
    expect(await read(reply.body.id)).toEqual(reply.body);
    for (const again of [await capture(id), await capture(id, { amount: 1 }), await voiding(id)]) {
      expect([...code(again), again.body.hold_id]).toEqual([409, 'HOLD_NOT_OPEN', id]);
    }
  });

  test('a part: the remainder is released', async () => {
    const [from, to] = [await bank.wallet(500), await bank.wallet()];
    const { id } = await hold(from, to, 500);
    const body = recordedOf(await capture(id, { amount: '120' }));
    expect(body.hold).toMatchObject({ captured: '120', released: '380', remaining: '0' });
    expect(await standing(client, from)).toEqual(['380', '0', '0', '380']);
    expect(await standing(client, to)).toEqual(['120', '0', '0', '120']);
    expect((await read(id)).status).toBe('captured');
    expect(code(await capture(id))).toEqual([409, 'HOLD_NOT_OPEN']);
  });

  test('part by part with keep_open, until nothing remains', async () => {
    const [from, to] = [await bank.wallet(500), await bank.wallet()];
    const { id } = await hold(from, to, 500);
    const first = recordedOf(await capture(id, { amount: 200, keep_open: true }));
    expect(first.hold).toMatchObject({ captured: '200', released: '0', remaining: '300' });
    expect(await read(id)).toMatchObject({ status: 'partially_captured', hold: first.hold });
    expect(await standing(client, from)).toEqual(['300', '300', '0', '0']);
    const beyond = await capture(id, { amount: 301, keep_open: true });
    expect(code(beyond)).toEqual([422, 'CAPTURE_EXCEEDS_HOLD']);
    expect(beyond.body).toMatchObject({ hold_id: id, remaining: '300', required: '301' });
    expect(recordedOf(await capture(id, { amount: 300, keep_open: true })).hold.remaining).toBe('0');
    expect((await read(id)).status).toBe('captured');
    expect(code(await capture(id, { amount: 1, keep_open: true }))).toEqual([409, 'HOLD_NOT_OPEN']);
  });

  test('a part with keep_open and then voided: captured, the rest is back', async () => {
    const [from, to] = [await bank.wallet(500), await bank.wallet()];
    const { id } = await hold(from, to, 500);
    await capture(id, { amount: 200, keep_open: true });
    const body = recordedOf(await voiding(id));
    expect(body).toMatchObject({ kind: 'void', hold: { captured: '200', released: '300', remaining: '0' } });
    expect((await read(id)).status).toBe('captured');
    expect(await standing(client, from)).toEqual(['300', '0', '0', '300']);
  });

  test('several entries: all of it, each as it was held, and no amount', async () => {
    const { ids, body } = await heldByThree();
    const refused = await capture(body.id, { amount: 100 });
    expect([...code(refused), refused.body.hold_id]).toEqual([422, 'AMOUNT_NOT_APPLICABLE', body.id]);
    const captured = recordedOf(await capture(body.id, { keep_open: true }));
    expect(entriesOf(captured).map(([, , amount]: string[]) => amount)).toEqual(['100', '70', '30']);
    expect(captured.hold).toMatchObject({ captured: '100', remaining: '0' });
    const after = await Promise.all(ids.map((id) => standing(client, id)));
    expect(after.map(([balance]) => balance)).toEqual(['0', '70', '30']);
    expect((await read(body.id)).status).toBe('captured');
  });

  test('never re-checks limits on what is reserved', async () => {
    const [from, to] = [await bank.wallet(100), await bank.wallet()];
    const { id } = await hold(from, to, 100);
    await client.send('PATCH', `accounts/${from}`, { min_balance: '1000' });
    await client.send('PATCH', `accounts/${to}`, { max_balance: '1' });
    expect((await capture(id)).status).toBe(201);
  });

  test('may be dated, but not before its hold', async () => {
    const from = await bank.wallet(2);
    const { id } = await hold(from, 'world', 2, { effective_at: '2024-05-01T00:00:00Z' });
    const early = await capture(id, { effective_at: '2024-04-30T23:59:59.999999Z' });
    expect([...code(early), early.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'effective_at']);
    const body = recordedOf(await capture(id, { effective_at: '2024-05-02T00:00:00Z' }));
    expect(body.effective_at).toBe('2024-05-02T00:00:00.000000Z');
  });

  test('what is not there, or no hold: HOLD_NOT_FOUND', async () => {
    const { id } = recordedOf(await client.transfer('world', await bank.wallet(), 1));
    for (const unknown of [id, randomUUID()]) {
      expect(code(await capture(unknown))).toEqual([404, 'HOLD_NOT_FOUND']);
      expect(code(await voiding(unknown))).toEqual([404, 'HOLD_NOT_FOUND']);
    }
    expect(code(await capture('x'))).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('voiding', () => {
  test('releases all of it', async () => {
    const [from, to] = [await bank.wallet(50), await bank.wallet()];
    const { id } = await hold(from, to, 50);
    const reply = await voiding(id, { reference: `void-${id}` });
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      kind: 'void',
      status: 'posted',
      parent_id: id,
      reference: `void-${id}`,
    });
    expect(reply.body.hold).toMatchObject({ captured: '0', released: '50', remaining: '0' });
    expect(await standing(client, from)).toEqual(['50', '0', '0', '50']);
    expect(await standing(client, to)).toEqual(['0', '0', '0', '0']);
    expect((await read(id)).status).toBe('voided');
    for (const again of [await voiding(id), await capture(id)])
      expect(code(again)).toEqual([409, 'HOLD_NOT_OPEN']);
  });

  test('of several entries releases each', async () => {
    const { ids, body } = await heldByThree();
    recordedOf(await voiding(body.id));
    for (const id of ids) expect((await standing(client, id)).slice(1, 3)).toEqual(['0', '0']);
  });
});

describe('accounts of a hold', () => {
  test('can’t be closed while it is open', async () => {
    const [from, to] = [await bank.wallet(5), await bank.wallet()];
    const { id } = await hold(from, to, 5);
    expect(code(await client.post(`accounts/${to}/close`))).toEqual([409, 'ACCOUNT_NOT_EMPTY']);
    expect(code(await client.post(`accounts/${from}/close`))).toEqual([409, 'ACCOUNT_NOT_EMPTY']);
    recordedOf(await voiding(id));
    expect((await client.post(`accounts/${to}/close`)).status).toBe(200);
    expect(code(await capture(id))).toEqual([409, 'ACCOUNT_CLOSED']);
    expect(code(await voiding(id))).toEqual([409, 'HOLD_NOT_OPEN']);
  });

  test('may be frozen: no new hold, but captures and voids go on', async () => {
    const [from, to] = [await bank.wallet(9), await bank.wallet()];
    const first = await hold(from, to, 3);
    const second = await hold(from, to, 3);
    for (const id of [from, to]) await client.post(`accounts/${id}/freeze`);
    expect(code(await client.post('holds', { from, to, amount: 1 }))).toEqual([409, 'ACCOUNT_FROZEN']);
    expect((await capture(first.id)).status).toBe(201);
    expect((await voiding(second.id)).status).toBe(201);
    expect(await standing(client, from)).toEqual(['6', '0', '0', '6']);
  });
});

describe('finding holds', () => {
  test('newest first, by status and account, page by page; as they are now', async () => {
    const [a, b] = [await bank.wallet(1000), await bank.wallet()];
    const made = [];
    for (let i = 0; i < 6; i++) made.unshift((await hold(i < 2 ? a : 'world', b, 10 + i)).id);
    const [pending, partial, captured, voided, , first] = made as string[];
    await capture(partial!, { amount: 1, keep_open: true });
    await capture(captured!);
    await voiding(voided!);
    await client.transfer(a, b, 1);
    await caughtUp(bank.database);
    const list = async (query: string) => (await client.get(`holds?${query}`)).body;
    const ids = async (query: string) => (await list(query)).data.map(({ id }: Json) => id);
    expect(await ids(`account=${b}`)).toEqual(made);
    expect(await ids(`account=${a}`)).toEqual(made.slice(4));
    expect(await ids(`account=${b}&status=pending`)).toEqual([pending, made[4], first]);
    expect(await ids(`account=${b}&status=partially_captured`)).toEqual([partial]);
    expect(await ids(`account=${b}&status=captured`)).toEqual([captured]);
    expect(await ids(`account=${b}&status=voided`)).toEqual([voided]);
    expect(await ids(`account=${b}&status=expired`)).toEqual([]);
    expect(await ids('status=voided&limit=1')).toHaveLength(1);
    const page = await list(`account=${b}&limit=4`);
    expect(page.data[1]).toEqual(await read(partial!));
    const next = await list(`account=${b}&limit=4&cursor=${page.next_cursor}`);
    expect([...page.data, ...next.data].map(({ id }: Json) => id)).toEqual(made);
    expect(next.next_cursor).toBeNull();
    expect(code(await client.get('holds?status=posted'))).toEqual([400, 'VALIDATION_FAILED']);
    expect(code(await client.get('holds?kind=hold'))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('the list of transactions has them too', async () => {
    const from = await bank.wallet(3);
    const { id } = await hold(from, 'world', 3);
    const body = recordedOf(await voiding(id));
    await eventually(
      async () => (await client.get(`transactions?account=${from}&status=voided`)).body.data.length === 1,
    );
    const ids = async (query: string) =>
      (await client.get(`transactions?account=${from}&${query}`)).body.data.map((one: Json) => one.id);
    expect(await ids('kind=hold')).toEqual([id]);
    expect(await ids('kind=void')).toEqual([body.id]);
    expect(await ids('status=voided')).toEqual([id]);
    expect(await ids('status=posted')).not.toContain(id);
  });
});
