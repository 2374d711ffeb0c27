import { Client } from 'pg';

/** Name of the slot and of the publication, also in `connect/outbox.json`. */
export const SLOT = 'counterfoil_outbox';

export interface SlotStatus {
  active: boolean;
  /** Bytes of WAL that Debezium has yet to confirm. */
  lagBytes: number;
  /** `lost` when Postgres gave the slot up: its events are gone from the WAL. */
  walStatus: string;
}

/**
 * Makes the logical slot unless there is a usable one. A slot that Postgres gave up is replaced.
 * @returns true when it was made now: what was committed earlier will not come through it.
 */
export async function ensureSlot(databaseUrl: string, cdcDatabaseUrl: string): Promise<boolean> {
  const status = await slotStatus(databaseUrl);
  if (status && status.walStatus !== 'lost') return false;
  const statement = status ? recreateSlot : createSlot;
  try {
    await withClient(databaseUrl, statement);
  } catch (error) {
    // The owner needs no REPLICATION; the login that Debezium uses always has it.
    if ((error as { code?: string }).code !== '42501') throw error;
    await withClient(withCredentials(databaseUrl, cdcDatabaseUrl), statement);
  }
  return true;
}

/** @returns undefined when there is no such slot. */
export async function slotStatus(databaseUrl: string): Promise<SlotStatus | undefined> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ active: boolean; lag: string | null; wal_status: string | null }>(
      `SELECT active, wal_status,
              pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS lag
         FROM pg_replication_slots
        WHERE slot_name = $1 AND database = current_database()`,
      [SLOT],
    );
    const row = rows[0];
    return row && { active: row.active, lagBytes: Number(row.lag ?? 0), walStatus: row.wal_status ?? 'lost' };
  });
}

async function createSlot(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  // From 17 on the slot is copied to standbys, so that a failover keeps the stream.
  const failover = Number(rows[0]?.version) >= 170000 ? ', false, false, true' : '';
  await client.query(`SELECT pg_create_logical_replication_slot('${SLOT}', 'pgoutput'${failover})`);
}

async function recreateSlot(client: Client): Promise<void> {
  await client.query(`SELECT pg_drop_replication_slot('${SLOT}')`);
  await createSlot(client);
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
