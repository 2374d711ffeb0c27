import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { decode } from '../../src/projections/runner/incoming.js';
import { applyIncoming } from '../../src/projections/runner/rows.js';
import { appliedTo } from '../../src/projections/versions.js';
import { createClient, type Client, type Json } from '../support/client.js';
import { caughtUp, code, openBank, recordedOf, tally, type Bank } from '../support/money.js';
import { startService, type TestService } from '../support/service.js';

let bank: Bank;
let client: Client;

beforeAll(async () => {
  bank = await openBank(2);
  client = bank.client;
});

afterAll(() => bank?.close());

const first = { order: 'o-1', nested: { a: 1, b: 2 }, list: [1, 2] };
const paid = async (metadata: object = first): Promise<Json> =>
  recordedOf(await client.transfer('world', await bank.wallet(), 5, { metadata }));
const patch = (id: string, metadata: unknown, ifMatch?: string, on: Client = client) =>
  on.send('PATCH', `transactions/${id}`, { metadata }, { headers: ifMatch ? { 'if-match': ifMatch } : {} });
const events = async (id: string) => {
  const text = `select sequence, aggregatetype, aggregateid, type, dataschema, payload from journal.outbox
                where type = 'ledger.transaction.annotated' and payload::json->'transaction'->>'id' = $1
                order by sequence`;
  return (await bank.database.query(text, [id])).rows;
};

