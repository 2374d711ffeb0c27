import type pg from 'pg';
import type { KafkaMessage } from '../../platform/kafka.js';
import { assertOurs, consumer, withCheckpoint } from './checkpoint.js';
import { decode, newest, PoisonEvent } from './incoming.js';
import { applyIncoming } from './rows.js';
import { isPoison, type Log } from './source.js';

/** The next offset to apply, in the Kafka cluster it belongs to. */
interface KafkaPosition {
  cluster: string;
  offset: string;
}

interface PartitionOffsets {
  partition: number;
  low: string;
  high: string;
}

interface Fetched {
  topic: string;
  partition: number;
  cluster: string;
  /** The offset the messages were asked from. */
  fetched: string;
}

/** Somebody removed a checkpoint: the consumer starts again, and makes it. */
export class CheckpointGone extends Error {}

/** Makes the checkpoints that are missing, and starts anew those that don't belong to this cluster's topic. */
export async function prepareOffsets(
  pool: pg.Pool,
  cluster: string,
  offsets: PartitionOffsets[],
  log: Log,
): Promise<void> {
  const known = await loadOffsets(
    pool,
    cluster,
    offsets.map(({ partition }) => partition),
  );
  for (const { partition, low, high } of offsets) {
    const offset = known.get(partition);
    if (offset !== undefined && BigInt(offset) <= BigInt(high) && BigInt(offset) >= BigInt(low)) continue;
    if (offset !== undefined) {
      log.error(
        { partition, offset, low, high },
        'projections: the checkpoint lies outside of the partition',
      );
    }
    await pool.query(
      `insert into projections.checkpoints (consumer, source, partition, position) values ($1, 'kafka', $2, $3)
       on conflict (consumer, partition) do update set position = excluded.position, updated_at = clock_timestamp()`,
      [consumer, String(partition), JSON.stringify({ cluster, offset: low } satisfies KafkaPosition)],
    );
  }
}

/** The checkpoints that belong to this cluster, by partition. */
export async function loadOffsets(
  pool: pg.Pool,
  cluster: string,
  partitions: number[],
): Promise<Map<number, string>> {
  const { rows } = await pool.query<{ partition: number; offset: string }>(
    `select partition::int as partition, position->>'offset' as offset
     from projections.checkpoints
     where consumer = $1 and source = 'kafka' and partition = any ($2::text[]) and position->>'cluster' = $3`,
    [consumer, partitions, cluster],
  );
  return new Map(rows.map((row) => [row.partition, row.offset]));
}

/**
 * Applies messages and moves the partition's checkpoint past them, in one transaction; those before the
 * checkpoint are passed over.
 * @returns where to read from instead, when they were fetched from beyond the checkpoint
 */
export async function applyMessages(
  pool: pg.Pool,
  { topic, partition, cluster, fetched }: Fetched,
  messages: KafkaMessage[],
): Promise<{ seek?: string }> {
  const outcome = await withCheckpoint<KafkaPosition, { seek?: string }>(
    pool,
    String(partition),
    true,
    async (client, { position }) => {
      const next = position.cluster === cluster ? BigInt(position.offset) : 0n;
      if (BigInt(fetched) > next) return { outcome: { seek: String(next) } };
      const fresh = messages.filter((message) => BigInt(message.offset) >= next);
      if (fresh.length === 0) return { outcome: {} };
      const where = (message: KafkaMessage) => `${topic}[${partition}]@${message.offset}`;
      const incoming = decode(
        fresh.map((message) => ({ position: where(message), payload: message.value?.toString() ?? null })),
      );
      await applyIncoming(client, incoming).catch((error: unknown) => {
        if (fresh.length > 1 || !isPoison(error)) throw error;
        throw new PoisonEvent((error as Error).message, where(fresh[0]!), { cause: error });
      });
      const offset = String(BigInt(fresh.at(-1)!.offset) + 1n);
      return { position: { cluster, offset }, newest: newest(incoming), outcome: {} };
    },
  );
  if (outcome === 'missing' || outcome === 'busy') {
    await assertOurs(pool, 'kafka');
    throw new CheckpointGone(`the checkpoint of partition ${partition} is gone`);
  }
  return outcome;
}
