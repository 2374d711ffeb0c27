import type pg from 'pg';
import { projections, type Comparison, type Projection, type ProjectionName } from '../projection.js';
import { entriesOfAccounts, transactionsBetween, type RowSource } from '../runner/journal-rows.js';
import { activeSchemas } from '../active.js';
import { hasJournal, NoJournal } from '../journal.js';
import type { Rows } from '../projection.js';
import { compareSlice, compareWhole, type Difference, type Kept } from './compare.js';
import { repairSlice } from './repair.js';
import { accountSlices, sequenceSlices, type Slice } from './slices.js';

export interface VerifyOptions {
  /** A pool of the role counterfoil_projector. */
  pool: pg.Pool;
  names: ProjectionName[];
  /** So many accounts and so many transactions, by chance; everything without it. */
  sample?: number;
  /** Put what the journal says in the place of what differs. */
  repair: boolean;
  signal: AbortSignal;
  /** How far it is with a projection, and how much was compared of it so far. */
  progress: (of: Verified, done: number, total: number) => void;
  difference: (difference: Difference) => void;
}

export interface Verified {
  projection: ProjectionName;
  /** So many of the unit were looked at. */
  compared: number;
  unit: 'accounts' | 'transactions';
  differences: number;
  repaired: number;
  /** Sums over all accounts can't be mended by piece: the projection has to be rebuilt. */
  toRebuild: boolean;
}

/**
 * Compares the read model with what the journal comes to by the same statements, slice by slice, each in one snapshot.
 *
 * What is underway is no difference: of the journal counts what is known to be complete and what was applied beyond.
 * @throws NoJournal
 */
export async function verify(options: VerifyOptions): Promise<Verified[]> {
  if (!(await hasJournal(options.pool)))
    throw new NoJournal('this database has no journal to compare the read model with');
  const results = [];
  for (const name of options.names) {
    const projection = projections.find((each) => each.name === name)!;
    results.push(await verifyOne(options, projection));
  }
  return results;
}

async function verifyOne(options: VerifyOptions, projection: Projection): Promise<Verified> {
  const { pool, sample, signal, repair } = options;
  const { name, compare } = projection;
  const bySlice = compare.filter((comparison) => comparison.by !== 'whole');
  const whole = compare.filter(isWhole);
  const unit = bySlice[0]?.by === 'accounts' ? 'accounts' : 'transactions';
  const slices = (unit === 'accounts' ? accountSlices : sequenceSlices)(pool, sample);
  const result: Verified = {
    ...{ projection: name, compared: 0, unit, differences: 0, repaired: 0, toRebuild: false },
  };
  const tell = (difference: Difference) => {
    result.differences += 1;
    options.difference(difference);
  };
  for await (const { slice, size, done, total } of slices) {
    signal.throwIfAborted();
    const found = await compareSlice(pool, projection, bySlice, (kept) => sourcesOf(slice, kept));
    found.forEach(tell);
    result.compared += size;
    options.progress(result, done, total);
    if (!repair || found.length === 0) continue;
    result.repaired += await repairSlice(pool, projection, bySlice, (kept) => sourcesOf(slice, kept));
  }
  for (const comparison of sample === undefined ? whole : []) {
    const { [name]: schema } = await activeSchemas(pool, name);
    const found = await compareWhole(pool, projection, schema, comparison, allEntries);
    found.forEach(tell);
    result.toRebuild ||= found.length > 0;
  }
  return result;
}

type Whole = Comparison & { by: 'whole' };

function isWhole(comparison: Comparison): comparison is Whole {
  return comparison.by === 'whole';
}

function sourcesOf(slice: Slice, kept: Kept): Partial<Record<Rows, RowSource>> {
  if (slice.by === 'accounts') return { entries: kept(entriesOfAccounts(slice.accounts), 'transactions') };
  const { transactions, annotations } = transactionsBetween(slice.after, slice.through);
  return { transactions: kept(transactions, 'transactions'), annotations: kept(annotations, 'annotations') };
}

const allEntries: RowSource = {
  text: entriesOfAccounts([]).text.replace('e.account_no = any($1::bigint[])', 'true'),
  values: [],
};
