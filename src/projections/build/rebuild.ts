import type pg from 'pg';
import { hasJournal, NoJournal } from '../journal.js';
import { projections, type ProjectionName } from '../projection.js';
import { versions, type Version } from '../versions.js';
import { fill } from './fill.js';
import { BuildRunning, planBuilds } from './plan.js';
import { catchUp, swap } from './swap.js';

export interface RebuildOptions {
  /** A pool of the role counterfoil_projector, without time-outs that an index would run into. */
  pool: pg.Pool;
  names: ProjectionName[];
  parallel: number;
  /** False: leave the new versions as standbys. */
  swap: boolean;
  /** Stops after the slices at hand; the next rebuild of the same projections goes on from there. */
  signal: AbortSignal;
  report: (step: Step) => void;
}

export type Step =
  | { step: 'planned'; builds: Version[]; resumed: boolean }
  | { step: 'filling'; done: number | bigint; total: number | bigint; unit?: 'records' }
  | { step: 'catching-up'; sequences: bigint }
  | { step: 'swapped' };

/**
 * Builds new versions of projections from the journal alone, beside those that are read, and puts them in their place.
 * Readers and those who apply events are not held up but for the moment of the swap.
 * @throws BuildRunning when another process is at it; NoJournal
 */
export async function rebuild(options: RebuildOptions): Promise<Version[]> {
  const { pool, names, parallel, signal, report } = options;
  await assertJournal(pool);
  return alone(pool, async () => {
    const unfinished = (await versions(pool)).filter(({ state }) => state === 'building');
    const builds = await planBuilds(pool, names);
    const resumed = builds.some((build) =>
      unfinished.some(
        ({ projection, version }) => projection === build.projection && version === build.version,
      ),
    );
    report({ step: 'planned', builds, resumed });
    const progress = (done: number, total: number) => report({ step: 'filling', done, total });
    await fill(pool, builds, { parallel, signal, progress });
    for (const build of builds) await analyze(pool, build);
    await catchUpAndSwap(options, builds);
    return builds;
  });
}

/** Puts versions that were built before in the place of the active ones, once they have caught up. */
export async function swapIn(options: Omit<RebuildOptions, 'names' | 'parallel'>, builds: Version[]) {
  await assertJournal(options.pool);
  return alone(options.pool, () => catchUpAndSwap(options, builds));
}

async function assertJournal(pool: pg.Pool): Promise<void> {
  if (!(await hasJournal(pool)))
    throw new NoJournal(
      'this database has no journal to read from: `counterfoil projections rebuild --from kafka`',
    );
}

async function catchUpAndSwap(
  { pool, signal, report, ...options }: Omit<RebuildOptions, 'names' | 'parallel'>,
  builds: Version[],
): Promise<void> {
  const behind = (sequences: bigint) => report({ step: 'catching-up', sequences });
  await catchUp(pool, builds, { signal, behind });
  if (!options.swap) return;
  await swap(pool, builds, signal);
  report({ step: 'swapped' });
}

/** Without statistics the first readers would get plans for empty tables. */
export async function analyze(pool: pg.Pool, { projection, schema }: Version): Promise<void> {
  const { tables } = projections.find(({ name }) => name === projection)!;
  for (const [, table] of tables.matchAll(/create table \{schema\}\.(\w+)/g)) {
    await pool.query(`analyze ${schema}.${table}`);
  }
}

/** The lock ends with its connection: a process that was killed holds nobody up. */
export async function alone<T>(pool: pg.Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      `select pg_try_advisory_lock(hashtext('projections.build')) as locked`,
    );
    if (!rows[0]!.locked) throw new BuildRunning('another rebuild or swap is running on this database');
    return await work();
  } finally {
    // Closed rather than given back, and with it the lock.
    client.release(true);
  }
}

/** Drops a version that is not read. @throws Error for the active one, or one that readers may still be at */
export async function dropVersion(pool: pg.Pool, { projection, version, schema }: Version): Promise<void> {
  await alone(pool, async () => {
    const { rows } = await pool.query<{ state: string; recent: boolean }>(
      `select state, coalesce(left_at > clock_timestamp() - interval '1 minute', false) as recent
       from projections.versions where projection = $1 and version = $2`,
      [projection, version],
    );
    if (rows[0]?.state === 'active')
      throw new Error(`${schema} is what readers use: swap another version in first`);
    if (rows[0]?.recent) throw new Error(`${schema} was read until a moment ago: try again in a minute`);
    await pool.query(`drop schema if exists ${schema} cascade`);
    await pool.query('delete from projections.versions where projection = $1 and version = $2', [
      projection,
      version,
    ]);
  });
}
