import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { drawTransactionId, haveEnded, WRITERS_LIVE_SECONDS } from '../platform/writers.js';

const LOOK_EVERY_MS = 100;
const SAY_AFTER_MS = 2_000;

/**
 * A time before which everything is committed: what is recorded before it is complete and stays as it is. Waits for the
 * writers that may still commit something older.
 *
 * The clock is read, then a transaction id is drawn (`platform/writers.ts`): whoever records an older time has a lesser
 * one, and once no transaction up to ours is left, all of them have ended.
 * @param to the time wanted; by default that of the call
 * @param log told when it takes long
 * @throws Error when `to` lies in the future by the database's clock
 */
export async function settledBefore(
  client: pg.ClientBase,
  to: string | undefined,
  log: (line: string) => void,
): Promise<string> {
  const now = await client.query<{ at: string; early: boolean; old: boolean }>(
    `select statement_timestamp() as at, $1::timestamptz > statement_timestamp() as early,
       $1::timestamptz < statement_timestamp() - make_interval(secs => ${WRITERS_LIVE_SECONDS}) as old`,
    [to ?? null],
  );
  const { at, early, old } = now.rows[0]!;
  if (early) throw new Error(`--to ${to} lies in the future: more will be recorded before it (it is ${at})`);
  if (old) return to!;
  const id = await drawTransactionId(client);
  const began = performance.now();
  const givenUp = () => performance.now() - began > WRITERS_LIVE_SECONDS * 1_000;
  for (let said = false; !givenUp() && !(await haveEnded(client, id));) {
    if (!said && performance.now() - began > SAY_AFTER_MS) {
      log('waiting for transactions to end that may have recorded something before now');
      said = true;
    }
    await sleep(LOOK_EVERY_MS);
  }
  return to ?? at;
}
