import type pg from 'pg';
import { WRITERS_LIVE_SECONDS } from '../platform/writers.js';
import { activeSchema } from './active.js';
import { heal } from './heal.js';
import { inTransaction } from './runner/checkpoint.js';
import type { RunningSource, SourceOptions } from './runner/source.js';

const EVERY_MS = 1_000;
/** Most sequences looked through in one statement. */
const SLICE = 500_000;

interface Mark {
  sequence: string;
  next: string | null;
  /** No writer of the time when `next` was noted is left. */
  decided: boolean;
}

interface Drawn {
  last: string;
  at: string;
}

export interface CompleteOptions extends SourceOptions {
  /** How long an event may take to come before it is applied from the journal. */
  healAfterSeconds: number;
}

/**
 * Keeps `projections.complete` up to date: the sequence up to which no transaction is missing, whatever order
 * the events come in, whichever partition stands still, whatever was lost on the way.
 *
 * A mark is noted: the last sequence drawn, then a transaction id of our own. Who drew before has a lesser id, since
 * a writer gets its id before it draws. So once no transaction up to that id is left, what the journal holds up to the
 * mark is final, and is compared.
 */
export function keepComplete(options: CompleteOptions): RunningSource {
  const { pool, log } = options;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const turn = async () => {
    try {
      if ((await markComplete(pool)) === 'missing') await heal(options);
    } catch (error) {
      log.warn({ err: error }, 'projections: how complete they are could not be found out');
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
    },
  };
}

/**
 * One step; writes nothing while nothing is recorded. Safe in several processes: one of them does it.
 * @returns 'missing' when something up to the mark is not in the read model (yet)
 */
export async function markComplete(pool: pg.Pool): Promise<'missing' | undefined> {
  // Before the transaction below has its id. The time is that of the statement's start: who draws later records later.
  const drawn = await pool.query<Drawn>(
    `select statement_timestamp() as at, case when is_called then last_value else 0 end as last
     from journal.sequence`,
  );
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Mark>(
      `select sequence, next,
         pg_snapshot_xmin(pg_current_snapshot()) > noted
           or noted_at < now() - make_interval(secs => ${WRITERS_LIVE_SECONDS}) as decided
       from projections.complete for update skip locked`,
    );
    const mark = rows[0];
    if (!mark) return undefined;
    if (mark.next === null) await note(client, mark.sequence, drawn.rows[0]!);
    else if (mark.decided) return advance(client, mark.sequence, mark.next);
    return undefined;
  });
}

async function note(client: pg.ClientBase, sequence: string, { last, at }: Drawn): Promise<void> {
  if (BigInt(last) <= BigInt(sequence)) return;
  await client.query(
    'update projections.complete set next = $1, noted_at = $2, noted = pg_current_xact_id()',
    [last, at],
  );
}

async function advance(client: pg.ClientBase, from: string, next: string): Promise<'missing' | undefined> {
  const schema = await activeSchema(client, 'transactions');
  const to = String(BigInt(next) < BigInt(from) + BigInt(SLICE) ? next : BigInt(from) + BigInt(SLICE));
  const { rows } = await client.query<{ sequence: string }>(missingBetween(schema, SLICE, 1), [from, to]);
  const reached = rows[0] ? String(BigInt(rows[0].sequence) - 1n) : to;
  await client.query(
    reached === next
      ? 'update projections.complete set sequence = $1, as_of = noted_at, next = null, noted_at = null, noted = null'
      : 'update projections.complete set sequence = $1 where sequence <> $1',
    [reached],
  );
  return rows[0] && 'missing';
}

/**
 * Of the first so many transactions and as many changes of metadata in the journal with $1 < sequence ≤ $2, those that
 * the read model has not, in order. A look-up each rather than a join, so that a limit (of each) ends it early.
 * @param schema of `transactions`; all are missing where that isn't built
 */
export function missingBetween(schema: string | undefined, among: number, most = among): string {
  const missing = (table: string) => `
(select n.* from (
   select sequence, recorded_at from journal.${table} where sequence > $1 and sequence <= $2
   order by sequence limit ${among}
 ) n
 ${schema ? `where (select true from ${schema}.${table} p where p.sequence = n.sequence) is null` : ''}
 order by n.sequence limit ${most})`;
  return `select * from (${missing('transactions')} union all ${missing('annotations')}) m order by sequence`;
}
