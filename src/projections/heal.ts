import type pg from 'pg';
import { activeSchema } from './active.js';
import { missingBetween } from './complete.js';
import type { CompleteOptions } from './complete.js';
import { buryRecord, failureOf } from './dead-letters/bury.js';
import { consumer, inTransaction } from './runner/checkpoint.js';
import { recordedAs } from './runner/journal-rows.js';
import { applyJournal } from './runner/rows.js';
import type { Log } from './runner/source.js';
import { appliedAlone, type Target } from './versions.js';

/** Most events healed in one transaction; there is a turn a second. */
const MOST = 2_000;
/** A source that moved within this time, and by events that were old then, is catching up. */
const MOVED_WITHIN_SECONDS = 10;

/**
 * Applies from the journal what should have come by now: a hole, or a last event that was lost. Not while a source
 * works through a backlog, which will bring it. Events that come after all change nothing. What can't be applied even so
 * becomes a dead letter and is not tried again: the rest is healed.
 * @returns how many were healed
 */
export async function heal({ pool, log, healAfterSeconds }: CompleteOptions): Promise<number> {
  if (await isCatchingUp(pool, healAfterSeconds)) return 0;
  const late = await lateOnes(pool, healAfterSeconds);
  if (late.length === 0) return 0;
  const healed = await inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '5s'`);
    const targets = await appliedAlone(client);
    const missing = await stillMissing(client, targets, late);
    if (missing.length === 0) return missing;
    const applied = await applyAll(client, missing, targets, log);
    if (applied.length === 0) return applied;
    await client.query(
      'insert into projections.healed (events, first_sequence, last_sequence) values ($1, $2, $3)',
      [applied.length, applied[0], applied.at(-1)],
    );
    await closeHealed(client, applied);
    return applied;
  });
  if (healed.length > 0) {
    log.error(
      { events: healed.length, first: healed[0], last: healed.at(-1) },
      `projections: ${healed.length} events had not come within ${healAfterSeconds} s and were applied from the journal`,
    );
  }
  return healed.length;
}

/** @returns those that every projection took */
async function applyAll(
  client: pg.ClientBase,
  sequences: string[],
  targets: Target[],
  log: Log,
): Promise<string[]> {
  const failure = await failureOf(client, () => applyJournal(client, recordedAs(sequences), targets));
  if (!failure) return sequences;
  const taken = [];
  for (const sequence of sequences) {
    if (await buryRecord(client, sequence, targets, log)) taken.push(sequence);
  }
  return taken;
}

async function isCatchingUp(pool: pg.Pool, healAfterSeconds: number): Promise<boolean> {
  const { rows } = await pool.query<{ busy: boolean }>(
    `select coalesce(bool_or(
       updated_at > clock_timestamp() - make_interval(secs => ${MOVED_WITHIN_SECONDS})
       and coalesce(as_of, 'epoch') < updated_at - make_interval(secs => $1)), false) as busy
     from projections.checkpoints where consumer = $2`,
    [healAfterSeconds, consumer],
  );
  return rows[0]!.busy;
}

/** Of what is decided (see complete.ts) and older than the grace, in order; not what was tried in vain. */
async function lateOnes(pool: pg.Pool, healAfterSeconds: number): Promise<string[]> {
  const schema = await activeSchema(pool, 'transactions');
  const { rows } = await pool.query<{ sequence: string }>(
    `select m.sequence from (${missingBetween(schema, 50 * MOST, MOST)}) m
     where m.recorded_at < clock_timestamp() - make_interval(secs => $3) and not exists (
       select from projections.dead_letters d where d.source = 'journal ' || m.sequence and d.projection = 'transactions')
     order by m.sequence limit ${MOST}`,
    [...(await decidedRange(pool)), healAfterSeconds],
  );
  return rows.map(({ sequence }) => sequence);
}

async function decidedRange(pool: pg.Pool): Promise<[string, string]> {
  const { rows } = await pool.query<{ sequence: string; next: string | null }>(
    'select sequence, next from projections.complete',
  );
  const { sequence, next } = rows[0]!;
  return [sequence, next ?? sequence];
}

async function stillMissing(
  client: pg.ClientBase,
  targets: Target[],
  sequences: string[],
): Promise<string[]> {
  const { schema } = targets.find(({ projection }) => projection === 'transactions')!;
  const { rows } = await client.query<{ sequence: string }>(
    `select s as sequence from unnest($1::bigint[]) s
     where not exists (select from ${schema}.transactions t where t.sequence = s)
       and not exists (select from ${schema}.annotations n where n.sequence = s)
     order by s`,
    [sequences],
  );
  return rows.map(({ sequence }) => sequence);
}

/** Dead letters of events that the journal brought. */
export async function closeHealed(client: pg.ClientBase, sequences: string[]): Promise<void> {
  await client.query(
    `update projections.dead_letters set state = 'healed', closed_at = clock_timestamp(), reason = 'applied from the journal'
     where state = 'open' and sequence = any($1::bigint[])`,
    [sequences],
  );
}
