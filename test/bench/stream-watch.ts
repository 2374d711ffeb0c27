import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createKafka } from '../../src/platform/kafka.js';
import { eventually, post } from '../support/ledger.js';

export const TOPIC = 'ledger.transactions.v1';

/** By a transaction's id. */
export type Times = Map<string, number>;
/** Resolves with when each was seen, once so many were. */
export type Seen = (count: number) => Promise<Times>;

/** Transfers at a steady rate, whatever the answers take; notes when each was acknowledged. */
export async function load(
  url: string,
  acknowledged: Times,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<void> {
  const ids = Array.from({ length: 20 }, (_, n) => `${randomUUID()}-${n}`);
  for (const id of ids)
    await post(url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  const underway = new Set<Promise<void>>();
  const began = performance.now();
  for (let n = 0; n < rate * seconds; n += 1) {
    await sleep(Math.max(0, began + (n * 1_000) / rate - performance.now()));
    const [from, to] = [ids[n % 20], ids[(n + 1 + (n % 7)) % 20]];
    const one = post(url, '/transfers', { from, to, amount: '1' }).then(({ id }) => {
      // The first half warms everything up: Kafka and Connect compile what they run.
      acknowledged.set(id, n < (rate * seconds) / 2 ? Infinity : performance.now());
      underway.delete(one);
    });
    underway.add(one);
  }
  await Promise.all(underway);
}

/** Looks every few milliseconds for those that are acknowledged and weren't there yet: more would be load itself. */
export async function watchReadModel(databaseUrl: string, acknowledged: Times): Promise<Seen> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const seen = new Map<string, number>();
  let wanted = Infinity;
  const watch = async () => {
    while (seen.size < wanted) {
      await sleep(4);
      const expected = [...acknowledged.keys()].filter((id) => !seen.has(id));
      if (expected.length === 0) continue;
      const { rows } = await client.query<{ id: string }>({
        name: 'seen',
        text: 'select id from transactions_v1.transactions where id = any($1)',
        values: [expected],
      });
      const now = performance.now();
      for (const { id } of rows) seen.set(id, now);
    }
    await client.end();
    return seen;
  };
  const watching = watch();
  return (count) => {
    wanted = count;
    return watching;
  };
}

export async function watchTopic(brokers: string[]): Promise<Seen> {
  const consumer = createKafka(brokers, 'bench').consumer({
    groupId: randomUUID(),
    readUncommitted: false,
    maxWaitTimeInMs: 50,
  });
  const seen = new Map<string, number>();
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      const id = message.headers?.ce_id?.toString();
      if (id) seen.set(id, performance.now());
    },
  });
  await sleep(3_000);
  return async (count) => {
    await eventually(async () => {
      if (seen.size < count) throw new Error(`${seen.size} of ${count} came`);
    });
    await consumer.disconnect();
    return seen;
  };
}

/** Milliseconds from the one to the other, of what was not there to warm up. */
export function delays(from: Times, to: Times): number[] {
  return [...from].filter(([, at]) => at !== Infinity).map(([id, at]) => Math.max(0, to.get(id)! - at));
}
