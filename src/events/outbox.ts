import type pg from 'pg';
import type { OutboxEvent } from './event.js';

/** Puts events into the outbox, in the transaction of the client; those of commands come with their records instead. */
export async function insertEvents(client: pg.ClientBase, events: OutboxEvent[]): Promise<void> {
  const column = (pick: (event: OutboxEvent) => string | null) => events.map(pick);
  await client.query(
    `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema,
       payload, traceparent)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[])`,
    [
      column((event) => event.sequence),
      column((event) => event.eventId),
      column((event) => event.aggregatetype),
      column((event) => event.aggregateid),
      column((event) => event.type),
      column((event) => event.source),
      column((event) => event.time),
      column((event) => event.dataschema),
      column((event) => event.payload),
      column((event) => event.traceparent),
    ],
  );
}
