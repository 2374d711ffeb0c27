import type pg from 'pg';
import { inTransaction } from './runner/checkpoint.js';
import { activeSchema } from './active.js';
import type { RunningSource, SourceOptions } from './runner/source.js';

const EVERY_MS = 1_000;
/** Most sequences looked through in one statement. */
const SLICE = 500_000;
/** No writer lives so long: its sessions time out. For when a transaction elsewhere in the cluster stays open. */
const WRITERS_LIVE_SECONDS = 300;

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

/**
 * Keeps `complete` up to date in the read model: the sequence up to which no transaction is missing, whatever order
 * the events come in, whichever partition stands still, whatever was lost on the way.
 *
 * A mark is noted: the last sequence drawn, then a transaction id of our own. Who drew before has a lesser id, since
 * a writer gets its id before it draws. So once no transaction up to that id is left, what the journal holds up to the
 * mark is final, and is compared.
 */
export function keepComplete({ pool, log }: SourceOptions): RunningSource {
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const turn = async () => {
    await markComplete(pool).catch((error: unknown) => {
      log.warn({ err: error }, 'projections: how complete they are could not be found out');
    });
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

/** One step; writes nothing while nothing is recorded. Safe in several processes: one of them does it. */
export async function markComplete(pool: pg.Pool): Promise<void> {
  const schema = await activeSchema(pool, 'transactions');
  // Before the transaction below has its id. The time is that of the statement's start: who draws later records later.
  const drawn = await pool.query<Drawn>(
    `select statement_timestamp() as at, case when is_called then last_value else 0 end as last
     from journal.sequence`,
  );
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Mark>(
      `select sequence, next,
         pg_snapshot_xmin(pg_current_snapshot()) > noted
           or noted_at < now() - make_interval(secs => ${WRITERS_LIVE_SECONDS}) as decided
       from ${schema}.complete for update skip locked`,
    );
    const mark = rows[0];
    if (!mark) return;
    if (mark.next === null) await note(client, schema, mark.sequence, drawn.rows[0]!);
    else if (mark.decided) await advance(client, schema, mark.sequence, mark.next);
  });
}

async function note(
  client: pg.ClientBase,
  schema: string,
  sequence: string,
  { last, at }: Drawn,
): Promise<void> {
  if (BigInt(last) <= BigInt(sequence)) return;
  await client.query(`update ${schema}.complete set next = $1, noted_at = $2, noted = pg_current_xact_id()`, [
    last,
    at,
  ]);
}

async function advance(client: pg.ClientBase, schema: string, from: string, next: string): Promise<void> {
  const to = String(BigInt(next) < BigInt(from) + BigInt(SLICE) ? next : BigInt(from) + BigInt(SLICE));
  const { rows } = await client.query<{ sequence: string }>(missingBetween(schema, SLICE, 1), [from, to]);
  const reached = rows[0] ? String(BigInt(rows[0].sequence) - 1n) : to;
  await client.query(
    reached === next
      ? `update ${schema}.complete set sequence = $1, as_of = noted_at, next = null, noted_at = null, noted = null`
      : `update ${schema}.complete set sequence = $1 where sequence <> $1`,
    [reached],
  );
}

/**
 * Of the first so many transactions and as many changes of metadata in the journal with $1 < sequence ≤ $2, those that
 * the read model has not, in order. A look-up each rather than a join, so that a limit (of each) ends it early.
 */
export function missingBetween(schema: string, among: number, most = among): string {
  const missing = (table: string) => `
(select n.* from (
   select sequence, recorded_at from journal.${table} where sequence > $1 and sequence <= $2
   order by sequence limit ${among}
 ) n
 where (select true from ${schema}.${table} p where p.sequence = n.sequence) is null
 order by n.sequence limit ${most})`;
  return `select * from (${missing('transactions')} union all ${missing('annotations')}) m order by sequence`;
}
