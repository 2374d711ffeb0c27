import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { withAdmin, type Admin } from '../platform/kafka.js';
import { createPool } from '../platform/postgres.js';
import { formatBytes, readSlots } from './slot-health.js';

/** For how long the slot may stand still before it counts as stuck; Debezium's heartbeat moves it every 5 s. */
const PATIENCE_MS = 60_000;
const TELL_MS = 10_000;
const LEADER_MS = 15_000;

interface Places {
  databaseUrl: string;
  kafkaBrokers: string[];
  log: (line: string) => void;
}

/** Events made again, and what was there before they were. */
export interface MadeAgain {
  /** In the journal when the slot was there already: whatever came later comes through the slot by itself. */
  recorded: number;
  republished: number;
  /** Records that the topics have ever held. */
  before: bigint;
  /** End of the WAL when all were in the outbox. */
  through: bigint;
}

/**
 * Has all events made again by `republish`, counting apart from it how many there must be.
 * @throws when some were left out
 */
export async function makeAgain(
  { databaseUrl, kafkaBrokers }: Places,
  topics: string[],
  republish: (databaseUrl: string) => Promise<number>,
): Promise<MadeAgain> {
  return withPool(databaseUrl, async (pool) => {
    const before = await recordsOn(kafkaBrokers, topics);
    const recorded = await eventsInJournal(pool);
    const republished = await republish(databaseUrl);
    if (republished < recorded) {
      throw new Error(`Only ${republished} of the ${recorded} events in the journal could be made again`);
    }
    return { recorded, republished, before, through: await endOfWal(pool) };
  });
}

/**
 * Waits until Debezium has confirmed the slot past the last event made again, which it does only after Kafka has
 * acknowledged what lies before, and compares the numbers. Says what that shows.
 * @throws when the slot stands still for a minute, or when the topics took less than the journal holds
 */
export async function proveDelivered(
  { databaseUrl, kafkaBrokers, log }: Places,
  { slot, topics }: { slot: string; topics: string[] },
  { recorded, republished, before, through }: MadeAgain,
): Promise<void> {
  const confirmed = await withPool(databaseUrl, (pool) => confirmedPast(pool, slot, through, log));
  const grown = (await recordsOn(kafkaBrokers, topics)) - before;
  if (grown < BigInt(recorded)) {
    throw new Error(
      `The journal held ${recorded} events and the topics took ${grown} records: run connect apply again after ` +
        'deleting the topic that lacks some',
    );
  }
  log(
    `Nothing was skipped: the journal held ${recorded} events, ${republished} were made again, the topics took ` +
      `${grown} records (with Kafka's own marks), and the slot is confirmed at ${lsn(confirmed)}, past the last at ` +
      `${lsn(through)}. What was recorded meanwhile comes through the slot`,
  );
}

async function confirmedPast(
  pool: pg.Pool,
  slot: string,
  through: bigint,
  log: (line: string) => void,
): Promise<bigint> {
  let reached = -1n;
  let movedAt = Date.now();
  let toldAt = Date.now();
  for (;;) {
    const [found] = await readSlots(pool, [{ slot, optional: false, remedy: '' }]);
    const confirmed = found!.confirmed ?? -1n;
    if (confirmed >= through) return confirmed;
    if (confirmed > reached) {
      reached = confirmed;
      movedAt = Date.now();
    }
    if (Date.now() - movedAt > PATIENCE_MS) {
      throw new Error(
        `Slot ${slot} has not moved for a minute, ${formatBytes(Number(through - reached))} before the last event: ` +
          'see connect status',
      );
    }
    if (Date.now() - toldAt > TELL_MS) {
      toldAt = Date.now();
      log(`Waiting for Kafka: ${formatBytes(Number(through - reached))} of WAL to go`);
    }
    await sleep(200);
  }
}

/** One for each transaction, change of an account or of metadata, and a second for what the wallet profile did. */
async function eventsInJournal(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ events: string }>(
    `select (select count(*) + count(wallet) from journal.transactions)
       + (select count(*) from journal.account_changes) + (select count(*) from journal.annotations) as events`,
  );
  return Number(rows[0]!.events);
}

async function endOfWal(pool: pg.Pool): Promise<bigint> {
  const text = `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as written`;
  return BigInt((await pool.query<{ written: string }>(text)).rows[0]!.written);
}

async function recordsOn(brokers: string[], topics: string[]): Promise<bigint> {
  return withAdmin(brokers, async (admin) => {
    const offsets = await Promise.all(topics.map((topic) => offsetsOf(admin, topic)));
    return offsets.flat().reduce((sum, { high }) => sum + BigInt(high), 0n);
  });
}

/** Partitions that were just made may have no leader for a moment. */
async function offsetsOf(admin: Admin, topic: string): Promise<{ high: string }[]> {
  for (const deadline = Date.now() + LEADER_MS; ; await sleep(100)) {
    try {
      return await admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error as { retriable?: boolean }).retriable || Date.now() > deadline) throw error;
    }
  }
}

/** As Postgres writes a position: `0/24131A8`. */
function lsn(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`.toUpperCase();
}

async function withPool<T>(databaseUrl: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: 1,
    applicationName: 'counterfoil connect',
    // A journal of billions takes its time to count.
    statementSeconds: 3_600,
  });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
