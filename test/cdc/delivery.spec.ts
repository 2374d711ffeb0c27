import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { createKafka, withAdmin } from '../../src/platform/kafka.js';
import { projections } from '../../src/projections/projection.js';
import { counterfoil } from '../support/cli.js';
import { eventually, post } from '../support/ledger.js';
import { startLoad, whileLoaded } from '../support/load.js';
import { expectReadModelAsJournal, openLetters, statusOf } from '../support/read-model.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

const topic = 'ledger.transactions.v1';
const PARTITIONS = 12;
/** Nothing is healed that is only slow. */
const patient = { HEAL_AFTER_SECONDS: '3600' };
const accounts = ['a', 'b', 'c'];
let stack: TestStack;
const recorded: string[] = [];

beforeAll(async () => {
  stack = await startTestStack({ settings: { HEAL_AFTER_SECONDS: '3' } });
  for (const id of accounts)
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
  await recordAllSorts();
  await eventually(expectAllApplied);
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

describe('an event lost between the journal and the topic', () => {
  it('in the middle: a transfer, a capture, a change of metadata; each is healed, counted and told', async () => {
    const hold = await record('/holds', { from: 'a', to: 'b', amount: '9' });
    const before = await healed();
    const lost = await losing(async () => {
      const ids = [await transfer(), await record(`/holds/${hold}/capture`, { amount: '4' })];
      return [...ids, await annotate(ids[0]!, 'lost')];
    });
    // Few events: each partition has moved a while ago, and none is behind.
    const load = startLoad(stack.url, accounts, { clients: 1, pauseMs: 500 });
    const others = await whileLoaded(load, () =>
      eventually(async () => expect(await healed()).toBeGreaterThanOrEqual(before + lost.length)),
    );
    recorded.push(...others);
    await expectHealed(before, lost);
    const found = await fetch(`${stack.url}/v1/ledgers/main/transactions?metadata[note]=lost`);
    expect(await found.json()).toMatchObject({ data: [{ id: lost[0] }] });
  }, 90_000);

  it('as the last of all', async () => {
    const before = await healed();
    const lost = await losing(async () => [await transfer()]);
    await expectHealed(before, lost);
  }, 90_000);
});

describe('events that come twice or in another order', () => {
  it('every partition from its beginning again: nothing is applied twice', async () => {
    await recordAllSorts();
    await eventually(expectAllApplied);
    await stack.stopWorkers();
    const before = { positions: await positions(), healed: await healed() };
    const groupId = 'counterfoil-projections';
    await withAdmin(stack.brokers, (admin) => admin.resetOffsets({ groupId, topic, earliest: true }));
    await query(
      stack.databaseUrl,
      `update projections.checkpoints set position = (position - 'record') || '{"offset": "0"}'`,
    );
    await stack.startWorker('again', patient);
    await eventually(async () => expect(await positions()).toEqual(before.positions));
    await expectAllApplied();
    expect(await healed()).toBe(before.healed);
    expect(await openLetters(stack.databaseUrl)).toEqual([]);
  }, 60_000);

  it('shuffled, of one root transaction too, then once more in order', async () => {
    await stack.stopWorkers();
    await stack.stopConnect();
    const from = await newestSequence();
    for (let n = 0; n < 8; n += 1) await recordAllSorts();
    const inOrder = await outboxAfter(from);
    const [shuffled] = fc.sample(
      fc.shuffledSubarray(inOrder, { minLength: inOrder.length, maxLength: inOrder.length }),
      { seed: 1, numRuns: 1 },
    );
    // Each root's on one partition, as a key's are.
    const roots = [...new Set(inOrder.map(({ aggregateid }) => aggregateid))];
    await produce(
      shuffled!.map((event) => ({ ...event, partition: roots.indexOf(event.aggregateid) % PARTITIONS })),
    );
    const before = await healed();
    await stack.startWorker('shuffled', patient);
    await eventually(expectAllApplied);
    await stack.startConnect();
    await eventually(expectTopicApplied);
    await expectAllApplied();
    expect(await healed()).toBe(before);
    expect(await openLetters(stack.databaseUrl)).toEqual([]);
  }, 90_000);
});

describe('what is no event of the ledger', () => {
  const poison: [string, (event: Json) => string][] = [
    ['text that ends early', (event) => JSON.stringify(event).slice(0, 100)],
    ['no JSON object', () => '[1]'],
    [
      'a day that there is not',
      ({ transaction, ...rest }) =>
        text({ ...rest, transaction: { ...transaction, effective_at: '2026-02-30T00:00:00Z' } }),
    ],
    [
      'a time of recording that there is not',
      ({ transaction, ...rest }) =>
        text({ ...rest, transaction: { ...transaction, recorded_at: '2026-02-30T00:00:00Z' } }),
    ],
    ['a sequence that is no number', (event) => text({ ...event, sequence: 'x' })],
    ['a sequence beyond all', (event) => text({ ...event, sequence: '9'.repeat(30) })],
    [
      'an account that is no number',
      ({ entries: [first, ...more], ...rest }) =>
        text({ ...rest, entries: [{ ...first, account_no: 'x' }, ...more] }),
    ],
  ];

  it('is a dead letter of every projection, with copies on their topics; other events go on', async () => {
    const id = await transfer();
    await eventually(expectAllApplied);
    const [real] = (await outboxAfter('0')).filter(({ event_id }) => event_id === id);
    await produce(
      poison.map(([cause, change], n) => ({
        ...real!,
        event_id: `poison ${n}: ${cause}`,
        payload: change(JSON.parse(real!.payload)),
        partition: n,
      })),
    );
    await eventually(async () =>
      expect(await openLetters(stack.databaseUrl)).toHaveLength(poison.length * projections.length),
    );
    for (let n = 0; n < 2 * PARTITIONS; n += 1) await transfer();
    await eventually(expectTopicApplied);
    await expectAllApplied();
    await Promise.all(
      projections.map(async ({ name }) => {
        const complete = events(poison.length);
        const copies = await readTopic(stack.brokers, `ledger.${name}.dlq.v1`, complete, { quietMs: 0 });
        for (const { key, value, headers } of copies) {
          const [, change] = poison[Number(/^poison (\d)/.exec(headers.ce_id!)![1])]!;
          expect({ key, value }).toEqual({
            key: real!.aggregateid,
            value: change(JSON.parse(real!.payload)),
          });
          expect(headers).toMatchObject({
            dlq_projection: name,
            dlq_cause: expect.stringMatching(/./),
            dlq_stack: expect.stringContaining(' at '),
            dlq_source: expect.stringMatching(/^ledger\.transactions\.v1\[\d+\]@\d+$/),
          });
        }
      }),
    );
    expect(await cli('dead-letters', 'discard', '--all', '--reason', 'made up')).toMatchObject({ status: 0 });
  }, 90_000);

  it('a spoiled copy of a real event, before that comes: does no harm', async () => {
    await stack.stopConnect();
    const from = await newestSequence();
    const id = await transfer();
    const [real] = await outboxAfter(from);
    const spoiled = real!.payload.replace('"posted":"1"', '"posted":"1.x"');
    expect(spoiled).not.toBe(real!.payload);
    await produce([{ ...real!, payload: spoiled, partition: 0 }]);
    await eventually(async () => expect(await openLetters(stack.databaseUrl)).not.toEqual([]));
    await stack.startConnect();
    await readTopic(
      stack.brokers,
      topic,
      (all) => all.filter(({ headers }) => headers.ce_id === id).length > 1,
    );
    await eventually(expectAllApplied);
    // What it is a copy of is in the journal, which is applied in its place.
    expect(await cli('dead-letters', 'replay', '--all')).toMatchObject({ status: 0 });
    await expectAllApplied();
    expect(await openLetters(stack.databaseUrl)).toEqual([]);
  }, 90_000);
});

describe('a slot dropped under load', () => {
  it('is made again by apply, and nothing is missing in the topic', async () => {
    const load = startLoad(stack.url, accounts, { clients: 3 });
    const acknowledged = await whileLoaded(load, async () => {
      await load.more(50);
      await stack.dropSlot();
      await load.more(50);
      await stack.apply();
      await load.more(50);
    });
    recorded.push(...acknowledged);
    await readTopic(
      stack.brokers,
      topic,
      (all) => {
        const there = new Set(all.map(({ headers }) => headers.ce_id));
        return acknowledged.every((id) => there.has(id));
      },
      { quietMs: 0 },
    );
    await eventually(expectAllApplied);
    expect(await openLetters(stack.databaseUrl)).toEqual([]);
  }, 120_000);
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;
const text = (event: Json) => JSON.stringify(event);
const cli = (...args: string[]) => counterfoil(args, { DATABASE_URL: stack.databaseUrl });
const expectAllApplied = () => expectReadModelAsJournal(stack.databaseUrl, recorded);
const healed = async () => (await statusOf(stack.databaseUrl)).healed.total;
const transfer = () => record('/transfers', { from: 'a', to: 'b', amount: '1' });

async function record(path: string, body: object): Promise<string> {
  const { id } = await post(stack.url, path, body);
  recorded.push(id);
  return id;
}

/** @returns the event's id */
async function annotate(id: string, note: string): Promise<string> {
  const response = await fetch(`${stack.url}/v1/ledgers/main/transactions/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { note } }),
  });
  expect(response.status).toBe(200);
  const [annotation] = await query<{ id: string }>(
    stack.databaseUrl,
    'select id::text from journal.annotations order by sequence desc limit 1',
  );
  return annotation!.id;
}

async function recordAllSorts(): Promise<void> {
  const id = await record('/transfers', { from: 'a', to: 'c', amount: '30' });
  await annotate(id, 'once');
  const hold = await record('/holds', { from: 'c', to: 'b', amount: '20' });
  await record(`/holds/${hold}/capture`, { amount: '5', keep_open: true });
  await annotate(id, 'twice');
  await record(`/holds/${hold}/capture`, { amount: '6', keep_open: true });
  await record(`/holds/${hold}/void`, {});
  await record(`/transactions/${id}/reverse`, { amount: '10' });
}

/** What the journal puts out meanwhile goes nowhere. */
async function losing(work: () => Promise<string[]>): Promise<string[]> {
  await query(
    stack.databaseUrl,
    `create function public.lose() returns trigger language plpgsql as $$ begin return null; end $$;
     create trigger lose before insert on journal.outbox for each row execute function public.lose()`,
  );
  try {
    return await work();
  } finally {
    await query(stack.databaseUrl, 'drop function public.lose() cascade');
  }
}

async function expectHealed(before: number, lost: string[]): Promise<void> {
  await eventually(expectAllApplied);
  await eventually(async () => expect(await healed()).toBeGreaterThanOrEqual(before + lost.length));
  await eventually(async () => {
    const metrics = await (await fetch(`${stack.url}/metrics`)).text();
    expect(metrics).toContain(`\nprojection_healed_events ${await healed()}\n`);
  });
  expect(readFileSync(stack.worker().logFile, 'utf8')).toContain(
    'events had not come within 3 s and were applied from the journal',
  );
  // It streams again, and what was lost is not in the topic.
  const id = await transfer();
  const records = await readTopic(stack.brokers, topic, (all) =>
    all.some(({ headers }) => headers.ce_id === id),
  );
  const there = records.map(({ headers }) => headers.ce_id);
  expect(lost.filter((one) => there.includes(one))).toEqual([]);
  await eventually(expectAllApplied);
}

interface OutboxRow {
  event_id: string;
  aggregateid: string;
  type: string;
  payload: string;
}

const ofTransactions = `from journal.outbox where aggregatetype = 'ledger.transactions'`;

async function newestSequence(): Promise<string> {
  const [row] = await query<{ max: string }>(stack.databaseUrl, `select max(sequence) ${ofTransactions}`);
  return row!.max;
}

async function outboxAfter(sequence: string): Promise<OutboxRow[]> {
  const columns = 'event_id, aggregateid, type, payload';
  return query(stack.databaseUrl, `select ${columns} ${ofTransactions} and sequence > $1 order by sequence`, [
    sequence,
  ]);
}

async function produce(records: (OutboxRow & { partition: number })[]): Promise<void> {
  const producer = createKafka(stack.brokers, 'counterfoil-test').producer();
  await producer.connect();
  try {
    const messages = records.map(({ event_id, aggregateid, type, payload, partition }) => ({
      partition,
      key: aggregateid,
      value: payload,
      headers: { ce_id: event_id, ce_type: type },
    }));
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}

async function positions(): Promise<Map<number, bigint>> {
  const rows = await query<{ partition: string; next: string }>(
    stack.databaseUrl,
    `select partition, position->>'offset' as next from projections.checkpoints`,
  );
  return new Map(rows.map(({ partition, next }) => [Number(partition), BigInt(next)]));
}

/** Whatever is in the topic by now was applied, that which came twice too. */
async function expectTopicApplied(): Promise<void> {
  const distinct = new Set((await outboxAfter('0')).map(({ event_id }) => event_id)).size;
  const records = await readTopic(stack.brokers, topic, (all) => all.length >= distinct);
  const reached = await positions();
  expect(records.filter(({ partition, offset }) => BigInt(offset) >= reached.get(partition)!)).toEqual([]);
}
