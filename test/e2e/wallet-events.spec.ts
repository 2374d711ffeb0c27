import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client, Json } from '../support/client.js';
import { openBank, recordedOf, type Bank } from '../support/money.js';

let bank: Bank;
let client: Client;
let id: string;
let events: { event: Json; row: Json }[];

const amount = (minor_units: number) => ({ minor_units, currency: 'USD' });
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

beforeAll(async () => {
  bank = await openBank();
  client = bank.client;
  id = await bank.wallet();
  const call = async (operation: string, body: object, key: string): Promise<Json> =>
    recordedOf(await client.post(`/v1/wallet/${operation}`, body, { key, headers: { traceparent } }));
  const move = (operation: string, units: number, reference_id: string, key: string) =>
    call(operation, { account_id: id, amount: amount(units), reference_id }, key);
  await move('credit', 1000, 'in', 'k1');
  await move('debit', 100, 'out', 'k2');
  const { hold_id: first } = await move('hold', 300, 'stay', 'k3');
  await call('commit', { hold_id: first, amount: amount(120) }, 'k4');
  const { hold_id: second } = await move('hold', 50, 'tour', 'k5');
  await call('rollback', { hold_id: second }, 'k6');
  const hold = recordedOf(await client.post('holds', { from: id, to: 'world', amount: 9 }));
  await call('commit', { hold_id: hold.id }, 'k7');
  // What is refused tells nobody, nor does what only the ledger did.
  await client.post('/v1/wallet/debit', { account_id: id, amount: amount(9999), reference_id: 'no' });
  await client.transfer('world', id, 1);
  const { rows } = await bank.database.query(
    `select * from journal.outbox where aggregatetype = 'wallet.events' order by sequence`,
  );
  events = rows.map((row) => ({ row, event: JSON.parse(row.payload) }));
});

afterAll(() => bank?.close());

test('each operation has its event, with what was moved, reserved or released', () => {
  expect(
    events.map(({ event: e }) => [e.event_type, e.amount_minor, e.reference_id, e.idempotency_key]),
  ).toEqual([
    ['wallet.credit.committed', '1000', 'in', 'k1'],
    ['wallet.debit.committed', '100', 'out', 'k2'],
    ['wallet.hold.held', '300', 'stay', 'k3'],
    ['wallet.hold.committed', '120', 'stay', 'k4'],
    ['wallet.hold.held', '50', 'tour', 'k5'],
    ['wallet.hold.rolled_back', '50', 'tour', 'k6'],
    ['wallet.hold.committed', '9', null, 'k7'],
  ]);
});

test('it has exactly the members of the contract, and the account is its key', () => {
  for (const { event, row } of events) {
    expect(Object.keys(event)).toEqual([
      ...['event_id', 'event_type', 'occurred_at', 'account_id', 'amount_minor', 'currency', 'reference_id'],
      ...['idempotency_key', 'schema_version'],
    ]);
    expect(event).toMatchObject({ account_id: id, currency: 'USD', schema_version: '1' });
    expect(row).toMatchObject({
      ...{ aggregateid: id, type: event.event_type, event_id: event.event_id, time: event.occurred_at },
      ...{ source: '/ledgers/main', dataschema: '/schemas/wallet.event.v1.json', traceparent },
    });
  }
  expect(new Set(events.map(({ event }) => event.event_id)).size).toBe(events.length);
});

test('it comes beside the transaction’s own event: same sequence, same time, another id', async () => {
  for (const { event, row } of events) {
    const { rows } = await bank.database.query(
      `select event_id, payload from journal.outbox
       where sequence = $1 and aggregatetype = 'ledger.transactions'`,
      [row.sequence],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].event_id).not.toBe(event.event_id);
    expect(JSON.parse(rows[0].payload).transaction.recorded_at).toBe(event.occurred_at);
  }
});
