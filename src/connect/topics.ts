import { withAdmin, type Admin } from '../platform/kafka.js';
import type { StreamName } from './connector.js';
import { readConnectFile } from './files.js';

export interface Topic {
  name: string;
  /** The stream without which it isn't there. */
  optional?: 'analysts';
  partitions: number;
  config: Record<string, string>;
}

/** Those of one stream. */
export function readTopics(stream: StreamName): Topic[] {
  const { topics } = JSON.parse(readConnectFile('topics.json')) as { topics: Topic[] };
  return topics.filter(({ optional = 'outbox' }) => optional === stream);
}

/** Not Debezium's own, nor one of dead letters. */
export function isEventTopic(name: string): boolean {
  return !/^__|\.dlq\./.test(name);
}

/** Of the topics that hold events, not Debezium's own nor dead letters, those that aren't there. */
export async function missingEventTopics(brokers: string[], topics: Topic[]): Promise<string[]> {
  const existing = new Set(await withAdmin(brokers, (admin) => admin.listTopics()));
  const names = topics.map((topic) => topic.name);
  return names.filter((name) => isEventTopic(name) && !existing.has(name));
}

/**
 * Creates what is missing of `connect/topics.json`; returns the names made. Replicas are the broker's default.
 * @throws when a topic has another number of partitions than the file: order by key depends on it, so it is
 * never changed in place.
 */
export async function ensureTopics(brokers: string[], topics: Topic[]): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic.name));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map((topic) => ({
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: -1,
          configEntries: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
        })),
      });
    }
    const drift = await partitionDrift(brokers, topics);
    if (drift.length > 0) throw new Error(`Topics differ from connect/topics.json: ${drift.join('; ')}`);
    return missing.map((topic) => topic.name);
  });
}

/** Deletes those that are there, with all that is on them. */
export async function deleteTopics(brokers: string[], topics: Topic[]): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const present = topics.map((topic) => topic.name).filter((name) => existing.has(name));
    if (present.length > 0) await admin.deleteTopics({ topics: present });
    return present;
  });
}

/** One line for each topic that is missing or has another number of partitions than it should. */
export async function partitionDrift(
  brokers: string[],
  topics: Topic[],
  options: { hasty?: boolean } = {},
): Promise<string[]> {
  const compare = async (admin: Admin) => {
    const existing = new Set(await admin.listTopics());
    const present = topics.filter((topic) => existing.has(topic.name));
    const { topics: found } = await admin.fetchTopicMetadata({ topics: present.map((topic) => topic.name) });
    const counts = new Map(found.map((topic) => [topic.name, topic.partitions.length]));
    return topics.flatMap(({ name, partitions }) => {
      const count = counts.get(name);
      if (count === undefined) return [`${name} is missing`];
      return count === partitions ? [] : [`${name} has ${count} partitions, not ${partitions}`];
    });
  };
  return withAdmin(brokers, compare, options);
}
