import type pg from 'pg';
import type { KafkaMessage } from '../../platform/kafka.js';
import { assertOurs, consumer, withCheckpoints, type Step } from './checkpoint.js';
import { applyEvents } from '../dead-letters/bury.js';
import { appliedTo } from '../versions.js';
import type { SourceEvent } from './incoming.js';
import type { Log } from './source.js';

/** Where a partition is, in the Kafka cluster it belongs to. */
export interface KafkaPosition {
  cluster: string;
  /** The next offset to apply. */
  offset: string;
  /** The record at the offset before, which shows that the partition still is the one that was read. */
  record?: string;
}

/** Who reads the topic: whose checkpoints move, and what the events are applied to. */
export interface Reader {
  consumer: string;
  /** Its workers share the partitions. */
  groupId: string;
  /** Its offsets are committed too, for lag monitors. */
  monitored: boolean;
  targets: typeof appliedTo;
}

/** The workers of a journal's database. */
export const live: Reader = {
  ...{ consumer, groupId: 'counterfoil-projections', monitored: true },
  targets: appliedTo,
};

export interface PartitionOffsets {
  partition: number;
  low: string;
  high: string;
}

/** What came of a partition. */
export interface Fetched {
  topic: string;
  partition: number;
  cluster: string;
  messages: KafkaMessage[];
  /** The offset the messages were asked from. */
  fetched: string;
  /** The partition's end when they were fetched. */
  high?: string;
  /** These must begin with the checkpoint's record: none since the partition was assigned has been compared. */
  unproven?: boolean;
}

export interface ApplyOptions {
  reader?: Reader;
  /** One by one, and what can't be applied is a dead letter, told here. */
  burying?: Log | undefined;
  /** For what another process holds: false passes over a partition whose checkpoint it is, and gives up accounts soon. */
  wait?: boolean;
}

/** How long accounts are waited for where there are others to go on with. */
const SOON = '1s';

/** Nothing wrong with an event, but with where we stand: the consumer starts again, from `prepareOffsets` on. */
export class StartAgain extends Error {}

/** Each partition's checkpoint, whatever cluster it belongs to. */
export async function loadPositions(
  db: Pick<pg.Pool, 'query'>,
  of = consumer,
): Promise<Map<number, KafkaPosition>> {
  const { rows } = await db.query<{ partition: number; position: KafkaPosition }>(
    `select partition::int as partition, position from projections.checkpoints
     where consumer = $1 and source = 'kafka'`,
    [of],
  );
  return new Map(rows.map((row) => [row.partition, row.position]));
}

/** The offset to fetch from: that of the record applied last, so that it can be compared. */
export function startOf({ offset, record }: KafkaPosition): string {
  return record === undefined ? offset : String(BigInt(offset) - 1n);
}

/**
 * Makes the checkpoints that are missing, and starts anew those that don't belong to this cluster's topic.
 * @param known the checkpoints, read before `offsets` were asked for: a partition that another worker reads would
 *   else seem to be beyond its end. One that has moved since is left alone.
 */
export async function prepareOffsets(
  db: Pick<pg.Pool, 'query'>,
  cluster: string,
  offsets: PartitionOffsets[],
  log: Log,
  known = new Map<number, KafkaPosition>(),
  of = consumer,
): Promise<void> {
  for (const { partition, low, high } of offsets) {
    const position = known.get(partition);
    const prepared = prepare(position, { cluster, low, high });
    if (prepared === position) continue;
    if (position?.cluster === cluster && prepared.offset !== position.offset) {
      log.error(
        { partition, offset: position.offset, low, high },
        'projections: the checkpoint lies outside of the partition, which is applied from its beginning',
      );
    }
    await db.query(
      `insert into projections.checkpoints (consumer, source, partition, position) values ($1, 'kafka', $2, $3)
       on conflict (consumer, partition) do update set position = excluded.position, updated_at = clock_timestamp()
       where checkpoints.position = $4`,
      [of, String(partition), JSON.stringify(prepared), position ? JSON.stringify(position) : null],
    );
  }
}

function prepare(
  position: KafkaPosition | undefined,
  { cluster, low, high }: { cluster: string; low: string; high: string },
): KafkaPosition {
  if (position?.cluster !== cluster) return { cluster, offset: low };
  const offset = BigInt(position.offset);
  if (offset < BigInt(low) || offset > BigInt(high)) return { cluster, offset: low };
  // The record applied last is not kept any more, so there is nothing to compare.
  if (offset === BigInt(low) && position.record !== undefined) return { cluster, offset: low };
  return position;
}

/** What became of what a partition brought: nothing to say when it is applied. */
export interface Outcome {
  /** Where to read from instead: it was fetched from beyond the checkpoint. */
  seek?: string;
  /** The checkpoint is gone, or was put back to the beginning. */
  again?: StartAgain;
  /** Another process holds the checkpoint. */
  busy?: true;
}

