import type pg from 'pg';
import { readDifferenceFromJournal } from './journal.js';
import { readDifferenceFromOutbox, unseen } from './outbox.js';
import type { FeedEvent } from './page.js';
import { beginning, type Position } from './position.js';
import { cutAfter } from './snapshot.js';

export interface Step {
  events: FeedEvent[];
  /** The difference that they are from. */
  of: Position;
  /** Where the reader stands after them. */
  position: Position;
  /** Nothing is new: the next step is worth taking once something was recorded. */
  idle: boolean;
}

/** Most rows unseen, of all ledgers, with which the outbox is read. */
const FEW = 5_000;

/** Cluster and timeline; after a failover the old primary's last transaction ids may be given out again. */
const cluster = `(select system_identifier from pg_control_system())::text || '-'
  || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`;

/**
 * The next events of a ledger after a position; without one, from the beginning of the journal. To be called in a
 * transaction of its own (READ COMMITTED), which keeps the outbox's days while it lasts.
 *
 * Where a difference is read from is a matter of cost alone: from the outbox when it is small, else, or when the
 * outbox has not all of it any more, from the journal, which makes the same events again. The order is the same.
 *
 * A cursor of another cluster (a restored copy), or of the time before a failover, is answered from the journal by
 * sequence, from where all was committed when it was made: the last events before it may come twice. Only what a
 * copy lacks can't be noticed: restored to a time before the cursor, it may use sequences anew that the reader is
 * past. Then the reader starts without a cursor.
 *
 * Events that `republish` put into the outbox again are not read again, save those of the last moments before.
 */
export async function readOn(
  client: pg.ClientBase,
  ledger: string,
  from: Position | undefined,
  limit: number,
): Promise<Step> {
  const position = from && from.until !== '' ? from : await nextDifference(client, from);
  const nothing = { events: [], of: position, position };
  if (position.until === '') return { ...nothing, idle: true };
  const source = await choose(client, position);
  if (source.cluster !== position.cluster) {
    return { ...nothing, position: moved(position, source.cluster), idle: false };
  }
  const { events, more, through } = source.small
    ? await readDifferenceFromOutbox(client, ledger, position, limit)
    : await readDifferenceFromJournal(client, ledger, position, limit, source.through);
  const reached = more ? { ...position, ...through } : finished(position);
  return { events, of: position, position: reached, idle: false };
}

/** Up to what is seen now; with `until` empty when that is nothing new. */
async function nextDifference(client: pg.ClientBase, from: Position | undefined): Promise<Position> {
  // The first look only says what has to end before there is a floor.
  const start = from ?? withFloor(beginning(''), await observe(client));
  const seen = await observe(client);
  const position = withFloor(start.cluster === seen.cluster ? start : moved(start, seen.cluster), seen);
  const until = seen.newest ? cutAfter(seen.snapshot, seen.newest.xid) : seen.snapshot;
  if (until === position.since) return { ...position, ...after(position.floor) };
  return { ...position, until };
}

interface Observation {
  cluster: string;
  snapshot: string;
  xmin: string;
  xmax: string;
  /** Of what it sees in the outbox, the row of the newest transaction. */
  newest: { xid: string; sequence: string } | null;
}

async function observe(client: pg.ClientBase): Promise<Observation> {
  const { rows } = await client.query<Observation>(
    `select ${cluster} as cluster, s.snapshot::text, pg_snapshot_xmin(s.snapshot)::text as xmin,
       pg_snapshot_xmax(s.snapshot)::text as xmax, n.newest
     from (select pg_current_snapshot() as snapshot) s
     left join lateral (
       select json_build_object('xid', o.xid::text, 'sequence', o.sequence::text) as newest
       from journal.outbox o
       where o.xid < pg_snapshot_xmax(s.snapshot) and pg_visible_in_snapshot(o.xid, s.snapshot)
       order by o.xid desc limit 1
     ) n on true`,
  );
  return rows[0]!;
}

/**
 * A writer gets its transaction id before it draws its sequences (`readState` in the journal's sql.ts). So when a row
 * is visible, whatever has a lesser sequence was drawn by transactions that had an id by then; once all these have
 * ended, that row's sequence is a floor.
 */
function withFloor(position: Position, { cluster, xmin, xmax, newest }: Observation): Position {
  let { floor, next } = position;
  if (next.xid !== '0' && BigInt(xmin) >= BigInt(next.xid)) {
    if (BigInt(next.floor) > BigInt(floor)) floor = next.floor;
    next = { floor: '0', xid: '0' };
  }
  if (next.xid === '0' && newest) next = { floor: newest.sequence, xid: xmax };
  return { ...position, cluster, floor, next };
}

function finished(position: Position): Position {
  return { ...position, since: position.until, until: '', ...after(position.floor) };
}

/** Also past what `republish` makes again of it. */
function after(floor: string): Pick<Position, 'sequence' | 'part'> {
  return { sequence: String(BigInt(floor) + 1n), part: '' };
}

/** In another cluster: everything after the sequence up to which all is known to have been read. */
function moved({ sequence, floor }: Position, cluster: string): Position {
  const from = BigInt(sequence) < BigInt(floor) ? sequence : floor;
  return { ...beginning(cluster), sequence: from };
}

interface Source {
  cluster: string;
  /** The outbox has all of the difference, and it is small. */
  small: boolean;
  /** No sequence beyond this one is of the difference. */
  through: string;
}

/**
 * Days of the outbox go in their order, and each only when its `closed_at` was taken, which sees all of its rows. So a
 * snapshot that sees what the oldest day's `closed_at` does needs none of the days that are gone.
 */
async function choose(client: pg.ClientBase, { since }: Position): Promise<Source> {
  const { rows } = await client.query<Source>(
    `select ${cluster} as cluster, (select last_value from journal.sequence) as through,
       $1::pg_snapshot is not null
       and coalesce((
         select pg_snapshot_xmax($1::pg_snapshot) >= pg_snapshot_xmax(d.closed_at) and not exists (
           select from pg_snapshot_xip($1::pg_snapshot) x where pg_visible_in_snapshot(x, d.closed_at))
         from (select closed_at from journal.outbox_days order by day limit 1) d), false)
       and ${FEW} >= (
         select count(*) from (select from journal.outbox o where ${unseen} limit ${FEW} + 1) few) as small`,
    [since === '' ? null : since],
  );
  return rows[0]!;
}
