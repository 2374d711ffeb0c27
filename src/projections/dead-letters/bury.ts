import type pg from 'pg';
import type { Newest } from '../runner/checkpoint.js';
import { decode, newest, together, type Incoming, type SourceEvent } from '../runner/incoming.js';
import { recordedAs } from '../runner/journal-rows.js';
import { applyIncoming, applyJournal } from '../runner/rows.js';
import { isPoison, type Log } from '../runner/source.js';
import { appliedTo, type Target } from '../versions.js';

/**
 * Applies events, all at once; or, with `burying`, one by one, each to each projection by itself: what one of them can't
 * take is kept as its dead letter, in the same transaction, and the rest goes on. What is wrong with Postgres rather
 * than with an event is thrown, and no letter.
 * @param groups of each of which it is said what was the newest
 * @param burying where it is told
 * @param targetsOf what they are applied to: the active versions, or those that are being built
 */
export async function applyEvents(
  client: pg.ClientBase,
  groups: SourceEvent[][],
  burying: Log | undefined,
  targetsOf = appliedTo,
): Promise<(Newest | undefined)[]> {
  const targets = await targetsOf(client);
  if (!burying) {
    const sequences = new Set<string>();
    const incoming = groups.map((events) => decode(events, sequences));
    await applyIncoming(client, together(incoming), targets);
    return incoming.map((each) => newest(each));
  }
  const all = [];
  for (const events of groups) {
    const applied = [];
    for (const event of events) applied.push(await applyOrBury(client, event, targets, burying));
    all.push(newest(...applied));
  }
  return all;
}

async function applyOrBury(
  client: pg.ClientBase,
  event: SourceEvent,
  targets: Target[],
  log: Log,
): Promise<Incoming> {
  const incoming = readable(event);
  let taken = false;
  for (const target of targets) {
    const failure =
      incoming instanceof Error
        ? incoming
        : await failureOf(client, () => applyIncoming(client, incoming, [target]));
    if (failure) await bury(client, target, event, failure, log);
    else taken = true;
  }
  // What nobody could take may have a time that Postgres can't read: it is no place that the checkpoint has come to.
  return taken && !(incoming instanceof Error) ? incoming : decode([]);
}

/** The same for one record of the journal. @returns whether all of them took it */
export async function buryRecord(
  client: pg.ClientBase,
  sequence: string,
  targets: Target[],
  log: Log,
): Promise<boolean> {
  let taken = true;
  for (const target of targets) {
    const failure = await failureOf(client, () => applyJournal(client, recordedAs([sequence]), [target]));
    if (!failure) continue;
    taken = false;
    const event = { position: `journal ${sequence}`, payload: JSON.stringify({ sequence }) };
    await bury(client, target, event, failure, log);
  }
  return taken;
}

function readable(event: SourceEvent): Incoming | Error {
  try {
    return decode([event]);
  } catch (error) {
    return error as Error;
  }
}

/** @returns the error when it is the event's; then its work is undone */
export async function failureOf(
  client: pg.ClientBase,
  work: () => Promise<void>,
): Promise<Error | undefined> {
  await client.query('savepoint event');
  try {
    await work();
    await client.query('release savepoint event');
    return undefined;
  } catch (error) {
    if (!isPoison(error)) throw error;
    await client.query('rollback to savepoint event');
    return error as Error;
  }
}

/** What an event says of itself, as far as it can be read. */
interface Identity {
  event_id: string | null;
  event_type: string | null;
  sequence: string | null;
}

async function bury(
  client: pg.ClientBase,
  { projection }: Target,
  { position, payload, key, headers = {} }: SourceEvent,
  error: Error,
  log: Log,
): Promise<void> {
  const { event_id, event_type, sequence } = identityOf(payload, headers);
  await client.query(
    `insert into projections.dead_letters as d
       (projection, source, event_id, event_type, sequence, key, payload, headers, cause, stack)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (projection, source, coalesce(event_id, '')) do update set
       times = d.times + 1, last_seen = clock_timestamp(), cause = excluded.cause, stack = excluded.stack`,
    [
      ...[projection, position, event_id, event_type, sequence, storable(key ?? null), storable(payload)],
      ...[JSON.stringify(headers, (_, value) => (typeof value === 'string' ? storable(value) : value))],
      ...[storable(error.message), storable(error.stack ?? error.message)],
    ],
  );
  log.error(
    { projection, position, err: error },
    `projections: ${projection} can't apply an event, which is a dead letter now: ${error.message}`,
  );
}

function identityOf(payload: string | null, headers: Record<string, string>): Identity {
  const event = parsed(payload);
  const text = (value: unknown, form = /^[\x20-\x7e]{1,255}$/) =>
    typeof value === 'string' && form.test(value) ? value : null;
  return {
    event_id: text(headers.ce_id) ?? text(event.event_id),
    event_type: text(headers.ce_type) ?? text(event.event_type),
    sequence: text(event.sequence, /^\d{1,18}$/),
  };
}

function parsed(payload: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Postgres stores no U+0000; the copy in the dead-letter topic is shown the same way. */
function storable(text: string | null): string | null {
  return text?.replaceAll('\0', '\u2400') ?? null;
}
