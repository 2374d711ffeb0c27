import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { createKafka, withAdmin, type Consumer } from '../../platform/kafka.js';
import { assertOurs, inTransaction, lockSources, takeOver, TakenOver } from './checkpoint.js';
import { batchHandler, type Assignment } from './kafka-batches.js';
import {
  live,
  loadPositions,
  prepareOffsets,
  startOf,
  type KafkaPosition,
  type PartitionOffsets,
  type Reader,
} from './kafka-offsets.js';
import { backoffMs, type Feed, type SourceOptions } from './source.js';

export interface KafkaSourceOptions extends SourceOptions {
  brokers: string[];
  /** The workers of a journal's database, when it isn't said. */
  reader?: Reader;
  /** Told how far a partition was read, Kafka's own records included, which nobody applies. */
  readTo?: (partition: number, offset: bigint) => void;
}

export const topic = 'ledger.transactions.v1';

/** The workers of a database without a journal: a group of its own, or it would share partitions with the journal's. */
export async function readerElsewhere(pool: pg.Pool): Promise<Reader> {
  const { rows } = await pool.query<{ name: string }>(
    'select system_identifier || $1 || current_database() as name from pg_control_system()',
    ['-'],
  );
  return { ...live, groupId: `${live.groupId}-${rows[0]!.name}` };
}

/** Where each partition begins and ends, and in which cluster. */
export async function readOffsets(
  brokers: string[],
): Promise<{ cluster: string; offsets: PartitionOffsets[] }> {
  return withAdmin(brokers, async (admin) => ({
    cluster: (await admin.describeCluster()).clusterId,
    offsets: await admin.fetchTopicOffsets(topic),
  }));
}

/** Most partitions of which what came is applied together. */
const PARTITIONS = 64;
/** How long stopping waits for a consumer that is just joining its group. */
const JOIN_GRACE_MS = 5_000;

/**
 * Feeds the projections from Kafka; run as many as there are partitions at most. The checkpoints in Postgres
 * decide where each partition is read from, the group's offsets are for lag monitors. Broker and database may
 * go away and come back; an event that can't be applied is a dead letter, and the rest goes on.
 */
export function startKafka({ pool, log, brokers, ...options }: KafkaSourceOptions): Feed {
  const { reader = live, readTo = () => {} } = options;
  const kafka = createKafka(brokers, reader.groupId);
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  let begun = false;
  let failures = 0;

  async function keepRunning(): Promise<Error | undefined> {
    while (!signal.aborted) {
      try {
        await session();
      } catch (error) {
        if (error instanceof TakenOver) {
          log.error({ source: 'kafka', err: error }, `projections stopped: ${error.message}`);
          return error;
        }
        failures += 1;
        log.warn({ source: 'kafka', err: error, failures }, 'projections: the consumer will start again');
        await sleep(backoffMs(failures), undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }

  async function session(): Promise<void> {
    const cluster = await Promise.race([begin(), stopped]);
    if (cluster === undefined || signal.aborted) return;
    const consumer = kafka.consumer({
      groupId: reader.groupId,
      maxWaitTimeInMs: 50,
      minBytes: 1,
      readUncommitted: false,
      // A worker that was killed holds its partitions until then; the least a broker takes by default is 6 s.
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
      // A consumer that kafkajs gives up is made anew here, from the checkpoints.
      retry: { restartOnFailure: async () => false },
    });
    const { failed, fail } = failureOf(consumer);
    const assignment = assignmentsOf(consumer, cluster, fail);
    const seek = (of: string, partition: number, offset: string) =>
      consumer.seek({ topic: of, partition, offset });
    const handle = batchHandler({ pool, log, reader, cluster, signal, assignment, seek, readTo, fail });
    // What holds nothing but Kafka's own records comes to no handler.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
      if (batchSize === 0) readTo(partition, BigInt(lastOffset) + 1n);
    });
    const running = run(consumer, handle);
    try {
      await Promise.race([running.then(() => failed), failed, stopped]);
    } finally {
      // Not before it runs: kafkajs would go on to join the group, and hold partitions that nobody reads.
      const gone = running.catch(() => {}).then(() => consumer.disconnect().catch(() => {}));
      await Promise.race([gone, stopped.then(() => sleep(JOIN_GRACE_MS, undefined, { ref: false }))]);
    }
  }

  /** Claims the projections and sees to the checkpoints, in one transaction; answers the cluster's id. */
  async function begin(): Promise<string> {
    const known = await loadPositions(pool, reader.consumer);
    const { cluster, offsets } = await readOffsets(brokers);
    await inTransaction(pool, async (client) => {
      if (begun) {
        await lockSources(client);
        await assertOurs(client, 'kafka', reader.consumer);
      } else {
        await takeOver(client, 'kafka', reader.consumer);
      }
      await prepareOffsets(client, cluster, offsets, log, known, reader.consumer);
    });
    begun = true;
    return cluster;
  }

  /** Each rebalance assigns partitions, which are then read from their checkpoints on. */
  function assignmentsOf(consumer: Consumer, cluster: string, fail: (error: Error) => void) {
    let current: Assignment = { sought: Promise.resolve(), proven: new Set() };
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      failures = 0;
      const partitions = payload.memberAssignment[topic] ?? [];
      log.info({ source: 'kafka', partitions }, 'projections: partitions assigned');
      // Not awaited by kafkajs, but by each batch.
      const sought = loadPositions(pool, reader.consumer)
        .then((positions) => seekAll(consumer, positions, cluster, partitions))
        .catch(fail);
      current = { sought, proven: new Set() };
    });
    return () => current;
  }

  async function run(consumer: Consumer, eachBatch: ReturnType<typeof batchHandler>): Promise<void> {
    await consumer.connect();
    if (signal.aborted) return;
    await consumer.subscribe({ topic, fromBeginning: true });
    if (signal.aborted) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS,
      eachBatch,
    });
  }

  const ended = keepRunning();
  return {
    ended,
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

function seekAll(
  consumer: Consumer,
  positions: Map<number, KafkaPosition>,
  cluster: string,
  partitions: number[],
): void {
  for (const partition of partitions) {
    const position = positions.get(partition);
    if (position?.cluster !== cluster) continue;
    consumer.seek({ topic, partition, offset: startOf(position) });
  }
}

/** Fails when kafkajs gives a consumer up, which it does after trying for a while, or when we do. */
function failureOf(consumer: Consumer) {
  let fail!: (error: Error) => void;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => {});
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error));
  return { failed, fail };
}
