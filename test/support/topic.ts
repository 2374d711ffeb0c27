import { randomUUID } from 'node:crypto';
import { createKafka } from '../../src/platform/kafka.js';

export interface TopicRecord {
  partition: number;
  offset: string;
  key: string | undefined;
  value: string | undefined;
  /** A header that is null is absent here. */
  headers: Record<string, string>;
}

/**
 * Every committed record of a topic from its beginning: reads until `complete` says so, and then until the topic
 * has been silent for `quietMs`, so that what comes doubled is seen too.
 * @throws with what is there when it isn't complete within `withinMs`
 */
export async function readTopic(
  brokers: string[],
  topic: string,
  complete: (records: TopicRecord[]) => boolean,
  { withinMs = 60_000, quietMs = 1_000 } = {},
): Promise<TopicRecord[]> {
  const consumer = createKafka(brokers, 'counterfoil-test').consumer({
    groupId: `test-${randomUUID()}`,
    readUncommitted: false,
    maxWaitTimeInMs: 50,
  });
  const records: TopicRecord[] = [];
  let newest = Date.now();
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: { offset, key, value, headers = {} } }) => {
        newest = Date.now();
        const given = Object.entries(headers).filter(([, header]) => header != null);
        records.push({
          partition,
          offset,
          key: key?.toString(),
          value: value?.toString(),
          headers: Object.fromEntries(given.map(([name, header]) => [name, String(header)])),
        });
      },
    });
    const deadline = Date.now() + withinMs;
    while (!complete(records) || Date.now() - newest < quietMs) {
      if (Date.now() > deadline)
        throw new Error(`${topic} is not complete: ${records.length} records are there`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return records;
  } finally {
    await consumer.disconnect();
  }
}

/** For `complete`: that many different events are there. */
export function events(count: number): (records: TopicRecord[]) => boolean {
  return (records) =>
    records.length >= count && new Set(records.map(({ headers }) => headers.ce_id)).size >= count;
}
