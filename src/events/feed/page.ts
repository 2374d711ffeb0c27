export interface FeedEvent {
  sequence: string;
  /** The outbox's aggregatetype, e.g. `ledger.transactions`. */
  part: string;
  type: string;
  /** The event's JSON, byte for byte. */
  payload: string;
}

/** Some events of a difference; `more`: there may be others after `through`. */
export interface Page {
  events: FeedEvent[];
  more: boolean;
  through: { sequence: string; part: string };
}

/** Most bytes of events in a page, though always one event. */
export const PAGE_BYTES = 1024 * 1024;
