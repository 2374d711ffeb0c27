import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createKafka,
  withAdmin,
  type Consumer,
  type EachBatchPayload,
  type KafkaMessage,
} from '../../platform/kafka.js';
import type { Context } from './check.js';

const LOOK_EVERY_MS = 500;

/** Of a partition, when reading began. */
interface End {
  topic: string;
  partition: number;
  low: bigint;
  high: bigint;
}

/** Of every partition, by its name. */
export async function endsOf(brokers: string[], topics: string[]): Promise<Map<string, End>> {
  return withAdmin(brokers, async (admin) => {
    const ends = new Map<string, End>();
    for (const topic of topics)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
        ends.set(`${topic} ${partition}`, { topic, partition, low: BigInt(low), high: BigInt(high) });
    return ends;
  });
}

/** Reads from the beginning on, until it is stopped. Nobody else's group is touched, and no offset is kept. */
export async function readTopics(
  { brokers, parallel, signal, progress }: Context,
  ends: Map<string, End>,
  handle: (topic: string, partition: number, messages: KafkaMessage[]) => Promise<void>,
  counts: () => Record<string, number>,
) {
  const groupId = `counterfoil-verify-${randomUUID()}`;
  const consumer = createKafka(brokers, 'counterfoil-verify').consumer({
    ...{ groupId, readUncommitted: false, maxWaitTimeInMs: 100 },
    retry: { restartOnFailure: async () => false },
  });
  const positions = new Map<string, bigint>();
  const total = Number([...ends.values()].reduce((sum, { low, high }) => sum + high - low, 0n));
  const reached = (topic: string, partition: number, lastOffset: string) => {
    positions.set(`${topic} ${partition}`, BigInt(lastOffset) + 1n);
    progress(total - left(), total, counts());
  };
  const left = () => {
    let records = 0n;
    for (const [name, { low, high }] of ends) {
      const at = positions.get(name) ?? low;
      if (at < high) records += high - at;
    }
    return Number(records);
  };
  const failed = failureOf(consumer);
  // What holds nothing but Kafka's own records comes to no handler. Where nothing at all came, kafkajs says that it was the
  // end, though an open transaction may be what holds it back.
  consumer.on(
    consumer.events.END_BATCH_PROCESS,
    ({ payload: { batchSize, topic, partition, firstOffset, lastOffset } }) => {
      if (batchSize === 0 && firstOffset !== null) reached(topic, partition, lastOffset);
    },
  );
  const eachBatch = async ({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload) => {
    for (let n = 0; n < batch.messages.length && isRunning() && !isStale(); n += 500) {
      const some = batch.messages.slice(n, n + 500);
      await handle(batch.topic, batch.partition, some).catch((error: Error) => {
        failed.fail(error);
        throw error;
      });
      resolveOffset(some.at(-1)!.offset);
      await heartbeat();
      if (n + 500 >= batch.messages.length) reached(batch.topic, batch.partition, batch.lastOffset());
    }
  };
  await consumer.connect();
  const topics = new Set([...ends.values()].map(({ topic }) => topic));
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  const running = consumer.run({
    ...{ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: parallel },
    eachBatch,
  });
  running.catch(failed.fail);
  const pause = () => Promise.race([sleep(LOOK_EVERY_MS, undefined, { signal }), failed.failure]);
  return {
    /** A little later. @throws what reading failed with */
    pause,
    async toEnd() {
      while (left() > 0) await pause();
    },
    async stop() {
      await running.catch(() => {});
      await consumer.disconnect();
    },
  };
}

/** As an error of the run: kafkajs has given its consumer up, or the journal could not be read. */
function failureOf(consumer: Consumer) {
  let fail!: (error: Error) => void;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  failure.catch(() => {});
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error));
  return { failure, fail };
}
