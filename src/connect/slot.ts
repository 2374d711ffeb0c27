import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** Names of a stream's slot and publication, also in its file in `connect/`. */
export const SLOT = 'counterfoil_outbox';
export const ANALYSTS_SLOT = 'counterfoil_analysts';

const DROP_WITHIN_MS = 30_000;
const OBJECT_IN_USE = '55006';

export interface SlotStatus {
  active: boolean;
  /** Bytes of WAL that Debezium has yet to confirm. */
  lagBytes: number;
  /** `lost` when Postgres gave the slot up: its events are gone from the WAL. */
  walStatus: string;
  /** What can be read through it: from the confirmed place, as what lies before is never sent again, to the WAL's end. */
  begins: bigint;
  ends: bigint;
}

/** Postgres gave it up. */
export function isLost({ walStatus }: SlotStatus): boolean {
  return walStatus === 'lost';
}

/** Makes the logical slot, in place of one that Postgres gave up: what was committed earlier won't come through it. */
export async function makeSlot(databaseUrl: string, cdcDatabaseUrl: string): Promise<void> {
  await withReplication(databaseUrl, cdcDatabaseUrl, createSlot);
}

/** Drops a slot that the connector has just let go of, if it is there: its reader may need a moment to notice. */
export async function dropSlot(databaseUrl: string, cdcDatabaseUrl: string, slot: string): Promise<void> {
  await withReplication(databaseUrl, cdcDatabaseUrl, async (client) => {
    for (const deadline = Date.now() + DROP_WITHIN_MS; ; await sleep(200)) {
      try {
        await client.query(
          `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
            WHERE slot_name = $1 AND database = current_database()`,
          [slot],
        );
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== OBJECT_IN_USE || Date.now() > deadline) throw error;
      }
    }
  });
}

/** @returns undefined when there is no such slot. */
export async function slotStatus(databaseUrl: string, slot: string): Promise<SlotStatus | undefined> {
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
              pg_wal_lsn_diff(confirmed_flush_lsn, '0/0') AS begins, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS ends
         FROM pg_replication_slots
        WHERE slot_name = $1 AND database = current_database()`,
      [slot],
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

/** The owner needs no REPLICATION; the login that Debezium uses always has it. */
async function withReplication(
  databaseUrl: string,
  cdcDatabaseUrl: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  try {
    await withClient(databaseUrl, work);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    await withClient(withCredentials(databaseUrl, cdcDatabaseUrl), work);
  }
}

/** The database as this process reaches it, with the login that Connect uses. */
function withCredentials(databaseUrl: string, cdcDatabaseUrl: string): string {
  const url = new URL(databaseUrl);
  const login = new URL(cdcDatabaseUrl);
  url.username = login.username;
  url.password = login.password;
  return url.href;
}

export async function withClient<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
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
