import type { OutboxEvent } from '../../events/event.js';
import type { Check, Context } from './check.js';
import { eventComparer } from './events.js';
import { patiently } from './walks.js';

/** Pages of each day that are read at once. */
const PAGES = 250;

/**
 * Every event in the outbox is one that the journal makes, byte for byte, and of the days that are kept none is missing.
 * Transactions of the first hour of the oldest day may have theirs in the day before, which is gone.
 */
export const outboxCheck: Check = {
  name: 'outbox',
  async run(context) {
    const { pool, horizon, parallel, signal, progress } = context;
    const { compare, missing, findMissing, counts } = eventComparer(context, 'outbox', 'the outbox');
    const pages = await mostPages(context);
    let begin = 0;
    const reader = async () => {
      while (begin < pages) {
        const from = begin;
        begin += PAGES;
        const { rows } = await patiently(signal, () =>
          pool.query<OutboxEvent>(
            `select sequence, event_id as "eventId", aggregatetype, aggregateid, type, source, time, dataschema, payload,
               traceparent
             from journal.outbox where ctid >= $1::tid and ctid < $2::tid and sequence <= $3`,
            [`(${from},0)`, `(${begin},0)`, String(horizon)],
          ),
        );
        await compare(rows.map((row) => ({ ...row, place: `sequence ${row.sequence} of the outbox` })));
        progress(Math.min(from + PAGES, pages), pages, { ...counts });
      }
    };
    await Promise.all(Array.from({ length: parallel }, reader));
    // Read after the rows: a day that was dropped meanwhile is missed by nobody.
    const since = await keptSince(context);
    if (since !== null) for await (const one of missing(since)) findMissing(one);
    return { ...counts };
  },
};

async function mostPages({ pool }: Context): Promise<number> {
  const { rows } = await pool.query<{ pages: number }>(
    `select coalesce(max(pg_relation_size(inhrelid) / current_setting('block_size')::int), 0)::float8 as pages
     from pg_inherits where inhparent = 'journal.outbox'::regclass`,
  );
  return rows[0]!.pages;
}

/** From here on each event's day is there; null when none is. */
async function keptSince({ pool }: Context): Promise<string | null> {
  const { rows } = await pool.query<{ since: string | null }>(
    `select (min(substring(c.relname from '\\d{8}$')::date)::timestamp at time zone 'UTC') + interval '1 hour' as since
     from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'journal.outbox'::regclass`,
  );
  return rows[0]!.since;
}
