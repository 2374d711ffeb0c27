import type pg from 'pg';
import { createKafka, type Consumer, type EachBatchPayload, type Kafka } from '../../platform/kafka.js';
import { assertOurs, inTransaction, takeOver, TakenOver } from './checkpoint.js';
import { applyMessages, CheckpointGone, loadOffsets, prepareOffsets } from './kafka-offsets.js';
import { backoffMs, bell, isPoison, type RunningSource, type SourceOptions } from './source.js';

export interface KafkaSourceOptions extends SourceOptions {
  brokers: string[];
  groupId?: string;
  topic?: string;
}

/**
 * Feeds the projections from Kafka; run as many as there are partitions at most. The checkpoints in Postgres
 * decide where each partition is read from, the group's offsets are for lag monitors. Broker and database may
 * go away and come back; a partition with an event that can't be applied stands still, loudly, the rest goes on.
 */
export function startKafka(options: KafkaSourceOptions): RunningSource {
  const {
    pool,
    log,
    brokers,
    groupId = 'counterfoil-projections',
    topic = 'ledger.transactions.v1',
  } = options;
  const kafka = createKafka(brokers, groupId);
  const wakeUp = bell();
  let stopping = false;
  let begun = false;
  let failures = 0;
  let signalStop!: () => void;
  const stopped = new Promise<undefined>((resolve) => (signalStop = () => resolve(undefined)));

  async function keepRunning(): Promise<void> {
    while (!stopping) {
      try {
        await session();
      } catch (error) {
        if (error instanceof TakenOver) {
          log.error({ source: 'kafka', err: error }, `projections stopped: ${error.message}`);
          return;
        }
        failures += 1;
        log.warn({ source: 'kafka', err: error, failures }, 'projections: the consumer will start again');
        if (!stopping) await wakeUp.wait(backoffMs(failures));
      }
    }
  }

  async function session(): Promise<void> {
    if (begun) await assertOurs(pool, 'kafka');
    else await inTransaction(pool, (client) => takeOver(client, 'kafka'));
    begun = true;
    const cluster = await Promise.race([prepare(kafka, pool, topic, log), stopped]);
    if (cluster === undefined) return;
    const consumer = kafka.consumer({
      groupId,
      maxWaitTimeInMs: 50,
      minBytes: 1,
      readUncommitted: false,
      // A worker that was killed holds its partitions until then; the least a broker takes by default is 6 s.
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
    });
    const crash = crashOf(consumer, log);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      failures = 0;
      const partitions = payload.memberAssignment[topic] ?? [];
      log.info({ source: 'kafka', partitions }, 'projections: partitions assigned');
      // Not awaited by kafkajs: a batch fetched meanwhile is checked against the checkpoint when it comes.
      seekAll(consumer, pool, topic, cluster, partitions).catch(() => {});
    });
    const running = (async () => {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: batches(consumer, cluster, crash.fail),
      });
      await crash.promise;
    })();
    try {
      await Promise.race([running, stopped]);
    } finally {
      running.catch(() => {});
      await consumer.disconnect().catch(() => {});
    }
  }

  function batches(consumer: Consumer, cluster: string, fail: (error: Error) => void) {
    const poisoned = new Map<number, number>();
    return async (payload: EachBatchPayload): Promise<void> => {
      const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
      const { partition } = batch;
      let attempts = 0;
      let one = poisoned.has(partition);
      let done = 0;
      while (!stopping && isRunning() && !isStale() && done < batch.messages.length) {
        const messages = one ? batch.messages.slice(done, done + 1) : batch.messages.slice(done);
        try {
          const outcome = await applyMessages(
            pool,
            { topic, partition, cluster, fetched: fetchedOffset(batch) },
            messages,
          );
          if (outcome.seek !== undefined) return consumer.seek({ topic, partition, offset: outcome.seek });
          done += messages.length;
          attempts = 0;
          poisoned.delete(partition);
          resolveOffset(messages.at(-1)!.offset);
          await heartbeat();
        } catch (error) {
          if (error instanceof TakenOver || error instanceof CheckpointGone) return fail(error);
          if (isKafkaError(error)) throw error;
          attempts += 1;
          if (isPoison(error) && messages.length > 1) {
            one = true;
          } else if (isPoison(error)) {
            return standStill(payload, poisoned, error as Error);
          } else {
            log.warn({ source: 'kafka', partition, err: error, attempts }, 'projections: will try again');
            await wakeUp.wait(backoffMs(attempts));
            await heartbeat();
          }
        }
      }
      if (done > 0) await commit(payload, BigInt(batch.messages[done - 1]!.offset) + 1n);
    };
  }

  /** The partition is paused; the event is tried again after a while, in case the cause was mended. */
  function standStill({ batch, pause }: EachBatchPayload, poisoned: Map<number, number>, error: Error): void {
    const times = (poisoned.get(batch.partition) ?? 0) + 1;
    poisoned.set(batch.partition, times);
    log.error(
      { source: 'kafka', partition: batch.partition, err: error, times },
      `projections: ${error.message}`,
    );
    const resume = pause();
    setTimeout(resume, backoffMs(times)).unref();
  }

  const done = keepRunning();
  return {
    async stop() {
      stopping = true;
      signalStop();
      wakeUp.ring();
      await done;
    },
  };
}

async function prepare(
  kafka: Kafka,
  pool: pg.Pool,
  topic: string,
  log: SourceOptions['log'],
): Promise<string> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { clusterId } = await admin.describeCluster();
    await prepareOffsets(pool, clusterId, await admin.fetchTopicOffsets(topic), log);
    return clusterId;
  } finally {
    await admin.disconnect();
  }
}

async function seekAll(
  consumer: Consumer,
  pool: pg.Pool,
  topic: string,
  cluster: string,
  partitions: number[],
) {
  for (const [partition, offset] of await loadOffsets(pool, cluster, partitions)) {
    consumer.seek({ topic, partition, offset });
  }
}

/** For lag monitors only: failing to is nothing to fail for. */
async function commit({ batch, commitOffsetsIfNecessary }: EachBatchPayload, next: bigint): Promise<void> {
  const partitions = [{ partition: batch.partition, offset: String(next) }];
  await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] }).catch(() => {});
}

/** Fails when kafkajs gives a consumer up; what it can mend by itself it restarts by itself. */
function crashOf(consumer: Consumer, log: SourceOptions['log']) {
  let fail!: (error: Error) => void;
  const promise = new Promise<never>((_, reject) => (fail = reject));
  promise.catch(() => {});
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // kafkajs has tried for a while by then.
    if (payload.restart)
      log.warn({ source: 'kafka', err: payload.error }, 'projections: Kafka does not answer');
    else fail(payload.error);
  });
  return { promise, fail };
}

/** Where the fetch began: the first message may lie later without anything missing (control records). */
function fetchedOffset(batch: EachBatchPayload['batch']): string {
  return String((batch as unknown as { fetchedOffset: string | number }).fetchedOffset);
}

function isKafkaError(error: unknown): boolean {
  return (error as Error).name?.startsWith('KafkaJS') ?? false;
}
