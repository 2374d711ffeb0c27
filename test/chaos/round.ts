import { setTimeout as sleep } from 'node:timers/promises';
import { checkEverything } from './checker/check.js';
import { indexed, timesDone } from './checker/effects.js';
import { readJournal } from './checker/journal.js';
import type { Violation } from './checker/violation.js';
import { startClients } from './clients/clients.js';
import { startFollower } from './clients/follower.js';
import type { Known } from './clients/known.js';
import { startModelled } from './clients/modelled.js';
import { startReaders } from './clients/readers.js';
import type { Sender } from './clients/sender.js';
import type { Cluster } from './cluster.js';
import { answerOf, outcomeOf, type History, type Operation } from './history.js';
import type { Nemesis } from './nemesis.js';

export interface RoundOptions {
  cluster: Cluster;
  sender: Sender;
  known: Known;
  /** Of all rounds. */
  history: History;
  nemesis: Nemesis;
  seed: number;
  clients: number;
  loadMs: number;
}

export interface RoundResult {
  struck: Nemesis['struck'];
  counts: Counts;
  violations: Violation[];
  /** From the last fault until every unknown command was answered. */
  recoveredMs: number;
}

export interface Counts {
  acknowledged: number;
  refused: number;
  /** Not answered within the round; found in the journal before the retry. */
  found: number;
  /** Not answered within the round, and not found: the retry did it, or was refused. */
  notFound: number;
  /** Asked again under their keys, and answered the same. */
  repeated: number;
  /** By clients that know what the answer must be. */
  asModelled: number;
}

const ASKING_MS = 60_000;
const AT_ONCE = 12;
/** Ledgers that are compared with one in memory, answer by answer. */
const MODELLED = 2;

/** Load and faults at the same time; then no more faults, every command is asked for again, and all is read back. */
export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { cluster, sender, known, history, nemesis, seed, clients: count, loadMs } = options;
  const before = history.operations.length;
  const clients = startClients({ sender, history, known, urls: cluster.urls, seed, count });
  const readers = startReaders({ urls: cluster.urls, databaseUrl: cluster.databaseUrl, history, seed });
  const follower = startFollower(cluster.urls, history);
  const modelled = startModelled(cluster.urls, seed, MODELLED);
  await Promise.all([nemesis.run(cluster, loadMs), sleep(loadMs).then(clients.stop)]);
  await Promise.all([readers.stop(), follower.stop()]);
  const healed = performance.now();
  await cluster.answering();
  const asModelled = await modelled.stop();

  const own = history.operations.slice(before);
  const counts = { acknowledged: 0, refused: 0, found: 0, notFound: 0, repeated: 0, asModelled };
  for (const operation of own) {
    const outcome = outcomeOf(operation);
    if (outcome !== 'unknown') counts[outcome]++;
  }
  const unknown = own.filter((operation) => outcomeOf(operation) === 'unknown');
  const violations = await askForUnknown(cluster, sender, unknown, counts);
  const recoveredMs = performance.now() - healed;
  for (const operation of unknown) known.learn(operation);
  counts.repeated = await askAgain(sender, own);
  violations.push(...(await checkEverything(cluster, history)), ...(await modelled.check()));
  return { struck: nemesis.struck, counts, violations, recoveredMs };
}

/** The journal knows what became of them, and the retry says the same. */
async function askForUnknown(
  { databaseUrl }: Cluster,
  sender: Sender,
  unknown: Operation[],
  counts: Counts,
): Promise<Violation[]> {
  const recorded = indexed(await readJournal(databaseUrl));
  const violations: Violation[] = [];
  await atOnce(unknown, async (operation) => {
    const found = timesDone(recorded, operation) > 0;
    counts[found ? 'found' : 'notFound']++;
    await sender.repeat(operation, AbortSignal.timeout(ASKING_MS));
    const answer = answerOf(operation);
    const say = (what: string) => void violations.push({ check: 'retries', what, operation });
    if (!answer) return say(`is not answered ${ASKING_MS / 1000} s after the last fault`);
    // Of an independent bulk a part may have been done.
    if (found && operation.path !== 'bulk' && !answer.replayed)
      say('took effect, and the retry was no replay');
    if (found && answer.status! >= 300 && operation.path !== 'bulk')
      say('took effect, and the retry is refused');
  });
  return violations;
}

/** Every command that has a key, once more. */
async function askAgain(sender: Sender, operations: Operation[]): Promise<number> {
  const keyed = operations.filter((operation) => operation.key !== null && answerOf(operation));
  await atOnce(
    keyed,
    async (operation) => void (await sender.repeat(operation, AbortSignal.timeout(ASKING_MS))),
  );
  return keyed.length;
}

async function atOnce<T>(all: T[], work: (each: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const lane = async () => {
    for (const each of left) await work(each);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
