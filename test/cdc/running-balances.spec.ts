import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { republishJournal } from '../../src/events/republish.js';
import { createKafka } from '../../src/platform/kafka.js';
import { startPart, type Part } from '../../src/stack/process.js';
import type { Json } from '../support/client.js';
import { eventually, post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';

const ACCOUNTS = 4;
let stack: TestStack;
let folder: string;
let consumer: Part | undefined;

beforeAll(async () => {
  stack = await startTestStack();
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-analysts-'));
  for (let n = 0; n < ACCOUNTS; n += 1)
    await post(stack.url, '/accounts', {
      id: `a${n}`,
      type: n % 2 ? 'asset' : 'liability',
      currency: 'USD',
      min_balance: null,
    });
  await stack.startStreaming();
}, 120_000);

afterAll(async () => {
  await consumer?.kill9();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const stateFile = () => join(folder, 'state.json');
const state = async (): Promise<Json> => JSON.parse(await readFile(stateFile(), 'utf8'));

async function start(): Promise<Part> {
  return (consumer = await startPart({
    name: 'analyst',
    command: process.execPath,
    args: ['examples/analysts/running-balances.mjs', stateFile()],
    dir: folder,
    env: { PATH: process.env.PATH, KAFKA_BROKERS: stack.brokers.join() },
  }));
}

async function transfers(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1)
    await post(stack.url, '/transfers', {
      from: `a${n % ACCOUNTS}`,
      to: `a${(n + 1 + (n % 2)) % ACCOUNTS}`,
      amount: String(n + 1),
    });
}

/** Balance and version of each account, by the service from the journal. */
async function balances(): Promise<Json> {
  const all = Array.from({ length: ACCOUNTS }, async (_, n) => {
    const { balances: of, version } = (await (
      await fetch(`${stack.url}/v1/ledgers/main/accounts/a${n}`)
    ).json()) as Json;
    return [`main/a${n}`, [of.posted.balance, of.posted.debits, of.posted.credits, version, 0]];
  });
  return Object.fromEntries(await Promise.all(all));
}

async function expectBalances(): Promise<void> {
  const { accounts } = await state();
  const kept = Object.entries<Json>(accounts)
    .filter(([name]) => name.startsWith('main/a'))
    .map(([name, { balance, debits, credits, version, ahead }]) => [
      name,
      [balance, debits, credits, version, ahead.length],
    ]);
  expect(Object.fromEntries(kept)).toEqual(await balances());
}

describe('the running balances of examples/analysts', () => {
  it('killed in the middle and started again, are those of the service', async () => {
    await start();
    const moving = transfers(120);
    await eventually(async () => expect((await state()).events).toBeGreaterThan(20));
    await consumer!.kill9();
    const killedAt = (await state()).events;
    await moving;
    expect(killedAt).toBeLessThan(120);
    await start();
    await eventually(expectBalances);
    const { events, duplicates, offsets } = await state();
    expect([events, duplicates]).toEqual([120, 0]);
    const read = Object.values<string>(offsets).reduce((sum, offset) => sum + Number(offset), 0);
    expect(read).toBeGreaterThanOrEqual(120);
  }, 90_000);

  it('stay so when every event comes once more', async () => {
    await republishJournal(stack.databaseUrl);
    await eventually(async () => expect((await state()).duplicates).toBe(120));
    await transfers(5);
    await eventually(expectBalances);
    expect((await state()).events).toBe(125);
  }, 60_000);

  it('tell of an event that is missing', async () => {
    const [row] = await query<{ payload: string }>(
      stack.databaseUrl,
      `select payload from journal.outbox where type = 'ledger.transaction.posted' order by sequence limit 1`,
    );
    const lost = JSON.parse(row!.payload);
    lost.entries = [{ ...lost.entries[0], account: 'ghost', version: 2 }];
    const producer = createKafka(stack.brokers, 'test').producer();
    await producer.connect();
    await producer.send({
      topic: 'ledger.transactions.v1',
      messages: [{ key: 'ghost', value: JSON.stringify(lost) }],
    });
    await producer.disconnect();
    await eventually(async () =>
      expect(await readFile(consumer!.logFile, 'utf8')).toContain(
        'gap: main/ghost: version 1 is missing, 2 is there',
      ),
    );
  }, 60_000);
});
