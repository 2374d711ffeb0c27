import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { sealedSequence, unsealedSeconds } from '../../platform/metrics.js';
import type { SigningKey } from './key.js';
import { sealJournal } from './sealing.js';

/** Between two ranges it rests for so many times as long as the last one took: commands come first. */
const REST = 3;

export interface Sealer {
  pool: pg.Pool;
  /** How often; 0: never. */
  seconds: number;
  key: SigningKey | undefined;
  log: Logger;
}

/** Seals the journal every so often, in every process that runs it: one does it, the others find it done. */
export function startSealer({ pool, seconds, key, log }: Sealer): () => Promise<void> {
  if (seconds === 0) return () => Promise.resolve();
  const stopping = new AbortController();
  const { signal } = stopping;
  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  const rest = async (tookMs: number) => {
    await wait(REST * tookMs);
    return !signal.aborted;
  };
  const run = async () => {
    // Not in step with the other processes.
    for (; !signal.aborted; await wait(seconds * 1_000 * (0.75 + Math.random() / 2))) {
      try {
        await sealJournal(pool, key, rest);
        await measure(pool);
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, `sealing failed; it is tried again in ${seconds} s`);
      }
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

async function measure(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ through: string; age: number }>(
    `select s.through, coalesce((
       select greatest(extract(epoch from clock_timestamp() - t.recorded_at), 0)::float8
       from journal.transactions t where t.sequence > s.through order by t.sequence limit 1), 0) as age
     from (select coalesce(max(through_sequence), 0) as through from journal.seals) s`,
  );
  sealedSequence.set(Number(rows[0]!.through));
  unsealedSeconds.set(rows[0]!.age);
}
