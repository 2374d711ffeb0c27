import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { readChangesAfter, readChangesAs } from '../ledger/accounts/read-changes.js';
import { newestSequence, sequencesOf } from '../ledger/journal/sequences.js';
import type { Transaction } from '../ledger/rules/record.js';
import { readAnnotationsAfter, readAnnotationsAs } from '../ledger/transactions/read-annotations.js';
import { readTransactionsAfter, readTransactionsAs } from '../ledger/transactions/read-transactions.js';
import { createPool } from '../platform/postgres.js';
import { readSealsAfter, readSealsAs } from '../proof/seals/read-seals.js';
import { accountEvent } from './account-event.js';
import { annotationEvent } from './annotation-event.js';
import type { OutboxEvent } from './event.js';
import { insertEvents } from './outbox.js';
import { sealEvent } from './seal-event.js';
import { transactionEvent } from './transaction-event.js';
import { walletEvent } from './wallet-event.js';

const SLICE = 1_000;

/** Which events: all within every bound that is given. */
export interface EventRange {
  /** Sequences; both are included. */
  from?: bigint;
  to?: bigint;
  /** Canonical times of recording; the first is included, the other not. */
  fromTime?: string | undefined;
  toTime?: string | undefined;
  ledger?: string | undefined;
}

export interface Republishing extends EventRange {
  /** Makes and counts them, and publishes none. */
  dryRun?: boolean | undefined;
  /** Most events in a second, a whole number; as fast as it goes by default. */
  rate?: number | undefined;
  /** Ends it between two events. */
  signal?: AbortSignal;
  /** Told how many sequences were looked through, of how many, and how many events there were. */
  show?: (through: bigint, of: bigint, events: number) => void;
}

export interface Republished {
  events: number;
  /** Of the first and the last of them; null when there was none. */
  first: string | null;
  last: string | null;
}

/** Puts every event of the journal into the outbox again. Answers how many. */
export async function republishJournal(databaseUrl: string): Promise<number> {
  const pool = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: 1,
    applicationName: 'counterfoil republish',
  });
  try {
    return (await republishEvents(pool, {})).events;
  } finally {
    await pool.end();
  }
}

/**
 * Puts a range of events into the outbox again, in their order, made from the records alone and the same byte for byte.
 * Consumers see a `ce_id` once more each time. Each slice commits for itself: what breaks off has published the events
 * up to some sequence, and may go on there or begin again.
 * @param pool of counterfoil_app
 * @throws RangeError when the range is beyond what is recorded, or there is no such ledger
 */
export async function republishEvents(pool: pg.Pool, options: Republishing): Promise<Republished> {
  const client = await pool.connect();
  try {
    return await republish(client, options);
  } finally {
    client.release();
  }
}

async function republish(client: pg.ClientBase, options: Republishing): Promise<Republished> {
  const { dryRun = false, rate, signal, show } = options;
  const { after: start, through } = await boundsOf(client, options);
  const done: Republished = { events: 0, first: null, last: null };
  const began = performance.now();
  for (let after = start; after < through && !signal?.aborted;) {
    const slice = await eventsAfter(client, String(after), String(through), options.ledger ?? null);
    if (slice.length === 0) break;
    after = BigInt(slice.at(-1)!.sequence);
    for (const events of portionsOf(slice.filter(isWithin(options)), rate)) {
      if (signal?.aborted) break;
      if (!dryRun) await insertEvents(client, events);
      done.events += events.length;
      done.first ??= events[0]!.sequence;
      done.last = events.at(-1)!.sequence;
      if (rate !== undefined && !dryRun) await until(began + (done.events / rate) * 1_000, signal);
    }
    show?.(after - start, through - start, done.events);
  }
  return done;
}

async function boundsOf(
  client: pg.ClientBase,
  range: EventRange,
): Promise<{ after: bigint; through: bigint }> {
  const newest = await newestSequence(client);
  const { from = 1n, to = newest, ledger } = range;
  if (ledger !== undefined) await requireLedger(client, ledger);
  if (range.to !== undefined && to > newest) {
    throw new RangeError(`sequence ${to} is beyond the newest that is recorded, ${newest}`);
  }
  const { after, through } = await sequencesOf(client, { from: range.fromTime, to: range.toTime });
  return { after: after > from - 1n ? after : from - 1n, through: through < to ? through : to };
}

async function requireLedger(client: pg.ClientBase, ledger: string): Promise<void> {
  const { rows } = await client.query('select from journal.ledgers where id = $1', [ledger]);
  if (rows.length === 0) throw new RangeError(`there is no ledger ${ledger}`);
}

function isWithin({ fromTime = '', toTime }: EventRange): (event: OutboxEvent) => boolean {
  return ({ time }) => time >= fromTime && (toTime === undefined || time < toTime);
}

/** What goes out at once, at most a second's worth. */
function* portionsOf(events: OutboxEvent[], rate = SLICE): Generator<OutboxEvent[]> {
  const size = Math.min(rate, SLICE);
  for (let n = 0; n < events.length; n += size) yield events.slice(n, n + size);
}

async function until(time: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(Math.max(0, time - performance.now()), undefined, { signal }).catch(() => {});
}

/** The next slice of the journal's events, in the order of their sequence; of all ledgers or of one. */
export async function eventsAfter(
  client: pg.ClientBase,
  after: string,
  through: string,
  ledger: string | null = null,
): Promise<OutboxEvent[]> {
  const transactions = await readTransactionsAfter(client, after, through, SLICE, ledger);
  const changes = await readChangesAfter(client, after, through, SLICE, ledger);
  const annotations = await readAnnotationsAfter(client, after, through, SLICE, ledger);
  const seals = await readSealsAfter(client, after, through, SLICE, ledger);
  const slice = [
    ...transactions.map(eventsOfTransaction),
    ...changes.map((change) => [accountEvent(change)]),
    ...annotations.map((annotation) => [annotationEvent(annotation)]),
    ...seals.map((seal) => [sealEvent(seal)]),
  ];
  return slice
    .sort(([a], [b]) => (BigInt(a!.sequence) < BigInt(b!.sequence) ? -1 : 1))
    .slice(0, SLICE)
    .flat();
}

/** The events with just these sequences, in no order; a transaction that lacks an entry has none. */
export async function eventsOf(pool: pg.Pool, sequences: string[]): Promise<OutboxEvent[]> {
  const transactions = await readTransactionsAs(pool, sequences);
  const found = new Set(transactions.map(({ sequence }) => sequence));
  const others = sequences.filter((sequence) => !found.has(sequence));
  const changes = others.length > 0 ? await readChangesAs(pool, others) : [];
  const annotations = others.length > 0 ? await readAnnotationsAs(pool, others) : [];
  const seals = others.length > 0 ? await readSealsAs(pool, others) : [];
  return [
    ...transactions.flatMap(eventsOfTransaction),
    ...changes.map(accountEvent),
    ...annotations.map(annotationEvent),
    ...seals.map(sealEvent),
  ];
}

/** A wallet's transaction has two events with its sequence: its own, then the profile's. */
function eventsOfTransaction(transaction: Transaction): OutboxEvent[] {
  return [transactionEvent(transaction), ...(transaction.wallet ? [walletEvent(transaction)] : [])];
}
