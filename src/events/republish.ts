import type pg from 'pg';
import { readChangesAfter } from '../ledger/accounts/read-changes.js';
import type { Transaction } from '../ledger/rules/record.js';
import { readAnnotationsAfter } from '../ledger/transactions/read-annotations.js';
import { readTransactionsAfter } from '../ledger/transactions/read-transactions.js';
import { createPool } from '../platform/postgres.js';
import { accountEvent } from './account-event.js';
import { annotationEvent } from './annotation-event.js';
import type { OutboxEvent } from './event.js';
import { transactionEvent } from './transaction-event.js';
import { walletEvent } from './wallet-event.js';

const SLICE = 1_000;

/**
 * Puts every event of the journal into the outbox again, made from the records alone and the same byte for byte.
 * Consumers see a `ce_id` once more each time. Answers how many.
 */
export async function republishJournal(databaseUrl: string): Promise<number> {
  const pool = createPool(databaseUrl, {
    role: 'counterfoil_app',
    max: 1,
    applicationName: 'counterfoil republish',
  });
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ through: string }>(
      `select greatest((select coalesce(max(sequence), 0) from journal.transactions),
                       (select coalesce(max(sequence), 0) from journal.account_changes),
                       (select coalesce(max(sequence), 0) from journal.annotations)) as through`,
    );
    const through = rows[0]!.through;
    let count = 0;
    for (let after = '0'; BigInt(after) < BigInt(through);) {
      const events = await eventsAfter(client, after, through);
      if (events.length === 0) break;
      await insertEvents(client, events);
      count += events.length;
      after = events.at(-1)!.sequence;
    }
    return count;
  } finally {
    client.release();
    await pool.end();
  }
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
  const slice = [
    ...transactions.map((transaction) => [transactionEvent(transaction), ...walletEvents(transaction)]),
    ...changes.map((change) => [accountEvent(change)]),
    ...annotations.map((annotation) => [annotationEvent(annotation)]),
  ];
  return slice
    .sort(([a], [b]) => (BigInt(a!.sequence) < BigInt(b!.sequence) ? -1 : 1))
    .slice(0, SLICE)
    .flat();
}

/** A wallet's transaction has two events with its sequence: its own, then the profile's. */
function walletEvents(transaction: Transaction): OutboxEvent[] {
  return transaction.wallet ? [walletEvent(transaction)] : [];
}

async function insertEvents(client: pg.ClientBase, events: OutboxEvent[]): Promise<void> {
  const column = (pick: (event: OutboxEvent) => string | null) => events.map(pick);
  await client.query(
    `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema,
       payload, traceparent)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::text[], $9::text[], $10::text[])`,
    [
      column((event) => event.sequence),
      column((event) => event.eventId),
      column((event) => event.aggregatetype),
      column((event) => event.aggregateid),
      column((event) => event.type),
      column((event) => event.source),
      column((event) => event.time),
      column((event) => event.dataschema),
      column((event) => event.payload),
      column((event) => event.traceparent),
    ],
  );
}
