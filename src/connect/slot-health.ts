import type { ClientBase, Pool } from 'pg';
import type { Stream } from './streams.js';

/** `inactive`: nobody reads it, WAL is kept. `lost`: Postgres gave it up, its events are gone from the WAL. */
export type SlotState = 'ok' | 'inactive' | 'missing' | 'lost';

export interface SlotHealth {
  slot: string;
  /** The command that makes it anew. */
  remedy: string;
  state: SlotState;
  /** Of WAL that the reader has yet to confirm; null when there is no such place any more. */
  lagBytes: number | null;
  /** `reserved`, `extended`, `unreserved` or `lost`; null when the slot is missing. */
  walStatus: string | null;
  /** How much more may be written before Postgres gives the slot up; null when nothing bounds it. */
  safeWalBytes: number | null;
  /** Position in the WAL, in bytes: the reader's, and the newest. */
  confirmed: bigint | null;
  written: bigint;
}

interface Row {
  slot: string;
  active: boolean | null;
  wal_status: string | null;
  safe_wal_size: string | null;
  confirmed: string | null;
  written: string;
}

const text = `
select name as slot, s.active, s.wal_status, s.safe_wal_size,
  pg_wal_lsn_diff(s.confirmed_flush_lsn, '0/0') as confirmed, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as written
from unnest($1::text[]) with ordinality as wanted (name, n)
  left join pg_replication_slots s on s.slot_name = wanted.name and s.database = current_database()
order by n`;

/** The slots of these streams, as any login sees them; an optional one that isn't there is left out. */
export async function readSlots(
  database: Pool | ClientBase,
  streams: Omit<Stream, 'connector'>[],
): Promise<SlotHealth[]> {
  const { rows } = await database.query<Row>(text, [streams.map(({ slot }) => slot)]);
  return rows
    .map((row, index) => ({ ...row, ...streams[index]! }))
    .filter(({ active, optional }) => active !== null || !optional)
    .map((row) => ({
      slot: row.slot,
      remedy: row.remedy,
      state: stateOf(row),
      lagBytes: row.confirmed === null ? null : Number(BigInt(row.written) - BigInt(row.confirmed)),
      walStatus: row.active === null ? null : (row.wal_status ?? 'lost'),
      safeWalBytes: row.safe_wal_size === null ? null : Number(row.safe_wal_size),
      confirmed: row.confirmed === null ? null : BigInt(row.confirmed),
      written: BigInt(row.written),
    }));
}

function stateOf({ active, wal_status }: Row): SlotState {
  if (active === null) return 'missing';
  if ((wal_status ?? 'lost') === 'lost') return 'lost';
  return active ? 'ok' : 'inactive';
}

/** What to tell a person of a slot that is not `ok`, with the one command that mends it. */
export function adviceOn({ slot, remedy, state, lagBytes, safeWalBytes }: SlotHealth): string {
  if (state === 'inactive') {
    const room =
      safeWalBytes === null ? 'until the disk is full' : `${formatBytes(safeWalBytes)} more at most`;
    return (
      `nobody reads replication slot ${slot}: events wait in ${formatBytes(lagBytes ?? 0)} of WAL, which is kept ` +
      `(${room}). See: counterfoil connect status`
    );
  }
  const what = state === 'missing' ? 'is missing' : 'was given up by Postgres (wal_status = lost)';
  return `replication slot ${slot} ${what}: no event reaches Kafka. To recover: ${remedy}`;
}

/** `512 bytes`, `1.5 GB`: by thousands, as Postgres doesn't, and disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 'bytes';
  for (const next of units) {
    if (Math.abs(value) < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${unit === 'bytes' ? value : value.toFixed(1)} ${unit}`;
}
