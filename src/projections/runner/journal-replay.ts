import type pg from 'pg';
import type { Newest } from './checkpoint.js';
import { applyJournal } from './rows.js';

/**
 * Applies the next slice of the journal after a sequence.
 * @returns the last record of the slice, or undefined when the journal has no more
 */
export async function replaySlice(
  client: pg.ClientBase,
  after: string,
  size: number,
): Promise<Newest | undefined> {
  const { rows } = await client.query<{ sequence: string; recorded_at: string }>(
    `select sequence, recorded_at from (
       select * from (
         (select sequence, recorded_at from journal.transactions where sequence > $1 order by sequence limit $2)
         union all
         (select sequence, recorded_at from journal.annotations where sequence > $1 order by sequence limit $2)
       ) both_kinds order by sequence limit $2
     ) slice order by sequence desc limit 1`,
    [after, size],
  );
  const last = rows[0];
  if (!last) return undefined;
  // A transaction that commits within the slice meanwhile is applied with it, or found by the tail: or both.
  await applyJournal(client, after, last.sequence);
  return { sequence: last.sequence, recordedAt: last.recorded_at };
}
