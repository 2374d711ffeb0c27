import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { schemaOf } from '../../src/projections/projection.js';
import { eventually, post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

const CLIENTS = 6;
const ACCOUNTS = 5;
/** A recovery waits for sessions and transactions of the dead to time out. */
const RECOVERY_MS = 60_000;

let stack: TestStack;
const acknowledged: string[] = [];

beforeAll(async () => {
  stack = await startTestStack();
  for (let n = 0; n < ACCOUNTS; n += 1)
    await post(stack.url, '/accounts', { id: `a${n}`, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

describe('killed in the middle of concurrent transfers and started again', () => {
  it.each(['Connect', 'Kafka', 'Worker'] as const)(
    '%s: every acknowledged transaction is in the read model, none of them applied twice',
    async (part) => {
      const before = acknowledged.length;
      await whileTransferring(async () => {
        await enough(before + 30);
        await stack[`crash${part}`]();
        await enough(acknowledged.length + 30);
      });
      await eventually(expectReadModelAsJournal, RECOVERY_MS);
    },
    120_000,
  );

  it('leaves every transaction in the topic once', async () => {
    const records = await readTopic(stack.brokers, 'ledger.transactions.v1', events(acknowledged.length));
    expect(records.map(({ headers }) => headers.ce_id).sort()).toEqual([...acknowledged].sort());
  });
});

/** Transfers back and forth between few accounts, one after the other from each client, until `work` is done. */
async function whileTransferring(work: () => Promise<void>): Promise<void> {
  let done = false;
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let n = client; !done; n += 1) {
      const [from, to] = [`a${n % ACCOUNTS}`, `a${(n + 1 + (client % (ACCOUNTS - 1))) % ACCOUNTS}`];
      acknowledged.push((await post(stack.url, '/transfers', { from, to, amount: '1' })).id);
      await sleep(20);
    }
  });
  try {
    await work();
  } finally {
    done = true;
    await Promise.all(clients);
  }
}

async function enough(count: number): Promise<void> {
  await eventually(async () => expect(acknowledged.length).toBeGreaterThan(count));
}

async function expectReadModelAsJournal(): Promise<void> {
  const shown = await query<{ id: string }>(
    stack.databaseUrl,
    `select id from ${schemaOf({ name: 'transactions', version: 1 })}.transactions`,
  );
  expect(shown.map(({ id }) => id).sort()).toEqual([...acknowledged].sort());
  const [counts] = await query(
    stack.databaseUrl,
    `select (select count(*) from ${schemaOf({ name: 'lines', version: 1 })}.lines) as lines,
            (select count(*) from journal.entries) as entries`,
  );
  expect(counts!.lines).toBe(counts!.entries);
  const totals = 'account_no, version, posted_debits, posted_credits, pending_debits, pending_credits';
  expect(
    await query(
      stack.databaseUrl,
      `select ${totals} from ${schemaOf({ name: 'balances', version: 1 })}.balances order by account_no`,
    ),
  ).toEqual(
    await query(
      stack.databaseUrl,
      `select distinct on (account_no) ${totals} from journal.entries order by account_no, version desc`,
    ),
  );
}
