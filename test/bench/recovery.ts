/**
 * How soon it flows again after `kill -9` of a part: `npm run bench:recovery`, or with another number of rounds as its
 * argument. From the kill until something that was acknowledged after it is in the read model, through Debezium and
 * Kafka; healing from the journal is off. A part is started again at once, as its supervisor would. It makes a whole
 * stack of its own in temporary folders.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { post } from '../support/ledger.js';
import { startLoad, whileLoaded } from '../support/load.js';
import { startTestStack, type TestStack } from '../support/stack.js';

const [ROUNDS = 3] = process.argv.slice(2).map(Number);
const LONGEST_MS = 120_000;
const parts = ['Worker', 'Connect', 'Kafka', 'Postgres'] as const;
const accounts = ['a', 'b', 'c', 'd', 'e'];

const stack = await startTestStack({ ownPostgres: true, settings: { HEAL_AFTER_SECONDS: '86400' } });
try {
  for (const id of accounts)
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
  const load = startLoad(stack.url, accounts);
  await whileLoaded(load, async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const part of parts) {
        await load.more(100);
        await flowing(stack, load.acknowledged, load.acknowledged.length - 1);
        const before = load.acknowledged.length;
        const killed = performance.now();
        const crashed = stack[`crash${part}`]();
        await flowing(stack, load.acknowledged, before + 10);
        console.log(`${part}: ${((performance.now() - killed) / 1000).toFixed(1)} s`);
        await crashed;
      }
    }
  });
} finally {
  await stack.stop();
}

/** Until the read model has the command acknowledged as this one. */
async function flowing({ databaseUrl }: TestStack, acknowledged: string[], number: number): Promise<void> {
  for (const until = Date.now() + LONGEST_MS; Date.now() < until; await sleep(50)) {
    if (acknowledged.length > number && (await isThere(databaseUrl, acknowledged[number]!))) return;
  }
  throw new Error(`nothing flowed for ${LONGEST_MS / 1000} s`);
}

/** A Postgres that was killed answers by an error for a while. */
async function isThere(databaseUrl: string, id: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query('select from transactions_v1.transactions where id = $1', [id]);
    return rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
