import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { sealEvent } from '../../../events/seal-event.js';
import type { KafkaMessage } from '../../../platform/kafka.js';
import { readNumbered, readSealsAfter } from '../../seals/read-seals.js';
import type { Context, Looked } from '../check.js';
import { endsOf, readTopics } from '../read-topics.js';
import { sequenceSet } from '../sequence-set.js';
import { findingOf } from './chains.js';

const TOPIC = 'ledger.seals.v1';
const SLICE = 1_000;
/** How long a seal may take to the topic. */
const UNDERWAY = '5 minutes';

/** A seal as its event has it. */
export interface SealCopy {
  /** For people: `ledger.seals.v1[0]@17`. */
  position: string;
  payload: string;
}

/**
 * The seals against copies of them that lie outside the database, on Kafka and in a file: who changes the journal and makes
 * all later seals anew can't change these. A copy may come twice; it must be the same to the byte.
 */
export async function compareWithCopies(context: Context): Promise<Looked> {
  const { brokers, copiesFile } = context;
  return {
    ...(brokers.length > 0 && { copies: await compareWithTopic(context) }),
    ...(copiesFile !== undefined && { copies_kept: await compareWithFile(context, copiesFile) }),
  };
}

async function compareWithTopic(context: Context): Promise<number> {
  const ends = await endsOf(context.brokers, [TOPIC]);
  const { compare, findMissing, count } = copyComparer(context);
  for (const { low } of ends.values())
    if (low > 0n) {
      const detail = `begins at offset ${low}: what lay before is not kept`;
      context.find({ check: 'seals', subject: TOPIC, detail });
    }
  const handle = (topic: string, partition: number, messages: KafkaMessage[]) =>
    compare(
      messages.map(({ offset, value }) => ({
        position: `${topic}[${partition}]@${offset}`,
        payload: value?.toString() ?? '',
      })),
    );
  const reading = await readTopics(context, ends, handle, () => ({ copies: count() }));
  try {
    await reading.toEnd();
  } finally {
    await reading.stop();
  }
  await findMissing();
  return count();
}

/** @throws Error when the file can't be read */
async function compareWithFile(context: Context, file: string): Promise<number> {
  const { compare, count } = copyComparer(context);
  let slice: SealCopy[] = [];
  for await (const payload of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (payload !== '') slice.push({ position: `${file}:${count() + slice.length + 1}`, payload });
    if (slice.length < SLICE) continue;
    await compare(slice);
    slice = [];
  }
  await compare(slice);
  return count();
}

interface Copy extends SealCopy {
  ledger: string;
  number: string;
}

type Comparing = Pick<Context, 'pool' | 'find' | 'horizon'>;

/** Compares copies as they come, and says in the end which seals had none. */
export function copyComparer({ pool, find, horizon }: Comparing) {
  const seen = sequenceSet();
  let count = 0;
  const compare = async (published: SealCopy[]) => {
    count += published.length;
    const copies = published.flatMap((copy) => {
      const parsed = parse(copy);
      if (!parsed) find({ check: 'seals', subject: copy.position, detail: 'is no seal' });
      // What was sealed since this began may not be here yet.
      return parsed && BigInt(parsed.sequence) <= horizon ? [parsed] : [];
    });
    const seals = await readNumbered(pool, copies);
    copies.forEach((copy, index) => {
      const seal = seals[index];
      if (seal) seen.add(seal.sequence);
      const fault = faultOf(copy, seal && sealEvent(seal).payload);
      if (fault) find(findingOf(copy, `${fault} (${copy.position})`));
    });
  };
  const findMissing = async () => {
    const { rows } = await pool.query<{ before: string }>(
      `select clock_timestamp() - interval '${UNDERWAY}' as before`,
    );
    for (let after = '0', size = SLICE; size === SLICE;) {
      const seals = await readSealsAfter(pool, after, String(horizon), SLICE);
      for (const seal of seals)
        if (seal.sealedAt < rows[0]!.before && !seen.has(seal.sequence))
          find(findingOf(seal, `is not on ${TOPIC}`));
      after = seals.at(-1)?.sequence ?? after;
      size = seals.length;
    }
  };
  return { compare, findMissing, count: () => count };
}

function faultOf({ payload }: Copy, kept: string | undefined): string | undefined {
  if (kept === undefined) return 'was published and is not in the journal';
  return kept === payload ? undefined : 'is another one than was published: the journal was sealed anew';
}

function parse(copy: SealCopy): (Copy & { sequence: string }) | undefined {
  try {
    const { ledger, sequence, seal } = JSON.parse(copy.payload);
    const numbers = [sequence, seal.number].every((number) => /^[1-9]\d{0,17}$/.test(number));
    return numbers && typeof ledger === 'string'
      ? { ...copy, ledger, sequence, number: seal.number }
      : undefined;
  } catch {
    return undefined;
  }
}
