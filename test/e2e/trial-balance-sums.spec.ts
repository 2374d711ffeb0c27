import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventsAfter } from '../../src/events/republish.js';
import { createPool } from '../../src/platform/postgres.js';
import { decode } from '../../src/projections/runner/incoming.js';
import { prepareOffsets } from '../../src/projections/runner/kafka-offsets.js';
import { recordedBetween } from '../../src/projections/runner/journal-rows.js';
import { applyIncoming, applyJournal } from '../../src/projections/runner/rows.js';
import { trialBalance } from '../../src/projections/trial-balance/queries.js';
import { appliedTo } from '../../src/projections/versions.js';
import { applyMessages } from '../support/kafka-messages.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import {
  bookHistory,
  connect,
  CURRENCIES,
  expectBalanced,
  points,
  summed,
} from '../support/trial-balance.js';

const sums = 'lines_v1.lines, lines_v1.coverage, trial_balance_v1.volumes, trial_balance_v1.applied';

async function replay(client: pg.PoolClient, through: string): Promise<void> {
  await applyJournal(client, recordedBetween('0', through), await appliedTo(client));
}

describe('the sums of the days', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let pool: pg.Pool;
  let payloads: string[];

  beforeAll(async () => {
    database = await createDatabase();
    owner = await connect(database.url);
    pool = createPool(database.url, { role: 'counterfoil_projector', max: 8, applicationName: 'test' });
    await bookHistory(owner, 'main', 150);
    const client = await pool.connect();
    const events = await eventsAfter(client, '0', '1000000000').finally(() => client.release());
    payloads = events.map(({ payload }) => payload);
    expect(payloads).toHaveLength(450);
  });

  afterAll(async () => {
    await pool?.end();
    await owner?.end();
    await database?.drop();
  });

  it('balance at any moment while several workers apply events out of order, twice and at once', async () => {
    const partitions = [0, 1, 2, 3, 4];
    await prepareOffsets(
      pool,
      'c',
      partitions.map((partition) => ({ partition, low: '0', high: '0' })),
      { info: () => {}, warn: () => {}, error: () => {} },
    );
    let working = true;
    let looks = 0;
    const watch = async () => {
      for (; working; looks += 1) {
        for (const point of [{}, ...points.slice(1, 8)])
          expectBalanced(await trialBalance(pool, 'main', point));
      }
    };
    const work = partitions.map(async (partition) => {
      // Each has two thirds of all, so that every event comes several times, and often to two workers at once.
      const mine = shuffled(payloads.filter((_, n) => (n + partition) % 3 > 0));
      for (let offset = 0; offset < mine.length; offset += 9) {
        const messages = mine.slice(offset, offset + 9).map((payload, n) => message(offset + n, payload));
        const from = { topic: 't', partition, cluster: 'c', fetched: String(offset) };
        await applyMessages(pool, from, messages);
      }
    });
    const watching = watch();
    await Promise.all(work).finally(() => (working = false));
    await watching;
    expect(looks).toBeGreaterThan(3);
    for (const point of points) {
      expect(await trialBalance(pool, 'main', point)).toEqual(await summed(owner, 'main', point));
    }
  });

  it('stay as they are when the journal is applied again', async () => {
    const before = await trialBalance(pool, 'main', {});
    for (let n = 0; n < 2; n += 1) {
      const client = await pool.connect();
      await replay(client, '1000000000');
      client.release();
    }
    expect(before).toEqual(await summed(owner, 'main', {}));
    expect(await trialBalance(pool, 'main', {})).toEqual(before);
  });

  it('come to the same from the journal alone', async () => {
    await pool.query(`truncate ${sums}`);
    const client = await pool.connect();
    await replay(client, '200');
    await replay(client, '1000000000');
    client.release();
    for (const point of points) {
      expect(await trialBalance(pool, 'main', point)).toEqual(await summed(owner, 'main', point));
    }
  });

  it('make no worker wait for another, and a lone one keeps to one row a day', async () => {
    await pool.query(`truncate ${sums}, balances_v1.balances`);
    const workers = await Promise.all([1, 2, 3].map(() => pool.connect()));
    // Of currencies that share no account.
    const ofCurrency = CURRENCIES.map((currency) =>
      payloads.find((payload) => payload.includes(`"currency":"${currency}"`))!,
    );
    const events = ofCurrency.map((payload) =>
      decode([
        { position: randomUUID(), payload: payload.replaceAll(/"currency":"[^"]+"/g, '"currency":"USD"') },
      ]),
    );
    try {
      for (const [n, worker] of workers.entries()) {
        await worker.query('begin');
        await worker.query(`set local lock_timeout = '3s'`);
        await applyIncoming(worker, events[n]!, await appliedTo(worker));
      }
    } finally {
      for (const worker of workers) {
        await worker.query('commit');
        worker.release();
      }
    }
    const shards = async () =>
      (await pool.query('select distinct shard from trial_balance_v1.volumes order by 1')).rows.map(
        (row) => row.shard,
      );
    expect(await shards()).toEqual([0, 1, 2]);
    await pool.query(`truncate ${sums}`);
    for (const worker of await Promise.all([1, 2, 3].map(() => pool.connect()))) {
      await replay(worker, '1000000000');
      worker.release();
    }
    expect(await shards()).toEqual([0]);
  });
});

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}

function message(offset: number, payload: string) {
  return { offset: String(offset), value: Buffer.from(payload) } as Parameters<
    typeof applyMessages
  >[2][number];
}
