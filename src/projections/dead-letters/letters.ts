import type pg from 'pg';
import { hasJournal } from '../journal.js';
import type { ProjectionName } from '../projection.js';
import { inTransaction } from '../runner/checkpoint.js';
import { decode } from '../runner/incoming.js';
import { recordedAs } from '../runner/journal-rows.js';
import { applyIncoming, applyJournal } from '../runner/rows.js';
import { appliedAlone } from '../versions.js';
import { failureOf } from './bury.js';

export type LetterState = 'open' | 'replayed' | 'healed' | 'discarded';

/** An event that a projection could not apply. */
export interface DeadLetter {
  id: string;
  projection: ProjectionName;
  state: LetterState;
  /** Where it lies: `topic[partition]@offset`, `outbox SEQUENCE`, `journal SEQUENCE`. */
  source: string;
  event_id: string | null;
  event_type: string | null;
  sequence: string | null;
  key: string | null;
  payload: string | null;
  headers: Record<string, string>;
  /** In words. */
  cause: string;
  stack: string;
  /** How often it came. */
  times: number;
  first_seen: string;
  last_seen: string;
  closed_at: string | null;
  closed_by: string | null;
  reason: string | null;
}

export interface Wanted {
  ids?: string[];
  projection?: ProjectionName;
  state?: LetterState;
}

const columns = `id, projection, state, source, event_id, event_type, sequence, key, payload, headers, cause, stack,
  times, first_seen, last_seen, closed_at, closed_by, reason`;

/** The oldest first, after an id. */
export async function deadLetters(
  db: Pick<pg.ClientBase, 'query'>,
  { ids, projection, state }: Wanted,
  after = '0',
  limit = 500,
): Promise<DeadLetter[]> {
  const { rows } = await db.query<DeadLetter>(
    `select ${columns} from projections.dead_letters
     where id > $1 and ($2::bigint[] is null or id = any($2)) and ($3::text is null or projection = $3)
       and ($4::text is null or state = $4)
     order by id limit $5`,
    [after, ids ?? null, projection ?? null, state ?? null, limit],
  );
  return rows;
}

export type Replayed =
  { id: string; outcome: 'applied' | 'gone' } | { id: string; outcome: 'failed'; cause: string };

/**
 * Applies an open letter's event to its projection once more: the journal's own record of it, where there is one, else
 * what came. A failure is noted on the letter.
 * @param dryRun finds out whether it could be applied, and takes everything back
 */
export async function replay(pool: pg.Pool, id: string, by: string, dryRun: boolean): Promise<Replayed> {
  return inTransaction<Replayed>(pool, async (client) => {
    const targets = await appliedAlone(client);
    const { rows } = await client.query<DeadLetter>(
      `select ${columns} from projections.dead_letters where id = $1 and state = 'open' for update`,
      [id],
    );
    const [letter] = rows;
    if (!letter) return { id, outcome: 'gone' };
    const target = targets.filter(({ projection }) => projection === letter.projection);
    if (dryRun) await client.query('savepoint dry_run');
    const failure = await failureOf(client, async () => {
      const sequence = await recordedSequence(client, letter);
      if (sequence !== undefined) await applyJournal(client, recordedAs([sequence]), target);
      else
        await applyIncoming(client, decode([{ position: letter.source, payload: letter.payload }]), target);
    });
    if (dryRun) await client.query('rollback to savepoint dry_run');
    else await note(client, id, by, failure);
    return failure ? { id, outcome: 'failed', cause: failure.message } : { id, outcome: 'applied' };
  });
}

/** The sequence of the journal's record with the event's id, if it has one. */
async function recordedSequence(
  client: pg.ClientBase,
  { event_id, sequence }: DeadLetter,
): Promise<string | undefined> {
  if (!(await hasJournal(client))) return undefined;
  const { rows } = await client.query<{ sequence: string }>(
    `select sequence from journal.transactions where id::text = $1 or (sequence = $2 and $1::text is null)
     union all
     select sequence from journal.annotations where id::text = $1 or (sequence = $2 and $1::text is null)`,
    [event_id, sequence],
  );
  return rows[0]?.sequence;
}

async function note(
  client: pg.ClientBase,
  id: string,
  by: string,
  failure: Error | undefined,
): Promise<void> {
  if (!failure) return close(client, id, 'replayed', by, null);
  await client.query(
    `update projections.dead_letters
     set times = times + 1, last_seen = clock_timestamp(), cause = $2, stack = $3 where id = $1`,
    [id, failure.message, failure.stack ?? failure.message],
  );
}

/** Gives an open letter up, for good. @returns false when it is not open (any more) */
export async function discard(pool: pg.Pool, id: string, by: string, reason: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `select from projections.dead_letters where id = $1 and state = 'open' for update`,
      [id],
    );
    if (rowCount === 1) await close(client, id, 'discarded', by, reason);
    return rowCount === 1;
  });
}

async function close(
  client: pg.ClientBase,
  id: string,
  state: LetterState,
  by: string,
  reason: string | null,
): Promise<void> {
  await client.query(
    `update projections.dead_letters
     set state = $2, closed_at = clock_timestamp(), closed_by = $3, reason = $4 where id = $1`,
    [id, state, by, reason],
  );
}
