import { setTimeout as sleep } from 'node:timers/promises';
import { readModelDiffers } from '../../support/read-model-differs.js';
import { query } from '../../support/stack.js';
import { readTopic } from '../../support/topic.js';
import { BANK_TOTAL } from '../clients/accounts.js';
import { followToTheEnd } from '../clients/follower.js';
import type { Cluster } from '../cluster.js';
import type { History } from '../history.js';
import { checkEffects, indexed } from './effects.js';
import { checkFeed } from './feed.js';
import { readJournal, readOutbox, type Journal } from './journal.js';
import { checkOrder } from './order.js';
import { checkLooks, checkReads } from './reads.js';
import { checkReplay } from './replay.js';
import { checkTopic } from './topic.js';
import type { Violation } from './violation.js';
import { askWitness } from './witness.js';

/** How long what streams may take to catch up after the last fault. */
const RECOVERY_MS = 150_000;
/** All that clients reserve for a time is due within seconds. */
const EXPIRY_MS = 30_000;
const topics = ['ledger.transactions', 'ledger.accounts', 'wallet.events', 'ledger.seals'];

/** Everything that must hold when nothing is underway, read by API, by SQL and from the topics. */
export async function checkEverything(cluster: Cluster, history: History): Promise<Violation[]> {
  const late = await checkExpiry(cluster);
  await followToTheEnd(cluster.urls[0]!, history);
  const journal = await readJournal(cluster.databaseUrl);
  return [
    ...late,
    ...checkHistory(history, journal),
    ...(await checkReadModel(cluster)),
    ...(await checkTopics(cluster, journal)),
    ...(await askWitness(cluster)),
    ...(await checkDeadLetters(cluster)),
    ...(await checkTrialBalance(cluster)),
  ];
}

/** What needs nothing but what was written down and the rows of the journal. */
export function checkHistory(
  { operations, reads, looks, feed, odd }: History,
  journal: Journal,
): Violation[] {
  const recorded = indexed(journal);
  return [
    ...odd.map((what) => ({ check: 'answers', what })),
    ...checkReplay(journal),
    ...checkEffects(recorded, operations),
    ...checkOrder(operations, recorded.sequences),
    ...checkReads(reads, operations, journal),
    ...checkLooks(looks, BANK_TOTAL),
    ...checkFeed(feed.events, journal.outbox),
  ];
}

/** Holds past their time are released by themselves, so that nothing is recorded any more while the rest is read. */
async function checkExpiry({ databaseUrl }: Cluster): Promise<Violation[]> {
  const held = `select id from journal.open_holds where ledger = 'main'`;
  const open = () => query<{ id: string }>(databaseUrl, held);
  const left = await until(open, (rows) => rows.length === 0, EXPIRY_MS);
  return left.map(({ id }) => ({ check: 'expiry', what: `hold ${id} was not released` }));
}

/** The last of what was found when it is so, or when the time is over. */
async function until<T>(find: () => Promise<T>, isSo: (found: T) => boolean, ms: number): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const found = await find();
    if (isSo(found) || performance.now() > deadline) return found;
    await sleep(500);
  }
}

async function checkReadModel({ databaseUrl }: Cluster): Promise<Violation[]> {
  const differs = () => readModelDiffers(databaseUrl);
  const differences = await until(differs, ({ length }) => length === 0, RECOVERY_MS);
  return differences.map((what) => ({ check: 'read model', what }));
}

async function checkTopics({ brokers, databaseUrl }: Cluster, { outbox }: Journal): Promise<Violation[]> {
  const all = await Promise.all(
    topics.map(async (name) => {
      const ids = new Set(
        outbox.filter(({ aggregatetype }) => aggregatetype === name).map(({ event_id }) => event_id),
      );
      const records = await readTopic(
        brokers,
        `${name}.v1`,
        (records) => new Set(records.map(({ headers }) => headers.ce_id)).size >= ids.size,
        { withinMs: RECOVERY_MS },
      ).catch((error: Error) => error);
      return records instanceof Error
        ? [{ check: 'topic', what: `${records.message} of ${ids.size}` }]
        : checkTopic(`${name}.v1`, records, await readOutbox(databaseUrl), outbox);
    }),
  );
  return all.flat();
}

async function checkDeadLetters({ databaseUrl }: Cluster): Promise<Violation[]> {
  const letters = await query<{ projection: string; cause: string }>(
    databaseUrl,
    'select projection, cause from projections.dead_letters',
  );
  return letters.map(({ projection, cause }) => ({ check: 'dead letters', what: `${projection}: ${cause}` }));
}

/** By the API, from the read model that has caught up. */
async function checkTrialBalance({ urls }: Cluster): Promise<Violation[]> {
  const response = await fetch(`${urls[0]}/v1/ledgers/main/trial-balance`);
  const { totals } = (await response.json()) as {
    totals: { currency: string; debits: string; credits: string }[];
  };
  return totals
    .filter(({ debits, credits }) => debits !== credits)
    .map((row) => ({ check: 'trial balance', what: JSON.stringify(row) }));
}