/**
 * Applies messages of different partitions and moves their checkpoints past them, in one transaction; those before the
 * checkpoint are passed over. When the topic turns out to be another than the one that was read, nothing is
 * applied and the checkpoint goes back to the beginning: to apply an event twice changes nothing.
 * @returns in their order
 * @throws StartAgain when it can't be told whether a topic is the one that was read
 */
export async function applyFetched(
  pool: pg.Pool,
  parts: Fetched[],
  { reader = live, burying, wait = true }: ApplyOptions = {},
): Promise<Outcome[]> {
  const outcomes = await withCheckpoints<KafkaPosition, Outcome>(
    pool,
    parts.map(({ partition }) => String(partition)),
    wait,
    async (client, checkpoints) => {
      const steps = new Map<string, Step<KafkaPosition, Outcome>>();
      const fresh: Fetched[] = [];
      for (const part of parts) {
        const checkpoint = checkpoints.get(String(part.partition));
        if (!checkpoint) continue;
        const { step, messages } = stepOf(part, checkpoint.position);
        steps.set(String(part.partition), step);
        if (messages.length > 0) fresh.push({ ...part, messages });
      }
      if (fresh.length === 0) return steps;
      if (!wait) await client.query(`set local lock_timeout = '${SOON}'`);
      const newest = await applyEvents(client, fresh.map(eventsOf), burying, reader.targets);
      fresh.forEach(({ partition }, n) => (steps.get(String(partition))!.newest = newest[n]));
      return steps;
    },
    reader.consumer,
  );
  if ([...outcomes.values()].includes('missing')) await assertOurs(pool, 'kafka', reader.consumer);
  return parts.map(({ partition }) => {
    const outcome = outcomes.get(String(partition))!;
    if (outcome === 'missing')
      return { again: new StartAgain(`the checkpoint of partition ${partition} is gone`) };
    return outcome === 'busy' ? { busy: true } : outcome;
  });
}

/** What is to be done about what came of a partition, and the messages that are to be applied. */
function stepOf(
  part: Fetched,
  position: KafkaPosition,
): { step: Step<KafkaPosition, Outcome>; messages: KafkaMessage[] } {
  const { topic, partition, cluster, fetched } = part;
  const ours = position.cluster === cluster;
  if (ours && isAnotherTopic(position, part)) {
    const what = `${topic}[${partition}] is not the one that was read: it is applied from its beginning`;
    const again = new StartAgain(what);
    return { step: { position: { cluster, offset: '0' }, outcome: { again } }, messages: [] };
  }
  const next = ours ? BigInt(position.offset) : 0n;
  if (BigInt(fetched) > next) return { step: { outcome: { seek: String(next) } }, messages: [] };
  const messages = part.messages.filter((message) => BigInt(message.offset) >= next);
  const last = messages.at(-1);
  return { step: { ...(last && { position: after(cluster, last) }), outcome: {} }, messages };
}

function eventsOf({ topic, partition, messages }: Fetched): SourceEvent[] {
  return messages.map((message) => ({
    position: `${topic}[${partition}]@${message.offset}`,
    ...eventOf(message),
  }));
}

function eventOf({ key, value, headers = {} }: KafkaMessage) {
  const given = Object.entries(headers).filter(([, header]) => header != null);
  return {
    key: key?.toString() ?? null,
    payload: value?.toString() ?? null,
    headers: Object.fromEntries(given.map(([name, header]) => [name, String(header)])),
  };
}

function after(cluster: string, message: KafkaMessage): KafkaPosition {
  return { cluster, offset: String(BigInt(message.offset) + 1n), record: identity(message) };
}

/**
 * A topic that was deleted and made again has other records at the same offsets: it ends before the checkpoint,
 * or what lies right before the checkpoint is not what was applied last.
 * @throws StartAgain when that can't be told, since the fetch began later
 */
function isAnotherTopic(
  { offset, record }: KafkaPosition,
  { topic, partition, fetched, high, unproven, messages }: Fetched,
): boolean {
  if (high !== undefined && BigInt(high) < BigInt(offset)) return true;
  if (record === undefined) return false;
  const last = BigInt(offset) - 1n;
  if (BigInt(fetched) <= last) {
    const message = messages.find((candidate) => BigInt(candidate.offset) >= last);
    return message !== undefined && (BigInt(message.offset) > last || identity(message) !== record);
  }
  if (unproven)
    throw new StartAgain(`${topic}[${partition}] was not fetched from its last applied record on`);
  return false;
}

/** An event made again from the journal has the same id, but was put on its topic at another time. */
function identity({ headers, timestamp }: KafkaMessage): string | undefined {
  const id = headers?.ce_id?.toString();
  return id === undefined ? undefined : `${id} ${timestamp}`;
}
