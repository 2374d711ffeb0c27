import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { sealedSequence, unsealedSeconds } from '../../platform/metrics.js';
import type { SigningKey } from './key.js';
import { createPool } from '../../platform/postgres.js';
import { sealJournal } from './sealing.js';

/** Between two ranges it rests for so many times as long as the last one took: commands come first. */
const REST = 3;
const MEASURED_EVERY_MS = 10_000;

export interface Sealer {
  databaseUrl: string;
  /** How often; 0: never. */
  seconds: number;
  key: SigningKey | undefined;
  log: Logger;
}

/** Seals the journal every so often, in every process that runs it: one does it, the others find it done. */
export function startSealer({ databaseUrl, seconds, key, log }: Sealer): () => Promise<void> {
  if (seconds === 0) return () => Promise.resolve();
  // Its own: neither do commands and readers wait for it, nor it for them.
  const pool = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: 2,
    applicationName: 'counterfoil-sealer',
    statementSeconds: 60,
  });
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
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, `sealing failed; it is tried again in ${seconds} s`);
      }
    }
  };
  // Also while sealing fails, or has much to do.
  const look = async () => {
    for (; !signal.aborted; await wait(MEASURED_EVERY_MS)) await measure(pool).catch(() => {});
  };
  const running = [run(), look()];
  return async () => {
    stopping.abort();
    await Promise.all(running);
    await pool.end();
  };
}

async function measure(pool: pg.Pool): Promise<void> {
  const oldest = ['transactions', 'account_changes', 'annotations'].map(
    (table) =>
      `(select recorded_at from journal.${table} where sequence > through order by sequence limit 1)`,
  );
  const { rows } = await pool.query<{ through: string; age: number }>(
    `select through,
       greatest(coalesce(extract(epoch from clock_timestamp() - least(${oldest.join(', ')})), 0), 0)::float8 as age
     from (select coalesce(max(through_sequence), 0) as through from journal.seals) s`,
  );
  sealedSequence.set(Number(rows[0]!.through));
  unsealedSeconds.set(rows[0]!.age);
}
