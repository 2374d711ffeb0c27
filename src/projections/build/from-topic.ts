import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { makeIndexes } from '../install.js';
import { projections, type ProjectionName } from '../projection.js';
import { inTransaction } from '../runner/checkpoint.js';
import {
  loadPositions,
  type KafkaPosition,
  type PartitionOffsets,
  type Reader,
} from '../runner/kafka-offsets.js';
import { readOffsets, startKafka, topic } from '../runner/kafka-source.js';
import type { Log } from '../runner/source.js';
import type { Version } from '../versions.js';
import { plannedFrom, versionToFill } from './plan.js';
import { alone, analyze, type RebuildOptions } from './rebuild.js';
import { swapFromTopic } from './swap-from-topic.js';

export interface TopicRebuildOptions extends Omit<RebuildOptions, 'parallel' | 'swap'> {
  brokers: string[];
  /** Told of what is tried again, and of dead letters. */
  log: Log;
}

/** So many records may be left to read when the swap is begun; those who apply wait for the rest. */
const CLOSE = 5_000n;
const ROUNDS = 20;
const LOOK_EVERY_MS = 250;

/**
 * Builds new versions of projections from the events of the topic alone, with the statements and the reader of a live
 * worker, and puts them in the place of those that are read. It takes no journal. Where each partition is lies in
 * checkpoints of the build's own, so it goes on after any death; workers may go on or not.
 * @throws BuildRunning when another process is at it; Error when the topic can't give all
 */
export async function rebuildFromTopic(options: TopicRebuildOptions): Promise<Version[]> {
  const { pool, names, report } = options;
  return alone(pool, async () => {
    await assertFedByTopic(pool);
    const { offsets } = await readOffsets(options.brokers);
    assertWhole(offsets);
    const { builds, resumed } = await planFromTopic(pool, names);
    report({ step: 'planned', builds, resumed });
    const consumer = consumerOf(builds);
    const read = new Map<number, bigint>();
    const feed = startKafka({
      ...options,
      reader: readerOf(builds, consumer),
      readTo: (partition, offset) => read.set(partition, offset),
    });
    try {
      await readToEnd(options, builds, offsets, read);
      for (const build of builds) await analyze(pool, build);
      await swapFromTopic(options, builds, consumer);
      report({ step: 'swapped' });
    } finally {
      await feed.stop();
    }
    // Not in the swap: until it stopped, the reader would have made them again.
    await pool.query('delete from projections.checkpoints where consumer = $1', [consumer]);
    return builds;
  });
}

/** The tail may be ahead of the topic, and by nothing that could be compared. */
async function assertFedByTopic(pool: pg.Pool): Promise<void> {
  const { rowCount } = await pool.query(
    `select from projections.checkpoints where consumer = 'projections' and source = 'tail'`,
  );
  if (rowCount !== 0)
    throw new Error('the read model is fed by the outbox, not from Kafka: rebuild without --from kafka');
}

function assertWhole(offsets: PartitionOffsets[]): void {
  const cut = offsets.find(({ low }) => low !== '0');
  if (cut)
    throw new Error(
      `${topic}[${cut.partition}] begins at offset ${cut.low}: what lay before is not kept, and would be missing`,
    );
}

const PREFIX = 'build ';

/** A build of other versions has read other things: it has no part in these checkpoints. */
function consumerOf(builds: Version[]): string {
  return PREFIX + builds.map(({ schema }) => schema).join(',');
}

/** A group for itself alone, which is gone with it. */
function readerOf(builds: Version[], consumer: string): Reader {
  const groupId = `counterfoil-build-${randomUUID()}`;
  return { consumer, groupId, monitored: false, targets: async () => builds };
}

async function planFromTopic(
  pool: pg.Pool,
  names: ProjectionName[],
): Promise<{ builds: Version[]; resumed: boolean }> {
  return inTransaction(pool, async (client) => {
    const builds: Version[] = [];
    let begun = 0;
    for (const name of names) {
      const projection = projections.find((each) => each.name === name)!;
      const build = await versionToFill(client, projection);
      builds.push(build);
      if ((await plannedFrom(client, build, 'topic')) === 'topic') continue;
      begun += 1;
      // Before the first row: the topic may bring an event twice, and these tell.
      await makeIndexes(client, projection, build.schema);
      await client.query(
        `insert into projections.slices (projection, version, number, work, entries) values ($1, $2, 0, $3, 1)`,
        [name, build.version, JSON.stringify({ kind: 'topic', done: 0 })],
      );
    }
    // Those of a version that was dropped may bear the name of a new one's.
    if (begun > 0)
      await client.query('delete from projections.checkpoints where starts_with(consumer, $1)', [PREFIX]);
    return { builds, resumed: begun < builds.length };
  });
}

/** Waits for the reader to come to where the topic ended, again as long as much has come meanwhile. */
async function readToEnd(
  { pool, brokers, signal, report }: TopicRebuildOptions,
  builds: Version[],
  begin: PartitionOffsets[],
  read: Map<number, bigint>,
): Promise<void> {
  let ends = begin;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (;;) {
      signal.throwIfAborted();
      const left = leftOf(ends, await loadPositions(pool, consumerOf(builds)), read);
      const total = sizeOf(ends);
      if (round > 0) report({ step: 'catching-up', sequences: left });
      else report({ step: 'filling', done: total - left, total, unit: 'records' });
      await noteDone(pool, builds, total - left, total);
      if (left === 0n) break;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    const { offsets } = await readOffsets(brokers);
    if (sizeOf(offsets) - sizeOf(ends) < CLOSE) return;
    ends = offsets;
  }
}

/** Offsets, some of which are Kafka's own marks. */
function sizeOf(ends: PartitionOffsets[]): bigint {
  return ends.reduce((sum, { high }) => sum + BigInt(high), 0n);
}

function leftOf(
  ends: PartitionOffsets[],
  positions: Map<number, KafkaPosition>,
  read: Map<number, bigint>,
): bigint {
  return ends.reduce((sum, { partition, high }) => {
    // The mark that ends the last transaction lies after the last event that was applied.
    const applied = BigInt(positions.get(partition)?.offset ?? 0);
    const seen = read.get(partition) ?? 0n;
    const reached = applied > seen ? applied : seen;
    return BigInt(high) > reached ? sum + BigInt(high) - reached : sum;
  }, 0n);
}

/** For `projections status`. */
async function noteDone(pool: pg.Pool, builds: Version[], done: bigint, total: bigint): Promise<void> {
  await pool.query(
    `update projections.slices s
     set work = jsonb_set(work, '{done}', to_jsonb(case when $4::float8 = 0 then 1 else $3::float8 / $4::float8 end))
     from unnest($1::text[], $2::int[]) n (projection, version)
     where s.projection = n.projection and s.version = n.version`,
    [builds.map(({ projection }) => projection), builds.map(({ version }) => version), done, total],
  );
}