describe('PATCH of a transaction', () => {
  test('is a merge patch, a new revision, and leaves the first readable', async () => {
    const transaction = await paid();
    const { id } = transaction;
    const read = (query = '') => client.get(`transactions/${id}${query}`);
    expect((await read()).headers.get('etag')).toBe('"1"');
    const reply = await patch(id, { order: null, nested: { b: null, c: 3 }, list: [3], seat: '7A' });
    const second = { nested: { a: 1, c: 3 }, list: [3], seat: '7A' };
    expect([reply.status, reply.headers.get('etag')]).toEqual([200, '"2"']);
    expect(reply.body).toEqual({ ...transaction, metadata: second });
    await patch(id, { seat: '8B' });
    const now = await read();
    expect([now.headers.get('etag'), now.body.metadata]).toEqual(['"3"', { ...second, seat: '8B' }]);
    for (const [revision, metadata] of [
      [1, first],
      [2, second],
      [3, { ...second, seat: '8B' }],
    ]) {
      const then = await read(`?metadata_revision=${String(revision)}`);
      expect([then.headers.get('etag'), then.body]).toEqual([
        `"${String(revision)}"`,
        { ...transaction, metadata },
      ]);
    }
    for (const wrong of ['4', '0', '-1', 'x', '']) {
      const none = await read(`?metadata_revision=${wrong}`);
      expect([...code(none), none.body.errors[0].path]).toEqual([
        400,
        'VALIDATION_FAILED',
        'metadata_revision',
      ]);
    }
    const { rows } = await bank.database.query('select metadata from journal.transactions where id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ metadata: first }]);
  });

  test('that changes nothing is no revision and no event', async () => {
    const { id } = await paid();
    for (const same of [{}, { order: 'o-1' }, { gone: null }, { nested: {} }]) {
      const reply = await patch(id, same);
      expect([reply.status, reply.headers.get('etag'), reply.body.metadata]).toEqual([200, '"1"', first]);
    }
    expect((await client.send('PATCH', `transactions/${id}`, {})).headers.get('etag')).toBe('"1"');
    expect(await events(id)).toEqual([]);
  });

  test('honours If-Match', async () => {
    const { id } = await paid();
    expect((await patch(id, { n: 1 }, '"1"')).status).toBe(200);
    const stale = await patch(id, { n: 2 }, '"1"');
    expect([...code(stale), stale.body.revision]).toEqual([412, 'REVISION_MISMATCH', 2]);
    expect(code(await patch(id, { n: 2 }, 'W/"2"'))).toEqual([412, 'REVISION_MISMATCH']);
    // A patch that would change nothing is judged all the same.
    expect(code(await patch(id, { n: 1 }, '"1"'))).toEqual([412, 'REVISION_MISMATCH']);
    expect((await patch(id, { n: 2 }, '"1", "2"')).headers.get('etag')).toBe('"3"');
    expect((await patch(id, { n: 3 }, '*')).headers.get('etag')).toBe('"4"');
    expect(code(await patch(id, { n: 4 }, '4'))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('is told in an event with the whole of it, under the key of its root', async () => {
    const from = await bank.wallet(5);
    const hold = recordedOf(await client.post('holds', { from, to: 'world', amount: 5 }));
    const capture = recordedOf(await client.post(`holds/${hold.id}/capture`));
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const body = { metadata: { a: 1, z: { n: null, k: [null] } } };
    await client.send('PATCH', `transactions/${capture.id}`, body, { headers: { traceparent } });
    const [event, ...more] = await events(capture.id);
    expect(more).toEqual([]);
    const { payload, sequence, ...row } = event;
    expect(row).toEqual({
      ...{ aggregatetype: 'ledger.transactions', aggregateid: hold.id, type: 'ledger.transaction.annotated' },
      dataschema: '/schemas/ledger.annotation.v1.json',
    });
    expect(JSON.parse(payload)).toMatchObject({
      ...{ event_type: 'ledger.transaction.annotated', ledger: 'main', sequence, entries: [] },
      transaction: {
        id: capture.id,
        root_id: hold.id,
        kind: 'capture',
        revision: 2,
        metadata: { a: 1, z: { k: [null] } },
      },
      ...{ principal: 'anonymous', idempotency_key: null, trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' },
    });
  });

  test('is found by its newest metadata, no longer by the old', async () => {
    const tag = randomUUID();
    const { id } = await paid({ tag, color: 'red' });
    const found = async (query: string) =>
      (await client.get(`transactions?metadata[tag]=${tag}&${query}`)).body.data.map((one: Json) => one.id);
    await caughtUp(bank.database);
    expect(await found('metadata[color]=red')).toEqual([id]);
    await patch(id, { color: 'blue' });
    await caughtUp(bank.database);
    expect(await found('metadata[color]=red')).toEqual([]);
    expect(await found('metadata[color]=blue')).toEqual([id]);
    await patch(id, { color: null });
    await caughtUp(bank.database);
    expect(await found('metadata[color]=blue')).toEqual([]);
    const { body } = await client.get(`transactions?metadata[tag]=${tag}`);
    expect(body.data[0].metadata).toEqual({ tag });
  });

  test('goes on, on frozen and on closed accounts; the answer kept under a key stays as it was', async () => {
    const id = await bank.wallet();
    const key = randomUUID();
    const body = { from: 'world', to: id, amount: 1 };
    const posted = await client.post('transfers', body, { key });
    recordedOf(await client.transfer(id, 'world', 1));
    await client.post(`accounts/${id}/freeze`);
    expect((await patch(posted.body.id, { n: 1 })).status).toBe(200);
    await client.post(`accounts/${id}/close`);
    expect((await patch(posted.body.id, { n: 2 })).status).toBe(200);
    expect((await client.post('transfers', body, { key })).text).toBe(posted.text);
  });

  test('beyond what metadata may be: 400, nothing recorded', async () => {
    const { id } = await paid({ text: 'x'.repeat(9_000) });
    const big = await patch(id, { more: 'x'.repeat(9_000) });
    expect([...code(big), big.body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'metadata']);
    for (const wrong of ['[]', '"x"', '7', '{"n":1152921504606846977}']) {
      const refused = await client.send('PATCH', `transactions/${id}`, `{"metadata":${wrong}}`);
      expect(code(refused)).toEqual([400, 'VALIDATION_FAILED']);
    }
    const unknown = await client.send('PATCH', `transactions/${id}`, { description: 'new' });
    expect(code(unknown)).toEqual([400, 'VALIDATION_FAILED']);
    expect(await events(id)).toEqual([]);
  });

  test('of what is not there: 404', async () => {
    expect(code(await patch(randomUUID(), { n: 1 }))).toEqual([404, 'TRANSACTION_NOT_FOUND']);
    const { id } = await paid();
    const elsewhere = createClient(client.url, 'nowhere');
    expect(code(await patch(id, { n: 1 }, undefined, elsewhere))).toEqual([404, 'LEDGER_NOT_FOUND']);
  });

  test('of 20 at once, over two processes: each a revision, or told that it moved on', async () => {
    const { id } = await paid();
    const all = (ifMatch?: string) =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          patch(id, { [`${ifMatch ?? 'k'}${i}`]: i }, ifMatch, bank.clients[i % 2]),
        ),
      );
    expect(tally(await all('"1"'))).toEqual({ '200': 1, REVISION_MISMATCH: 19 });
    expect(tally(await all())).toEqual({ '200': 20 });
    const { body, headers } = await client.get(`transactions/${id}`);
    expect(headers.get('etag')).toBe('"22"');
    expect(Object.keys(body.metadata)).toHaveLength(Object.keys(first).length + 21);
    const revisions = (await events(id)).map(({ payload }) => JSON.parse(payload).transaction.revision);
    expect(revisions).toEqual(Array.from({ length: 21 }, (_, i) => i + 2));
  });
});

describe('in the read model', () => {
  let service: TestService;
  let database: pg.Client;

  beforeAll(async () => {
    // Told of Kafka, the service leaves the read model to a worker; there is none: the test applies events itself.
    service = await startService({ KAFKA_BROKERS: '127.0.0.1:9' });
    database = new pg.Client({ connectionString: service.databaseUrl });
    await database.connect();
  });

  afterAll(async () => {
    await database?.end();
    await service?.stop();
  });

  test('events come to the same in whatever order: a change before its transaction, the third before the second', async () => {
    const on = createClient(service.url);
    for (const id of ['a', 'b']) await on.open(id, { min_balance: null });
    const { id } = recordedOf(await on.transfer('a', 'b', 1, { metadata: { n: 1 } }));
    for (const n of [2, 3]) await patch(id, { n, [`k${n}`]: true }, undefined, on);
    const { rows } = await database.query<{ payload: string }>(
      `select payload from journal.outbox where aggregatetype = 'ledger.transactions' order by sequence`,
    );
    const [posted, second, third] = rows.map(({ payload }) => payload) as [string, string, string];
    const apply = async (...payloads: string[]) => {
      const events = payloads.map((payload) => ({ position: 'test', payload }));
      await applyIncoming(database, decode(events), await appliedTo(database));
    };
    const orders = [
      [[posted], [second], [third]],
      [[third], [second], [posted]],
      [[second], [posted], [third]],
      [[third], [posted], [second], [third]],
      [[posted, third], [second]],
      [[third, second, posted]],
      [[second, third], [posted], [posted]],
    ];
    for (const order of orders) {
      await database.query('begin');
      for (const batch of order) await apply(...batch);
      const { rows: found } = await database.query(
        'select metadata, revision from transactions_v1.transactions where id = $1',
        [id],
      );
      expect(found).toEqual([{ metadata: { n: 3, k2: true, k3: true }, revision: 3 }]);
      await database.query('rollback');
    }
  });
});
