import type { Caller, ReadOptions } from './caller.js';

/** As Kafka's consumers get it too; `event_type` says what else is there, a `transaction` or an `account` say. */
export interface LedgerEvent {
  schema_version: string;
  event_id: string;
  event_type: string;
  [member: string]: unknown;
}

export interface EventLine {
  /** Keep it with what the event did: `after` goes on behind it. */
  cursor: string;
  event: LedgerEvent;
}

export interface ReadEvents {
  /** The cursor of the last event that was dealt with; absent: from the beginning. */
  after?: string;
  /** How many at most are read at a time. */
  limit?: number;
}

/** How long the service holds a request while nothing is new. */
const WAIT_SECONDS = 20;

export function events(call: Caller) {
  async function* walk({ after, limit }: ReadEvents, wait: number, options?: ReadOptions) {
    for (let cursor = after; ;) {
      const query = { after: cursor, limit, wait };
      const how = { ...options, waitMs: wait * 1_000 };
      const { text, headers } = await call.getAs('application/x-ndjson', 'events', query, how);
      const lines = text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as EventLine);
      yield* lines;
      if (lines.length === 0 && wait === 0) return;
      cursor = lines.at(-1)?.cursor ?? headers.get('next-cursor') ?? cursor;
    }
  }

  return {
    /** Those that are there, in order. */
    list: (query: ReadEvents = {}, options?: ReadOptions): AsyncIterable<EventLine> =>
      walk(query, 0, options),

    /** Those that are there, then those to come, until the signal ends it. */
    follow: (query: ReadEvents = {}, options?: ReadOptions): AsyncIterable<EventLine> =>
      walk(query, WAIT_SECONDS, options),
  };
}
