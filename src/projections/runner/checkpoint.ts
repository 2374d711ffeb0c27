import type pg from 'pg';

/** All projections are applied together, so they share a checkpoint a partition. A build has checkpoints of its own. */
export const consumer = 'projections';

export type SourceName = 'kafka' | 'tail';

/** Another source feeds the projections now: two would each undo the other's position. */
export class TakenOver extends Error {
  constructor(by: string) {
    super(`the projections are now fed by the ${by}: run either Kafka workers or the tail, not both`);
  }
}

/** The greatest sequence of what was applied, and the latest time of recording among it, where there is one. */
export interface Newest {
  sequence: string;
  recordedAt: string | undefined;
}

/** What a step applied and where it stands after; `position` absent leaves the checkpoint as it is. */
export interface Step<Position, Outcome> {
  position?: Position;
  newest?: Newest | undefined;
  outcome: Outcome;
}

interface Checkpoint<Position> {
  position: Position;
  /** How long ago it was written. */
  ageSeconds: number;
}

/**
 * Runs `step` in one Postgres transaction that holds the checkpoint's row, and moves the checkpoint in it.
 * @param wait false: 'busy' at once when another process holds the row
 * @param of whose checkpoint
 * @returns 'missing' when there is no such row
 */
export async function withCheckpoint<Position, Outcome>(
  pool: pg.Pool,
  partition: string,
  wait: boolean,
  step: (client: pg.ClientBase, checkpoint: Checkpoint<Position>) => Promise<Step<Position, Outcome>>,
  of = consumer,
): Promise<Outcome | 'busy' | 'missing'> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ position: Position; age: number }>(
      `select position, extract(epoch from clock_timestamp() - updated_at)::float8 as age
       from projections.checkpoints where consumer = $1 and partition = $2
       for update ${wait ? '' : 'skip locked'}`,
      [of, partition],
    );
    if (!rows[0]) return (await exists(client, of, partition)) ? 'busy' : 'missing';
    const { position, newest, outcome } = await step(client, {
      position: rows[0].position,
      ageSeconds: rows[0].age,
    });
    if (position) await save(client, of, partition, position, newest);
    return outcome;
  });
}

async function exists(client: pg.ClientBase, of: string, partition: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from projections.checkpoints where consumer = $1 and partition = $2',
    [of, partition],
  );
  return rowCount === 1;
}

async function save(
  client: pg.ClientBase,
  of: string,
  partition: string,
  position: unknown,
  newest?: Newest,
): Promise<void> {
  await client.query(
    `update projections.checkpoints
     set position = $3, applied = greatest(applied, $4), as_of = greatest(as_of, $5), updated_at = clock_timestamp()
     where consumer = $1 and partition = $2`,
    [of, partition, JSON.stringify(position), newest?.sequence ?? 0, newest?.recordedAt ?? null],
  );
}

/**
 * Makes this source the one that feeds the projections: the other's checkpoints go, so that it begins anew
 * should it come back, and the outbox needn't be kept for it. The caller makes one of its own in the same
 * transaction: a row is all that says whose turn it is.
 */
export async function takeOver(client: pg.ClientBase, source: SourceName, of = consumer): Promise<void> {
  await lockSources(client);
  await client.query('delete from projections.checkpoints where consumer = $1 and source <> $2', [
    of,
    source,
  ]);
}

/** Until the end of the transaction no source takes over: of two at once, the later sees the earlier's rows. */
export async function lockSources(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('projections.checkpoints'))`);
}

/** @throws TakenOver when another source has checkpoints */
export async function assertOurs(
  db: Pick<pg.Pool, 'query'>,
  source: SourceName,
  of = consumer,
): Promise<void> {
  const { rows } = await db.query<{ source: string }>(
    'select source from projections.checkpoints where consumer = $1 and source <> $2 limit 1',
    [of, source],
  );
  if (rows[0]) throw new TakenOver(rows[0].source);
}

/** After a switch-over, a session may stay read-only (or with the old primary) for good: a new one may not be. */
function isReadOnly(error: unknown): boolean {
  return (error as { code?: string }).code === '25006';
}

export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    broken = false;
    return result;
  } catch (error) {
    broken = await client.query('rollback').then(
      () => isReadOnly(error),
      () => true,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}
