import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from '../../platform/kafka.js';
import { TakenOver } from './checkpoint.js';
import { applyFetched, StartAgain, type Fetched, type Outcome, type Reader } from './kafka-offsets.js';
import { inCompany } from './kafka-company.js';
import { backoffMs, isPoison, type SourceOptions } from './source.js';

/** What a rebalance gave this worker. */
export interface Assignment {
  /** Settles when the consumer was told where to read each partition from. */
  sought: Promise<void>;
  /** Partitions of which it is known that they still are those that were read. */
  proven: Set<number>;
}

interface BatchOptions extends SourceOptions {
  reader: Reader;
  cluster: string;
  /** Told to stop: no batch is begun any more, no wait goes on. */
  signal: AbortSignal;
  assignment: () => Assignment;
  seek: (topic: string, partition: number, offset: string) => void;
  /** Told how far a partition was read when a batch is applied, Kafka's own records after it included. */
  readTo: (partition: number, offset: bigint) => void;
  /** Ends the consumer. */
  fail: (error: Error) => void;
}

/**
 * Together with what other partitions brought; by itself, when that failed or somebody holds its checkpoint, so that
 * none waits for another's accounts, nor for its trouble; its events one by one, when one of them can't be applied.
 */
type How = 'in company' | 'alone' | 'one by one';

/** Most events applied one by one in a transaction. */
const ONE_BY_ONE = 100;

/** Applies batches; what fails is tried again, save for an event that can't be applied: that is a dead letter. */
export function batchHandler(options: BatchOptions): (payload: EachBatchPayload) => Promise<void> {
  const { pool, log, reader, cluster, signal, seek, readTo, fail } = options;
  const applyInCompany = inCompany((parts) => applyFetched(pool, parts, { reader, wait: false }));
  const apply = async (part: Fetched, how: How): Promise<Outcome> => {
    if (how === 'in company') return applyInCompany(part);
    const [outcome] = await applyFetched(pool, [part], {
      reader,
      burying: how === 'one by one' ? log : undefined,
    });
    return outcome!;
  };
  return async (payload) => {
    const { batch, resolveOffset, heartbeat, isRunning, isStale } = payload;
    const { topic, partition, messages: all } = batch;
    const { sought, proven } = options.assignment();
    await sought;
    let done = 0;
    let attempts = 0;
    let how: How = 'in company';
    while (!signal.aborted && isRunning() && !isStale() && done < all.length) {
      const messages = all.slice(done, how === 'one by one' ? done + ONE_BY_ONE : undefined);
      const fetched = done === 0 ? fetchedOffset(batch) : after(all[done - 1]!);
      const from = { topic, partition, cluster, messages, fetched, high: batch.highWatermark };
      try {
        const outcome = await apply({ ...from, unproven: !proven.has(partition) }, how);
        if (outcome.again) throw outcome.again;
        if (outcome.seek !== undefined) return seek(topic, partition, outcome.seek);
        if (outcome.busy) {
          how = 'alone';
          continue;
        }
        done += messages.length;
        attempts = 0;
        how = 'in company';
        proven.add(partition);
        resolveOffset(messages.at(-1)!.offset);
        await heartbeat();
      } catch (error) {
        if (error instanceof TakenOver || error instanceof StartAgain) return fail(error);
        if (isKafkaError(error)) throw error;
        if (how === 'in company') {
          how = 'alone';
          continue;
        }
        if (isPoison(error) && how === 'alone') {
          how = 'one by one';
          continue;
        }
        attempts += 1;
        log.warn({ source: 'kafka', partition, err: error, attempts }, 'projections: will try again');
        await sleep(backoffMs(attempts), undefined, { signal }).catch(() => {});
        await heartbeat();
      }
    }
    if (done === all.length) readTo(partition, BigInt(batch.lastOffset()) + 1n);
    if (done > 0 && reader.monitored) await commit(payload, after(all[done - 1]!));
  };
}

/** For lag monitors only: failing to is nothing to fail for. */
async function commit({ batch, commitOffsetsIfNecessary }: EachBatchPayload, offset: string): Promise<void> {
  const partitions = [{ partition: batch.partition, offset }];
  await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] }).catch(() => {});
}

/** Where the fetch began: the first message may lie later without anything missing (control records). */
function fetchedOffset(batch: EachBatchPayload['batch']): string {
  return String((batch as unknown as { fetchedOffset: string | number }).fetchedOffset);
}

function after({ offset }: { offset: string }): string {
  return String(BigInt(offset) + 1n);
}

function isKafkaError(error: unknown): boolean {
  return (error as Error).name?.startsWith('KafkaJS') ?? false;
}
