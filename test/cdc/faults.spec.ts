import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { counterfoil } from '../support/cli.js';
import { eventually, post } from '../support/ledger.js';
import { startLoad, whileLoaded } from '../support/load.js';
import { expectReadModelAsJournal } from '../support/read-model.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

/**
 * `FAULTS_ROUNDS` rounds; in each, every part is killed once, in an order and after pauses that follow from the seed.
 * A failure's seed is printed; `FAULTS_SEED` begins with that.
 */
const { FAULTS_ROUNDS = '3', FAULTS_SEED } = process.env;
const rounds = Number(FAULTS_ROUNDS);
const seed = Number(FAULTS_SEED ?? Date.now() % 2 ** 31);

const parts = ['Worker', 'Connect', 'Kafka', 'Postgres'] as const;
const ROUND_MS = 60_000;
/** A recovery waits for sessions and transactions of the dead to time out. */
const RECOVERY_MS = 90_000;
const accounts = ['a', 'b', 'c', 'd', 'e'];
let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ ownPostgres: true });
  for (const id of accounts)
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

describe(`kill -9 of ${parts.join(', ')} under load, ${rounds} times each (FAULTS_SEED=${seed})`, () => {
  let acknowledged: string[];

  it(
    'leaves the read model as the journal, with every acknowledged transaction once, and no step by hand',
    async () => {
      const load = startLoad(stack.url, accounts);
      acknowledged = await whileLoaded(load, async () => {
        await load.more(30);
        for (const { part, pauseMs } of kills()) {
          await stack[`crash${part}`]();
          await sleep(pauseMs);
        }
        await load.more(30);
      });
      await eventually(() => expectReadModelAsJournal(stack.databaseUrl, acknowledged), RECOVERY_MS);
    },
    rounds * ROUND_MS + RECOVERY_MS,
  );

  it('makes no dead letters', async () => {
    expect(await query(stack.databaseUrl, 'select * from projections.dead_letters')).toEqual([]);
  });

  it(
    'leaves every transaction in the topic, and what came twice is the same',
    async () => {
      const complete = events(acknowledged.length);
      const records = await readTopic(stack.brokers, 'ledger.transactions.v1', complete, {
        withinMs: RECOVERY_MS,
      }).catch(async (error: Error) => {
        const { stdout } = await counterfoil(['connect', 'status', '--json'], await stack.environment());
        throw new Error(`${error.message} of ${acknowledged.length}\n${stdout}`);
      });
      // The promise is at least once: exactly-once delivery spares most repeats, not all of them.
      const first = new Map<string, object>();
      for (const { partition, key, value, headers } of records) {
        const record = { partition, key, value, headers };
        expect(record).toEqual(first.get(headers.ce_id!) ?? record);
        first.set(headers.ce_id!, record);
      }
      expect([...first.keys()].sort()).toEqual([...acknowledged].sort());
    },
    RECOVERY_MS + 30_000,
  );
});

/** Each part is killed while others may still recover. */
function kills() {
  const round = fc.tuple(
    fc.shuffledSubarray([...parts], { minLength: parts.length }),
    fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: parts.length, maxLength: parts.length }),
  );
  return fc
    .sample(round, { seed, numRuns: rounds })
    .flatMap(([order, pauses]) => order.map((part, n) => ({ part, pauseMs: pauses[n]! })));
}
