import type pg from 'pg';
import { freshness, type Freshness } from './freshness.js';
import { projections, type ProjectionName } from './projection.js';
import { recently } from './recently.js';
import { versions, type Version } from './versions.js';

/** How a projection is. */
export interface ProjectionStatus {
  projection: ProjectionName;
  /** Of the version that is read; null when none was built yet. */
  version: number | null;
  /** Events recorded and not in it: those underway, and its own open dead letters. */
  lag_events: number;
  /** Age of the oldest of them; 0 when there is none. */
  lag_seconds: number;
  dead_letters: number;
  /** How much of a version that is being built is done, from 0 to 1. */
  building: { version: number; done: number } | null;
}

export interface ReadModelStatus extends Freshness {
  projections: ProjectionStatus[];
  /** Events applied from the journal because they had not come, in the last day and in all. */
  healed: { last_day: number; total: number; last_at: string | null };
}

interface Letters {
  projection: ProjectionName;
  letters: number;
  seconds: number;
}

/** The whole read model; asked for by the CLI, the metrics and readiness. */
export async function readModelStatus(pool: pg.Pool): Promise<ReadModelStatus> {
  const [fresh, all, letters, healed, building] = await Promise.all([
    freshness(pool),
    versions(pool),
    openLetters(pool),
    healedEvents(pool),
    builds(pool),
  ]);
  return {
    ...fresh,
    projections: projections.map(({ name }) => ({
      ...statusOf(
        name,
        all.find(({ projection, state }) => projection === name && state === 'active'),
        fresh,
        letters.find(({ projection }) => projection === name),
      ),
      building: building.get(name) ?? null,
    })),
    healed,
  };
}

/** As it was found out at most half a second ago. */
export const recentStatus = recently(readModelStatus);

function statusOf(
  projection: ProjectionName,
  active: Version | undefined,
  { lag_events, lag_seconds }: Freshness,
  { letters, seconds }: Pick<Letters, 'letters' | 'seconds'> = { letters: 0, seconds: 0 },
): Omit<ProjectionStatus, 'building'> {
  return {
    projection,
    version: active?.version ?? null,
    lag_events: lag_events + letters,
    lag_seconds: Math.max(lag_seconds, seconds),
    dead_letters: letters,
  };
}

export async function openLetters(pool: pg.Pool): Promise<Letters[]> {
  const { rows } = await pool.query<Letters>(
    `select projection, count(*)::int as letters,
       greatest(0, extract(epoch from clock_timestamp() - min(first_seen)))::float8 as seconds
     from projections.dead_letters where state = 'open' group by projection`,
  );
  return rows;
}

async function healedEvents(pool: pg.Pool): Promise<ReadModelStatus['healed']> {
  const { rows } = await pool.query<ReadModelStatus['healed']>(
    `select coalesce(sum(events) filter (where healed_at > clock_timestamp() - interval '1 day'), 0)::int as last_day,
       coalesce(sum(events), 0)::int as total, max(healed_at) as last_at
     from projections.healed`,
  );
  return rows[0]!;
}

export async function builds(pool: pg.Pool): Promise<Map<ProjectionName, { version: number; done: number }>> {
  const { rows } = await pool.query<{ projection: ProjectionName; version: number; done: number }>(
    `select projection, version,
       coalesce(sum(s.entries * case when s.done_at is null then coalesce((work->>'done')::float8, 0) else 1 end)
                / nullif(sum(s.entries), 0), 0) as done
     from projections.versions v left join projections.slices s using (projection, version)
     where v.state = 'building' group by projection, version`,
  );
  return new Map(rows.map(({ projection, ...build }) => [projection, build]));
}
