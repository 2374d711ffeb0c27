import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** No writer lives so long: its sessions time out. For when a transaction elsewhere in the cluster stays open. */
export const WRITERS_LIVE_SECONDS = 300;

/**
 * A transaction id that is greater than that of whoever writes to the journal now: a writer has its id before it draws
 * sequences and reads the clock (see `readState` of the journal's statements).
 */
export async function drawTransactionId(db: Pick<pg.ClientBase, 'query'>): Promise<string> {
  const { rows } = await db.query<{ id: string }>('select pg_current_xact_id()::text as id');
  return rows[0]!.id;
}

/** True once no transaction up to an id is left, so that what they drew is committed or never will be. */
export async function haveEnded(db: Pick<pg.ClientBase, 'query'>, id: string): Promise<boolean> {
  const { rows } = await db.query<{ ended: boolean }>(
    'select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as ended',
    [id],
  );
  return rows[0]!.ended;
}

/** The last one drawn, 0 before the first: nothing that is recorded already has a later one. */
export async function lastSequence(db: Pick<pg.ClientBase, 'query'>): Promise<string> {
  const { rows } = await db.query<{ last: string }>(
    'select case when is_called then last_value else 0 end as last from journal.sequence',
  );
  return rows[0]!.last;
}

/**
 * A sequence up to which nothing more will be recorded: the last one drawn, once all who may have drawn one up to it have
 * ended. Undefined when some transaction stays open for longer than that.
 */
export async function settledSequence(
  db: Pick<pg.ClientBase, 'query'>,
  waitMs: number,
): Promise<string | undefined> {
  const last = await lastSequence(db);
  const id = await drawTransactionId(db);
  for (const until = performance.now() + waitMs; performance.now() <= until; await sleep(20)) {
    if (await haveEnded(db, id)) return last;
  }
  return undefined;
}
