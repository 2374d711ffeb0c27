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
 * Runs `step` in one Postgres transaction that holds the checkpoints' rows, and moves the checkpoints in it.
 * @param wait false: 'busy' at once where another process holds a row; the step goes without
 * @param step a step for each checkpoint that it is given
 * @param of whose checkpoints
 * @returns by partition; 'missing' where there is no such row
 */
export async function withCheckpoints<Position, Outcome>(
  pool: pg.Pool,
  partitions: string[],
  wait: boolean,
  step: (
    client: pg.ClientBase,
    checkpoints: Map<string, Checkpoint<Position>>,
  ) => Promise<Map<string, Step<Position, Outcome>>>,
  of = consumer,
): Promise<Map<string, Outcome | 'busy' | 'missing'>> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ partition: string; position: Position; age: number }>({
      name: wait ? 'wait for checkpoints' : 'free checkpoints',
      text: `select partition, position, extract(epoch from clock_timestamp() - updated_at)::float8 as age
       from projections.checkpoints where consumer = $1 and partition = any($2)
       order by partition for update ${wait ? '' : 'skip locked'}`,
      values: [of, partitions],
    });
    const held = rows.map(
      ({ partition, position, age }) => [partition, { position, ageSeconds: age }] as const,
    );
    const steps = held.length > 0 ? await step(client, new Map(held)) : new Map<string, never>();
    await save(client, of, steps);
    const outcomes = new Map<string, Outcome | 'busy' | 'missing'>();
    for (const [partition, { outcome }] of steps) outcomes.set(partition, outcome);
    const others = partitions.filter((partition) => !steps.has(partition));
    const busy = others.length > 0 ? await existing(client, of, others) : new Set();
    for (const partition of others) outcomes.set(partition, busy.has(partition) ? 'busy' : 'missing');
    return outcomes;
  });
}

async function existing(client: pg.ClientBase, of: string, partitions: string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ partition: string }>(
    'select partition from projections.checkpoints where consumer = $1 and partition = any($2)',
    [of, partitions],
  );
  return new Set(rows.map(({ partition }) => partition));
}

async function save<Position>(
  client: pg.ClientBase,
  of: string,
  steps: Map<string, Step<Position, unknown>>,
): Promise<void> {
  const moved = [...steps].filter(([, { position }]) => position !== undefined);
  if (moved.length === 0) return;
  await client.query({
    name: 'move checkpoints',
    text: `update projections.checkpoints c
     set position = n.position, applied = greatest(c.applied, n.applied), as_of = greatest(c.as_of, n.as_of),
       updated_at = clock_timestamp()
     from unnest($2::text[], $3::jsonb[], $4::bigint[], $5::timestamptz[]) n (partition, position, applied, as_of)
     where c.consumer = $1 and c.partition = n.partition`,
    values: [
      of,
      moved.map(([partition]) => partition),
      moved.map(([, { position }]) => JSON.stringify(position)),
      moved.map(([, { newest }]) => newest?.sequence ?? 0),
      moved.map(([, { newest }]) => newest?.recordedAt ?? null),
    ],
  });
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
