import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client, Json } from '../support/client.js';
import { code, entriesOf, openBank, recordedOf, standing, tally, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank(2);
  client = bank.client;
});

afterAll(() => bank?.close());

const reverse = (id: string, body?: object, on: Client = client) =>
  on.post(`transactions/${id}/reverse`, body);

/** Two accounts, the second of which got so much of the first. */
async function paid(amount = 100) {
  const [from, to] = [await bank.wallet(amount), await bank.wallet()];
  const { id } = recordedOf(await client.transfer(from, to, amount));
  return { from, to, id: id as string };
}

const balances = async (...ids: string[]) =>
  (await Promise.all(ids.map((id) => client.balance(id)))).join(' ');

async function captured(amount: number, of: number) {
  const [from, to] = [await bank.wallet(of), await bank.wallet()];
  const hold = recordedOf(await client.post('holds', { from, to, amount: of }));
  const capture = recordedOf(await client.post(`holds/${hold.id}/capture`, { amount, keep_open: true }));
  return { from, to, hold: hold.id as string, id: capture.id as string };
}

describe('a reversal', () => {
  test('of all: mirror entries, and the original stays as it was', async () => {
    const { from, to, id } = await paid();
    const before = (await client.get(`transactions/${id}`)).text;
    const reply = await reverse(id, { reason: 'duplicate', reference: `r-${id}`, metadata: { ticket: 7 } });
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      ...{ kind: 'reversal', status: 'posted', parent_id: id, reference: `r-${id}` },
      ...{ description: 'duplicate', metadata: { ticket: 7 } },
    });
    expect(reply.body).not.toHaveProperty('hold');
    expect(entriesOf(reply.body)).toEqual([
      [from, 'credit', '100'],
      [to, 'debit', '100'],
    ]);
    expect(await balances(from, to)).toBe('100 0');
    expect((await client.get(`transactions/${id}`)).text).toBe(before);
    expect((await client.get(`transactions/${reply.body.id}`)).body).toEqual(reply.body);
    const again = await reverse(id);
    expect(code(again)).toEqual([422, 'REVERSAL_EXCEEDS_ORIGINAL']);
    expect(again.body).toMatchObject({ transaction_id: id, remaining: '0' });
    expect(code(await reverse(id, { amount: 1 }))).toEqual([422, 'REVERSAL_EXCEEDS_ORIGINAL']);
  });

  test('part by part, then what is left, never beyond', async () => {
    const { from, to, id } = await paid();
    recordedOf(await reverse(id, { amount: '30' }));
    expect(await balances(from, to)).toBe('30 70');
    const beyond = await reverse(id, { amount: '71' });
    expect(code(beyond)).toEqual([422, 'REVERSAL_EXCEEDS_ORIGINAL']);
    expect(beyond.body).toMatchObject({ remaining: '70', required: '71' });
    recordedOf(await reverse(id, { amount: 1 }));
    expect(entriesOf(recordedOf(await reverse(id)))[0]).toEqual([from, 'credit', '69']);
    expect(await balances(from, to)).toBe('100 0');
  });

  test('of several entries: all of it, once, and no amount', async () => {
    const [a, b, c] = [await bank.wallet(100), await bank.wallet(), await bank.wallet()];
    const to = [
      { account: b, share: '70%' },
      { account: c, share: 'remaining' },
    ];
    const { id } = recordedOf(await client.post('transfers', { from: a, to, amount: 100 }));
    expect(code(await reverse(id, { amount: 100 }))).toEqual([422, 'AMOUNT_NOT_APPLICABLE']);
    expect(entriesOf(recordedOf(await reverse(id)))).toEqual([
      [a, 'credit', '100'],
      [b, 'debit', '70'],
      [c, 'debit', '30'],
    ]);
    expect(code(await reverse(id))).toEqual([422, 'REVERSAL_EXCEEDS_ORIGINAL']);
  });

  test('of a capture: what was captured, the hold stays as it is', async () => {
    const { from, to, hold, id } = await captured(40, 100);
    const body = recordedOf(await reverse(id, { amount: 15 }));
    expect([body.parent_id, body.kind]).toEqual([id, 'reversal']);
    expect(code(await reverse(id, { amount: 26 }))).toEqual([422, 'REVERSAL_EXCEEDS_ORIGINAL']);
    recordedOf(await reverse(id));
    expect(await standing(client, from)).toEqual(['100', '60', '0', '40']);
    expect(await standing(client, to)).toEqual(['0', '0', '60', '0']);
    const { body: held } = await client.get(`transactions/${hold}`);
    expect([held.status, held.hold.captured, held.hold.remaining]).toEqual([
      'partially_captured',
      '40',
      '60',
    ]);
    const { rows } = await bank.database.query(
      'select root_id, parent_id, step from journal.transactions where id = $1',
      [body.id],
    );
    expect(rows).toEqual([{ root_id: hold, parent_id: id, step: 1 }]);
  });

  test('may be dated, but not before its original', async () => {
    const [from, to] = [await bank.wallet(5), await bank.wallet()];
    const effective_at = '2024-05-01T00:00:00Z';
    const { id } = recordedOf(await client.transfer(from, to, 5, { effective_at }));
    const early = await reverse(id, { effective_at: '2024-04-30T00:00:00Z' });
    expect([...code(early), early.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'effective_at']);
    expect(recordedOf(await reverse(id, { effective_at })).effective_at).toBe('2024-05-01T00:00:00.000000Z');
  });

  test('takes the accounts’ state and funds as a posting does', async () => {
    const { from, to, id } = await paid();
    recordedOf(await client.transfer(to, 'world', 1));
    const poor = await reverse(id);
    expect([...code(poor), poor.body.account, poor.body.available]).toEqual([
      422,
      'INSUFFICIENT_FUNDS',
      to,
      '99',
    ]);
    expect((await reverse(id, { amount: 99 })).status).toBe(201);
    recordedOf(await client.transfer('world', to, 1));
    await client.send('PATCH', `accounts/${from}`, { max_balance: '50' });
    expect(code(await reverse(id))).toEqual([422, 'LIMIT_EXCEEDED']);
    await client.post(`accounts/${to}/freeze`);
    const cold = await reverse(id);
    expect([...code(cold), cold.body.account]).toEqual([409, 'ACCOUNT_FROZEN', to]);
  });

  test('on a closed account is refused', async () => {
    const { to, id } = await paid();
    recordedOf(await client.transfer(to, 'world', 100));
    recordedOf(await client.post(`accounts/${to}/close`));
    expect(code(await reverse(id))).toEqual([409, 'ACCOUNT_CLOSED']);
  });

  test('of a hold, a void, an expiry or a reversal: NOT_REVERSIBLE', async () => {
    const { id } = await paid();
    const reversal = recordedOf(await reverse(id));
    const { hold } = await captured(1, 10);
    const voided = recordedOf(await client.post(`holds/${hold}/void`));
    for (const [one, kind] of [
      [reversal.id, 'reversal'],
      [hold, 'hold'],
      [voided.id, 'void'],
    ]) {
      const refused = await reverse(one);
      expect([...code(refused), refused.body.kind]).toEqual([409, 'NOT_REVERSIBLE', kind]);
    }
  });

  test('of what is not there: TRANSACTION_NOT_FOUND; both words for why: 400', async () => {
    expect(code(await reverse(randomUUID()))).toEqual([404, 'TRANSACTION_NOT_FOUND']);
    expect(code(await reverse('x'))).toEqual([400, 'VALIDATION_FAILED']);
    const { id } = await paid();
    expect(code(await reverse(id, { reason: 'a', description: 'b' }))).toEqual([400, 'VALIDATION_FAILED']);
    expect(code(await reverse(id, { amount: 0 }))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('is replayed under its key, and its reference is used once', async () => {
    const { from, id } = await paid();
    const key = randomUUID();
    const first = await client.post(
      `transactions/${id}/reverse`,
      { amount: 10, reference: 'back-1' },
      { key },
    );
    const again = await client.post(
      `transactions/${id}/reverse`,
      { amount: '10', reference: 'back-1' },
      { key },
    );
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const used = await reverse(id, { amount: 10, reference: 'back-1' });
    expect([...code(used), used.body.transaction_id]).toEqual([409, 'REFERENCE_ALREADY_USED', first.body.id]);
    expect(await client.balance(from)).toBe('10');
  });
});

describe('at once, over two processes', () => {
  const atOnce = (id: string, body: object) =>
    Promise.all(Array.from({ length: 30 }, (_, i) => reverse(id, body, bank.clients[i % 2])));

  test('30 reversals of 7 out of 100: 14 of them', async () => {
    const { from, to, id } = await paid();
    expect(tally(await atOnce(id, { amount: 7 }))).toEqual({ '201': 14, REVERSAL_EXCEEDS_ORIGINAL: 16 });
    expect(await balances(from, to)).toBe('98 2');
    recordedOf(await reverse(id));
    expect(await balances(from, to)).toBe('100 0');
    const { rows } = await bank.database.query(
      `select count(*)::int as steps, max(step) as last, max(reversed)::text as reversed
       from journal.transactions where parent_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ steps: 15, last: 15, reversed: '100' }]);
  });

  test('30 reversals of all: one', async () => {
    const { from, id } = await paid();
    expect(tally(await atOnce(id, {}))).toEqual({ '201': 1, REVERSAL_EXCEEDS_ORIGINAL: 29 });
    expect(await client.balance(from)).toBe('100');
  });

  test('30 reversals of captures, while the hold is captured further', async () => {
    const { from, to, hold, id } = await captured(50, 1000);
    const [reversals, captures] = await Promise.all([
      atOnce(id, { amount: 5 }),
      Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          bank.clients[i % 2]!.post(`holds/${hold}/capture`, { amount: 10, keep_open: true }),
        ),
      ),
    ]);
    expect(tally(reversals)).toEqual({ '201': 10, REVERSAL_EXCEEDS_ORIGINAL: 20 });
    expect(tally(captures)).toEqual({ '201': 20 });
    expect(await standing(client, from)).toEqual(['800', '750', '0', '50']);
    expect(((await standing(client, to)) as Json)[0]).toBe('200');
  });
});
