import type pg from 'pg';
import { createKafka, type Producer } from '../../platform/kafka.js';
import { inTransaction } from '../runner/checkpoint.js';
import type { RunningSource, SourceOptions } from '../runner/source.js';
import type { DeadLetter } from './letters.js';

const EVERY_MS = 1_000;
const MOST = 100;
/** A broker takes records of 1 MB by default: key, payload and headers as they came, the stack cut short. */
const STACK = 8_000;

/** The topic of a projection's dead letters. */
export function topicOf({ projection }: Pick<DeadLetter, 'projection'>): string {
  return `ledger.${projection}.dlq.v1`;
}

/**
 * Puts copies of dead letters on their projection's topic, as they come: at least once, since each is marked after the
 * broker has it. The table is what counts; while Kafka is away the copies wait there.
 */
export function publishDeadLetters({
  pool,
  log,
  brokers,
}: SourceOptions & { brokers: string[] }): RunningSource {
  const producer = createKafka(brokers, 'counterfoil-dead-letters').producer({ idempotent: true });
  let connected: Promise<void> | undefined;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const turn = async () => {
    try {
      await publish(pool, async () => {
        await (connected ??= producer.connect());
        return producer;
      });
    } catch (error) {
      connected = undefined;
      log.warn({ err: error }, 'projections: dead letters could not be copied to their topics, and will be');
    }
    if (!stopping) timer = setTimeout(again, EVERY_MS);
  };
  const again = () => void (running = turn());
  again();
  return {
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await running;
      await producer.disconnect().catch(() => {});
    },
  };
}

/** @param connect asked for only when there is something to send */
async function publish(pool: pg.Pool, connect: () => Promise<Producer>): Promise<void> {
  const { rowCount } = await pool.query(
    'select from projections.dead_letters where published_at is null limit 1',
  );
  if (rowCount === 0) return;
  const producer = await connect();
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<DeadLetter>(
      `select * from projections.dead_letters where published_at is null
       order by id limit ${MOST} for update skip locked`,
    );
    for (const letter of rows) await producer.send({ topic: topicOf(letter), messages: [messageOf(letter)] });
    await client.query(
      'update projections.dead_letters set published_at = clock_timestamp() where id = any($1::bigint[])',
      [rows.map(({ id }) => id)],
    );
  });
}

/** As it came, and in headers why it is here. */
function messageOf({ key, payload, headers, ...letter }: DeadLetter) {
  return {
    key,
    value: payload,
    headers: {
      ...headers,
      dlq_id: letter.id,
      dlq_projection: letter.projection,
      dlq_cause: letter.cause,
      dlq_stack: letter.stack.slice(0, STACK),
      dlq_source: letter.source,
      dlq_first_seen: letter.first_seen,
    },
  };
}
