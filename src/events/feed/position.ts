import { decodeCursor, encodeCursor, parts } from '../../platform/cursor.js';
import { pack, unpack } from './snapshot.js';

/**
 * Where a reader stands. The events are read as differences between snapshots of the database: what `until` sees and
 * `since` did not, by (sequence, part). A transaction that commits late is in a later difference, whatever its
 * sequence: nothing is passed by and nothing comes twice.
 */
export interface Position {
  /** The cluster and its timeline: elsewhere its transaction ids mean something else. */
  cluster: string;
  /** Everything that this snapshot sees was read, if it was recorded in this ledger. Empty: nothing was. */
  since: string;
  /** The snapshot up to which is read at present; empty between two differences. */
  until: string;
  /** Of the difference, everything up to this was read. */
  sequence: string;
  /** The outbox's aggregatetype: one sequence may have an event for several. */
  part: string;
  /**
   * The newer snapshot sees every transaction up to this sequence that was ever committed. So the next difference
   * begins after it.
   */
  floor: string;
  /** The next floor, and the transaction id up to which all must have ended before it is one. 0: none. */
  next: { floor: string; xid: string };
}

/** The beginning of a ledger's journal, in this cluster. */
export function beginning(cluster: string): Position {
  return {
    cluster,
    since: '',
    until: '',
    sequence: '0',
    part: '',
    floor: '0',
    next: { floor: '0', xid: '0' },
  };
}

const list = (ledger: string) => `events ${ledger}`;
const snapshot = (value: string) => unpack(value) !== undefined;
const forms = [
  (value: string) => /^\d{1,20}-[0-9A-F]{8}$/.test(value),
  snapshot,
  snapshot,
  parts.whole,
  (value: string) => /^[a-z.]{0,40}$/.test(value),
  parts.whole,
  parts.whole,
  parts.whole,
];

/** Cursors of the events of one difference, each by its sequence and part. */
export function cursorsOf(
  ledger: string,
  { cluster, since, until, floor, next }: Position,
): (event: { sequence: string; part: string }) => string {
  const [from, to] = [pack(since), pack(until)];
  return ({ sequence, part }) =>
    encodeCursor(list(ledger), [cluster, from, to, sequence, part, floor, next.floor, next.xid]);
}

export function cursorOf(ledger: string, position: Position): string {
  return cursorsOf(ledger, position)(position);
}

/**
 * The position that a cursor of this ledger's events stands for.
 * @throws InvalidCursor
 */
export function positionOf(ledger: string, cursor: string | undefined): Position | undefined {
  const values = decodeCursor(list(ledger), cursor, forms);
  if (!values) return undefined;
  const [cluster, since, until, sequence, part, floor, nextFloor, xid] = values as [
    ...[string, string, string, string, string, string, string, string],
  ];
  return {
    cluster,
    since: unpack(since)!,
    until: unpack(until)!,
    sequence,
    part,
    floor,
    next: { floor: nextFloor, xid },
  };
}
