import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { Problem } from '../errors.js';
import type { Batch } from './batch.js';
import { changesOf } from './changes.js';
import { appendColumns } from './columns.js';
import { commitFate, type Written } from './commit-fate.js';
import { resultKey } from './request.js';
import * as sql from './sql.js';

/** What is known of a transaction before it commits: see commit-fate.ts. */
export type Place = Pick<Written, 'xid' | 'timeline'>;

/** The statements that write a batch, and COMMIT; made before any is sent, so that what can't be made sends none. */
export function writesOf(batch: Batch): pg.QueryConfig[] {
  const values = appendColumns(batch.transactions, batch.results, batch.events);
  return [...changesOf(batch), { name: 'append', text: sql.append, values }, { text: 'commit' }];
}

export function sendAll(client: pg.PoolClient, statements: pg.QueryConfig[]): Promise<unknown>[] {
  return statements.map((statement) => client.query(statement));
}

/** Statements in one packet: each of its own would wake Postgres up. */
export function inOneWrite<T>(client: pg.PoolClient, send: () => T): T {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/**
 * The answers to statements that were sent together.
 * @throws the error of the first that failed: those after it are told no more than that
 */
export async function together<T extends unknown[]>(...sent: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const answers = await Promise.allSettled(sent);
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  }) as T;
}

/**
 * What became of writes, the last of which is COMMIT: where one before it failed, Postgres makes a rollback of it. When
 * the connection is lost before it is answered, its fate is asked for on another, never guessed.
 * @returns whether COMMIT was answered on this connection
 */
export async function committed(
  pool: pg.Pool,
  writes: Promise<unknown>[],
  place: Place,
  batch: Batch,
): Promise<boolean> {
  const answers = await Promise.allSettled(writes);
  const failed = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (!failed) return true;
  if (answers.at(-1)!.status === 'fulfilled') throw failed.reason;
  const fate = await commitFate(pool, { ...place, ...evidenceOf(batch) });
  if (fate === 'aborted') throw failed.reason;
  if (fate === 'unknown') {
    throw unavailable('the connection was lost at COMMIT: repeat with the same key to find out');
  }
  return false;
}

/** Something that only this batch can have written. */
function evidenceOf({ events, results }: Batch): Pick<Written, 'eventId' | 'result'> {
  if (events[0]) return { eventId: events[0].eventId, result: null };
  const { request, outcome } = results[0]!;
  return { eventId: null, result: { key: resultKey(request), body: outcome.body } };
}

export function unavailable(detail: string): Problem {
  return new Problem('UNAVAILABLE', detail, {}, 1);
}
