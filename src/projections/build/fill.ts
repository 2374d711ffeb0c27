import type pg from 'pg';
import { inTransaction } from '../runner/checkpoint.js';
import { entriesOnPages, recordedBetween, type RowSource } from '../runner/journal-rows.js';
import { applyJournal } from '../runner/rows.js';
import type { Rows } from '../projection.js';
import type { Version } from '../versions.js';
import type { Slice, Work } from './plan.js';

export interface FillOptions {
  /** Slices worked on at the same time, each on a connection. */
  parallel: number;
  signal: AbortSignal;
  /** After each slice: how many of the entries they stand for are done, and of how many. */
  progress: (done: number, total: number) => void;
}

/**
 * Does what is left of the plans. Each slice is marked in the transaction that does it, so a build goes on after any
 * death, and nothing is applied twice. A crash of Postgres may lose a slice's work, and then its mark with it.
 */
export async function fill(pool: pg.Pool, builds: Version[], options: FillOptions): Promise<void> {
  const slices = await loadSlices(pool, builds);
  const total = slices.reduce((sum, { entries }) => sum + entries, 0);
  let done = slices.reduce((sum, { entries, isDone }) => sum + (isDone ? entries : 0), 0);
  const left = slices.filter(({ isDone }) => !isDone);
  options.progress(done, total);
  const finished = (slice: Slice) => options.progress((done += slice.entries), total);
  const steps: Work['kind'][][] = [['annotations'], ['transactions', 'pages'], ['statement']];
  for (const kinds of steps) {
    const chains = chainsOf(left.filter(({ work }) => kinds.includes(work.kind)));
    await inParallel(chains, options, async (chain) => {
      for (const slice of chain) {
        options.signal.throwIfAborted();
        await inTransaction(pool, (client) => doSlice(client, slice));
        finished(slice);
      }
    });
  }
}

async function loadSlices(pool: pg.Pool, builds: Version[]): Promise<(Slice & { isDone: boolean })[]> {
  const all = [];
  for (const build of builds) {
    const { rows } = await pool.query<{ number: number; work: Work; entries: number; isDone: boolean }>(
      `select number, work, entries, done_at is not null as "isDone" from projections.slices
       where projection = $1 and version = $2 order by number`,
      [build.projection, build.version],
    );
    all.push(...rows.map((row) => ({ ...build, ...row })));
  }
  return all;
}

/** What must not be done at the same time: slices of one projection over the same accounts. */
function chainsOf(slices: Slice[]): Slice[][] {
  const chains = new Map<string, Slice[]>();
  for (const slice of slices) {
    const { projection, number, work } = slice;
    const key = work.kind === 'pages' ? `${projection} ${work.partition}` : `${projection} slice ${number}`;
    chains.set(key, [...(chains.get(key) ?? []), slice]);
  }
  return [...chains.values()];
}

/**
 * What is lost with a crash is done again, so there is no need to wait for the disk. A slice's entries are looked up in
 * transactions and accounts one by one, in about the order in which these lie: a hash join would read all transactions
 * for each slice.
 */
const settings = `
set local synchronous_commit = off;
set local work_mem = '64MB';
set local maintenance_work_mem = '512MB';
set local enable_hashjoin = off;
set local enable_mergejoin = off`;

async function doSlice(client: pg.ClientBase, { work, ...build }: Slice): Promise<void> {
  await client.query(settings);
  if (work.kind === 'statement') await client.query(work.text.replaceAll('{schema}', build.schema));
  else await applyJournal(client, rowsOf(work), [build]);
  await client.query(
    'update projections.slices set done_at = clock_timestamp() where projection = $1 and version = $2 and number = $3',
    [build.projection, build.version, build.number],
  );
}

function rowsOf(work: Exclude<Work, { kind: 'statement' }>): Partial<Record<Rows, RowSource>> {
  if (work.kind === 'pages') return { entries: entriesOnPages(work.partition, work.from, work.to) };
  return { [work.kind]: recordedBetween(work.after, work.through)[work.kind] };
}

/** The first failure, or the signal, stops all; what is at hand then is waited for. */
async function inParallel<T>(
  items: T[],
  { parallel, signal }: FillOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  let failed = false;
  const worker = async () => {
    for (let item = queue.shift(); item && !failed; item = queue.shift()) {
      signal.throwIfAborted();
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: parallel }, worker));
  const rejected = results.find((result) => result.status === 'rejected');
  if (rejected) throw rejected.reason;
}
