import type { OutboxEvent } from '../../events/event.js';
import { walletEventId } from '../../events/wallet-event.js';
import type { KafkaMessage } from '../../platform/kafka.js';
import type { Check, Context } from './check.js';
import { eventComparer, type Missing, type Published } from './events.js';
import { endsOf, readTopics } from './read-topics.js';

const kinds = ['ledger.transactions', 'ledger.accounts', 'ledger.seals', 'wallet.events'] as const;
const topics = kinds.map((kind) => `${kind}.v1`);
/** How long Connect may stand still before what is missing counts as missing. */
const GRACE_MS = 30_000;
/** Beyond it they are no longer waited for. */
const MOST_WAITED_FOR = 100_000;

/**
 * Every record on the topics, from their beginning, is an event that the journal makes, byte for byte with its key and headers,
 * and every event of the journal is there. The same event may be there again. An event that the journal doesn't have
 * was published by somebody else, or the journal was put back to an earlier moment.
 */
export const topicCheck: Check = {
  name: 'topic',
  notHere: ({ brokers }) => (brokers.length === 0 ? 'reading the topics takes KAFKA_BROKERS' : undefined),
  async run(context) {
    const { find } = context;
    const { compare, missing, isSeen, findMissing, counts } = eventComparer(context, 'topic', 'its topic');
    const ends = await endsOf(context.brokers, topics);
    for (const { topic, partition, low } of ends.values())
      if (low > 0n)
        find({
          ...{ check: 'topic', subject: `${topic}[${partition}]` },
          detail: `begins at offset ${low}: what lay before is not kept`,
        });
    const handle = async (topic: string, partition: number, messages: KafkaMessage[]) =>
      compare(await publishedOf(context.pool, topic, partition, messages));
    const reading = await readTopics(context, ends, handle, () => ({ ...counts }));
    try {
      await reading.toEnd();
      const lacking: Missing[] = [];
      for await (const one of missing(null)) {
        lacking.push(one);
        if (lacking.length > MOST_WAITED_FOR) break;
      }
      const absent = await stillMissing(lacking, isSeen, () => counts.events, reading.pause);
      if (lacking.length <= MOST_WAITED_FOR) absent.forEach(findMissing);
      else for await (const one of missing(null)) findMissing(one);
    } finally {
      await reading.stop();
    }
    return { ...counts };
  },
};

/** What doesn't come although it is waited for, as long as anything comes. */
async function stillMissing(
  lacking: Missing[],
  isSeen: (one: Missing) => boolean,
  events: () => number,
  pause: () => Promise<unknown>,
): Promise<Missing[]> {
  let left = lacking;
  let [seen, movedAt] = [events(), Date.now()];
  while (left.length > 0 && Date.now() - movedAt < GRACE_MS) {
    await pause();
    left = left.filter((one) => !isSeen(one));
    if (events() === seen) continue;
    [seen, movedAt] = [events(), Date.now()];
  }
  return left;
}

/** With the sequences by which the journal knows them; 0 for what has none. */
async function publishedOf(
  pool: Context['pool'],
  topic: string,
  partition: number,
  messages: KafkaMessage[],
): Promise<Published[]> {
  const published = messages.map((message) => publishedAs(topic, partition, message));
  if (topic !== 'wallet.events.v1') return published;
  const { rows } = await pool.query<{ id: string; sequence: string }>(ofWallets, [
    published.map(({ payload }) => /"account_id":"([^"\\]+)"/.exec(payload)?.[1] ?? null),
    published.map(({ time }) => (TIME.test(time) ? time : null)),
  ]);
  const sequences = new Map(rows.map(({ id, sequence }) => [walletEventId(id), sequence]));
  return published.map((one) => ({ ...one, sequence: sequences.get(one.eventId) ?? '0' }));
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** A wallet's events don't say their sequence; their accounts have entries of that time. */
const ofWallets = `
select distinct t.id, t.sequence
from (select distinct * from unnest($1::text[], $2::timestamptz[]) k (account, time)) k
join journal.accounts a on a.ledger = 'main' and a.id = k.account
cross join lateral (
  select journal.last_version_recorded(a.no, k.time - interval '1 microsecond') as before,
    journal.last_version_recorded(a.no, k.time) as through
) v
join journal.entries e on e.account_no = a.no and e.version > v.before and e.version <= v.through
join journal.transactions t on t.sequence = e.transaction_sequence
where t.wallet is not null`;

function publishedAs(
  topic: string,
  partition: number,
  { key, value, headers = {}, offset }: KafkaMessage,
): Published {
  const header = (name: string) => (headers[name] == null ? null : String(headers[name]));
  const payload = value?.toString() ?? '';
  return {
    place: `${topic}[${partition}]@${offset}`,
    sequence: /"sequence":"(\d{1,18})"/.exec(payload)?.[1] ?? '0',
    eventId: header('ce_id') ?? '',
    aggregatetype: topic.slice(0, -'.v1'.length) as OutboxEvent['aggregatetype'],
    aggregateid: key?.toString() ?? '',
    ...{ type: header('ce_type') ?? '', source: header('ce_source') ?? '', time: header('ce_time') ?? '' },
    ...{ dataschema: header('ce_dataschema') ?? '', payload, traceparent: header('traceparent') },
  };
}
