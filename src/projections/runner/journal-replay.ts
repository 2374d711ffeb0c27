import type pg from 'pg';
import { buryRecord } from '../dead-letters/bury.js';
import type { Target } from '../versions.js';
import type { Newest } from './checkpoint.js';
import { recordedBetween } from './journal-rows.js';
import { applyJournal } from './rows.js';
import type { Log } from './source.js';

interface Slice {
  after: string;
  limit: number;
  /** No sequence beyond this one. */
  through?: string;
  /** One by one, and what can't be applied is a dead letter, told here. */
  burying?: Log | undefined;
}

/**
 * Applies the next slice of the journal after a sequence. Nobody else may apply to the targets meanwhile.
 * @returns the last record of the slice, or undefined when the journal has no more
 */
export async function replaySlice(
  client: pg.ClientBase,
  targets: Target[],
  { after, limit, through, burying }: Slice,
): Promise<Newest | undefined> {
  const { rows } = await client.query<{ sequence: string; recorded_at: string }>(
    `select sequence, recorded_at from (
       (select sequence, recorded_at from journal.transactions
        where sequence > $1 and ($3::bigint is null or sequence <= $3) order by sequence limit $2)
       union all
       (select sequence, recorded_at from journal.annotations
        where sequence > $1 and ($3::bigint is null or sequence <= $3) order by sequence limit $2)
     ) both_kinds order by sequence limit $2`,
    [after, limit, through ?? null],
  );
  const last = rows.at(-1);
  if (!last) return undefined;
  if (burying) for (const { sequence } of rows) await buryRecord(client, sequence, targets, burying);
  // What commits within the slice meanwhile is applied with it, or found by whoever reads on: or both.
  else await applyJournal(client, recordedBetween(after, last.sequence), targets);
  return { sequence: last.sequence, recordedAt: last.recorded_at };
}
