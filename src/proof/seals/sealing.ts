import type pg from 'pg';
import { insertEvents } from '../../events/outbox.js';
import { sealEvent } from '../../events/seal-event.js';
import { newId } from '../../platform/ids.js';
import { settledSequence } from '../../platform/writers.js';
import type { SigningKey } from './key.js';
import { rootOf } from './merkle.js';
import { newestSeal, sealedThrough } from './read-seals.js';
import { FIRST, hashOf, type Seal } from './seal.js';

/** Sequences that one seal closes at most, and about how many entries: so a range takes a second or so. */
const LARGEST = { sequences: 10_000n, entries: 40_000 };
/** From a slow disk a range may take too long: then smaller ones are tried, down to about this. */
const SMALLEST = 10n;
/** Held while a range is sealed: by one process at a time, or two would make the same seal. */
const SEALING = 4_026_531_841;
/** A writer may take so long; one that takes longer is waited for by the next turn. */
const SETTLES_WITHIN_MS = 5_000;

interface Range {
  after: string;
  through: string;
}

/**
 * Seals what was recorded since the last time, range by range, each in a transaction of its own with its event in the
 * outbox. Behind the horizon: only what nobody can add to any more.
 * @param pool of counterfoil_app
 * @param pause between two ranges; false ends it there
 * @returns how many seals it made
 */
export async function sealJournal(
  pool: pg.Pool,
  key?: SigningKey,
  pause: (tookMs: number) => Promise<boolean> = () => Promise.resolve(true),
): Promise<number> {
  const settled = await settledSequence(pool, SETTLES_WITHIN_MS);
  if (settled === undefined) return 0;
  let made = 0;
  let size = LARGEST;
  for (let from = await nextRecorded(pool, await sealedThrough(pool)); from !== undefined;) {
    if (BigInt(from) > BigInt(settled)) break;
    const range = await rangeFrom(pool, BigInt(from) - 1n, BigInt(settled), size);
    const began = performance.now();
    let seals: number | undefined;
    try {
      seals = await sealRange(pool, range, key);
    } catch (error) {
      if (!isTooSlow(error) || size.sequences <= SMALLEST) throw error;
      size = { sequences: size.sequences / 4n, entries: Math.ceil(size.entries / 4) };
      continue;
    }
    // Somebody else does it.
    if (seals === undefined) break;
    made += seals;
    from = await nextRecorded(pool, range.through);
    if (!(await pause(performance.now() - began))) break;
  }
  return made;
}

/** The least sequence beyond one that something was recorded with: sequences may jump. */
async function nextRecorded(pool: pg.Pool, after: string): Promise<string | undefined> {
  const least = ['transactions', 'account_changes', 'annotations'].map(
    (table) => `(select sequence from journal.${table} where sequence > $1 order by sequence limit 1)`,
  );
  const { rows } = await pool.query<{ sequence: string | null }>(
    `select least(${least.join(', ')}) as sequence`,
    [after],
  );
  return rows[0]!.sequence ?? undefined;
}

/** A statement was given up by Postgres. */
function isTooSlow(error: unknown): boolean {
  return (error as { code?: string }).code === '57014';
}

async function rangeFrom(
  pool: pg.Pool,
  after: bigint,
  settled: bigint,
  { sequences, entries }: typeof LARGEST,
): Promise<Range> {
  const most = after + sequences < settled ? after + sequences : settled;
  const { rows } = await pool.query<{ through: string }>(
    `select coalesce(min(sequence) - 1, $2) as through
     from (
       select sequence, sum(cardinality(account_nos)) over (order by sequence) - cardinality(account_nos) as before
       from journal.transactions where sequence > $1 and sequence <= $2
     ) t
     where before >= $3`,
    [after, most, entries],
  );
  return { after: String(after), through: rows[0]!.through };
}

/** A seal for each ledger that recorded something in a range. Undefined when another process is at it, or was before. */
async function sealRange(pool: pg.Pool, range: Range, key?: SigningKey): Promise<number | undefined> {
  const client = await pool.connect();
  let failure: unknown;
  try {
    await client.query('begin');
    const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_xact_lock($1) as alone', [
      SEALING,
    ]);
    const alone = rows[0]!.alone && BigInt(await sealedThrough(client)) <= BigInt(range.after);
    const seals = alone ? await insertSeals(client, range, key) : undefined;
    await client.query('commit');
    return seals;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // A connection in the middle of something is of no use to the next.
    client.release(failure !== undefined);
  }
}

async function insertSeals(client: pg.ClientBase, range: Range, key?: SigningKey): Promise<number> {
  const ledgers = await leavesOfLedgers(client, range);
  const events = [];
  for (const [ledger, leaves] of ledgers) {
    const seal = await nextSeal(client, ledger, range, leaves, key);
    await insertSeal(client, seal, leaves);
    events.push(sealEvent(seal));
  }
  if (events.length > 0) await insertEvents(client, events);
  return events.length;
}

interface Leaves {
  sequences: string[];
  hashes: Buffer[];
}

async function leavesOfLedgers(client: pg.ClientBase, range: Range): Promise<Map<string, Leaves>> {
  const { rows } = await client.query<{ ledger: string; sequences: string[]; leaves: Buffer[] }>(
    `select ledger, array_agg(sequence order by sequence) as sequences, array_agg(leaf order by sequence) as leaves
     from journal.leaves($1, $2) group by ledger order by ledger`,
    [range.after, range.through],
  );
  return new Map(rows.map(({ ledger, sequences, leaves }) => [ledger, { sequences, hashes: leaves }]));
}

async function nextSeal(
  client: pg.ClientBase,
  ledger: string,
  { through }: Range,
  { hashes }: Leaves,
  key?: SigningKey,
): Promise<Seal> {
  const last = await newestSeal(client, ledger);
  // The transaction's id comes before a sequence (see platform/writers.ts), and as late as that: who waits for all
  // writers would wait for the reading as well.
  await client.query('select pg_current_xact_id()');
  const drawn = await client.query<{ sequence: string; at: string }>(
    `select nextval('journal.sequence') as sequence, clock_timestamp() as at`,
  );
  const { sequence, at } = drawn.rows[0]!;
  if (!isLedgerId(ledger))
    throw new Error(`ledger ${JSON.stringify(ledger)} has no name that the service gives`);
  const unhashed = {
    ledger,
    number: String(BigInt(last?.number ?? 0) + 1n),
    afterSequence: last?.throughSequence ?? '0',
    throughSequence: through,
    records: hashes.length,
    root: rootOf(hashes),
    previous: last?.hash ?? FIRST,
    sealedAt: at,
  };
  const hash = hashOf(unhashed);
  return {
    ...unhashed,
    ...{ sequence, id: newId(), hash, signature: key?.sign(hash) ?? null, keyId: key?.id ?? null },
  };
}

/** A name with a newline in it could make the text of a seal be read as another's. */
function isLedgerId(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/.test(text);
}

async function insertSeal(client: pg.ClientBase, seal: Seal, { sequences, hashes }: Leaves): Promise<void> {
  await client.query(
    `insert into journal.seals (ledger, number, sequence, id, after_sequence, through_sequence, root, previous, hash,
       sealed_at, signature, key_id, sequences, leaves)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      seal.ledger,
      seal.number,
      seal.sequence,
      seal.id,
      seal.afterSequence,
      seal.throughSequence,
      seal.root,
      seal.previous,
      seal.hash,
      seal.sealedAt,
      seal.signature,
      seal.keyId,
      sequences,
      Buffer.concat(hashes),
    ],
  );
}
