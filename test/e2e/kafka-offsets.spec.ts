import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import { inTransaction, takeOver } from '../../src/projections/runner/checkpoint.js';
import {
  applyFetched,
  loadPositions,
  prepareOffsets,
  StartAgain,
} from '../../src/projections/runner/kafka-offsets.js';
import { applyMessages } from '../support/kafka-messages.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const cluster = 'c';
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { role: 'counterfoil_projector', max: 6, applicationName: 'test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

beforeEach(async () => {
  await pool.query('delete from projections.checkpoints');
  await prepareOffsets(pool, cluster, [{ partition: 0, low: '0', high: '0' }], quiet);
});

describe('a checkpoint', () => {
  it('is not put back by a worker that starts while another moves it on', async () => {
    await apply([0, 1, 2]);
    const known = await loadPositions(pool);
    await apply([3, 4, 5]);
    await prepareOffsets(pool, cluster, [{ partition: 0, low: '0', high: '2' }], quiet, known);
    expect(await offset()).toBe('6');
  });

  it('is put to the beginning when the partition ends before it, begins after it or is of another cluster', async () => {
    await apply([0, 1, 2]);
    await prepare({ low: '0', high: '2' });
    expect(await offset()).toBe('0');
    await apply([0, 1, 2]);
    await prepare({ low: '5', high: '9' });
    expect(await offset()).toBe('5');
    await prepareOffsets(
      pool,
      'd',
      [{ partition: 0, low: '1', high: '9' }],
      quiet,
      await loadPositions(pool),
    );
    expect(await offset()).toBe('1');
  });

  it('stays where it is within the partition, also when what was applied last is not kept any more', async () => {
    await apply([0, 1, 2]);
    await prepare({ low: '0', high: '3' });
    expect(await offset()).toBe('3');
    await prepare({ low: '3', high: '3' });
    expect(await offset()).toBe('3');
    await apply([3], { unproven: true, fetched: '3' });
    expect(await offset()).toBe('4');
  });
});

describe('a partition is taken for another one, and applied from its beginning,', () => {
  it.each([
    ['it ends before the checkpoint', [message(0), message(1)], { high: '2' }],
    ['another event lies at the last offset', [message(2, { id: 'other' }), message(3)], { high: '4' }],
    ['the same event was put there at another time', [message(2, { at: '2' }), message(3)], { high: '4' }],
    ['nothing lies at the last offset', [message(3), message(4)], { high: '5' }],
  ])('when %s', async (_, messages, { high }) => {
    await apply([0, 1, 2]);
    const from = { topic: 't', partition: 0, cluster, fetched: '2', high, unproven: true };
    await expect(applyMessages(pool, from, messages)).rejects.toThrow('applied from its beginning');
    expect(await offset()).toBe('0');
  });

  it('but not while the records are those that were applied, be they fetched from before, or one by one', async () => {
    await apply([0, 1, 4]);
    await apply([1, 4, 5], { fetched: '1', high: '6', unproven: true });
    await apply([0, 1], { fetched: '0', high: '6' });
    await apply([6], { fetched: '6', high: '9' });
    await apply([8], { fetched: '7', high: '9' });
    expect(await offset()).toBe('9');
  });
});

it('a fetch that says nothing of the last record is not trusted after a rebalance', async () => {
  await apply([0, 1, 2]);
  await expect(apply([3], { fetched: '3', unproven: true })).rejects.toThrow(StartAgain);
  expect(await offset()).toBe('3');
});

it('what came of several partitions is applied together, and not what another process is at', async () => {
  await prepareOffsets(
    pool,
    cluster,
    [1, 2].map((partition) => ({ partition, low: '0', high: '0' })),
    quiet,
  );
  const part = (partition: number, first: number) => ({
    ...{ topic: 't', partition, cluster, fetched: String(first) },
    messages: [message(first), message(first + 1)],
  });
  const outcomes = await inTransaction(pool, async (other) => {
    await other.query(`select from projections.checkpoints where partition = '1' for update`);
    return applyFetched(pool, [part(0, 0), part(1, 0), part(2, 7), part(3, 0)], { wait: false });
  });
  expect(outcomes).toEqual([{}, { busy: true }, { seek: '0' }, { again: expect.any(StartAgain) }]);
  const positions = await loadPositions(pool);
  expect([0, 1, 2].map((partition) => positions.get(partition)!.offset)).toEqual(['2', '0', '0']);
});

it('of two sources that take over at once, one goes', async () => {
  const feed = (source: 'kafka' | 'tail', partition: string) =>
    inTransaction(pool, async (client) => {
      await takeOver(client, source);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await client.query(
        `insert into projections.checkpoints (consumer, source, partition, position)
         values ('projections', $1, $2, '{}') on conflict do nothing`,
        [source, partition],
      );
    });
  for (let n = 0; n < 5; n += 1) {
    await Promise.all([feed('kafka', '0'), feed('tail', 'tail')]);
    expect((await pool.query('select from projections.checkpoints')).rowCount).toBe(1);
  }
});

async function apply(
  offsets: number[],
  options: { fetched?: string; high?: string; unproven?: boolean } = {},
) {
  const from = { topic: 't', partition: 0, cluster, fetched: String(offsets[0]), ...options };
  return applyMessages(
    pool,
    from,
    offsets.map((n) => message(n)),
  );
}

async function prepare(ends: { low: string; high: string }): Promise<void> {
  await prepareOffsets(pool, cluster, [{ partition: 0, ...ends }], quiet, await loadPositions(pool));
}

async function offset(): Promise<string> {
  return (await loadPositions(pool)).get(0)!.offset;
}

/** Of a type that projections pass over. */
function message(n: number, { id = `event-${n}`, at = '1' } = {}) {
  return {
    offset: String(n),
    timestamp: at,
    headers: { ce_id: Buffer.from(id) },
    value: Buffer.from('{"event_type":"other"}'),
  } as unknown as Parameters<typeof applyMessages>[2][number];
}
