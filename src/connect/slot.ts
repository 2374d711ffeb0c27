import { Client } from 'pg';

/** Name of the slot and of the publication, also in `connect/outbox.json`. */
export const SLOT = 'counterfoil_outbox';

export interface SlotStatus {
  active: boolean;
  /** Bytes of WAL that Debezium has yet to confirm. */
  lagBytes: number;
  /** `lost` when Postgres gave the slot up: its events are gone from the WAL. */
  walStatus: string;
  /** Part of the WAL that can be read through it. */
  begins: bigint;
  ends: bigint;
}

/** Postgres gave it up. */
export function isLost({ walStatus }: SlotStatus): boolean {
  return walStatus === 'lost';
}

/** Makes the logical slot, in place of one that Postgres gave up: what was committed earlier won't come through it. */
export async function makeSlot(databaseUrl: string, cdcDatabaseUrl: string): Promise<void> {
  try {
    await withClient(databaseUrl, createSlot);
  } catch (error) {
    // The owner needs no REPLICATION; the login that Debezium uses always has it.
    if ((error as { code?: string }).code !== '42501') throw error;
    await withClient(withCredentials(databaseUrl, cdcDatabaseUrl), createSlot);
  }
}

/** @returns undefined when there is no such slot. */
export async function slotStatus(databaseUrl: string): Promise<SlotStatus | undefined> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{
      active: boolean;
      lag: string | null;
      wal_status: string | null;
      begins: string | null;
      ends: string;
    }>(
      `SELECT active, wal_status,
              pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS lag,
              pg_wal_lsn_diff(restart_lsn, '0/0') AS begins, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS ends
         FROM pg_replication_slots
        WHERE slot_name = $1 AND database = current_database()`,
      [SLOT],
    );
    const row = rows[0];
    if (!row) return undefined;
    const { active, lag, wal_status, begins, ends } = row;
    return {
      active,
      lagBytes: Number(lag ?? 0),
      walStatus: wal_status ?? 'lost',
      begins: BigInt(begins ?? 0),
      ends: BigInt(ends),
    };
  });
}

async function createSlot(client: Client): Promise<void> {
  await client.query(
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
      WHERE slot_name = '${SLOT}' AND database = current_database() AND coalesce(wal_status, 'lost') = 'lost'`,
  );
  const { rows } = await client.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  // From 17 on the slot is copied to standbys, so that a failover keeps the stream.
  const failover = Number(rows[0]?.version) >= 170000 ? ', false, false, true' : '';
  await client.query(`SELECT pg_create_logical_replication_slot('${SLOT}', 'pgoutput'${failover})`);
}

/** The database as this process reaches it, with the login that Connect uses. */
function withCredentials(databaseUrl: string, cdcDatabaseUrl: string): string {
  const url = new URL(databaseUrl);
  const login = new URL(cdcDatabaseUrl);
  url.username = login.username;
  url.password = login.password;
  return url.href;
}

async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  // A connection that breaks between statements raises an event, which unheard would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
