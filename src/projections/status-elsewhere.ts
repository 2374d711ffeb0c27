import type pg from 'pg';
import { projections, type ProjectionName } from './projection.js';
import { consumer } from './runner/checkpoint.js';
import { loadPositions, type PartitionOffsets } from './runner/kafka-offsets.js';
import { builds, openLetters, type ProjectionStatus } from './status.js';
import { versions } from './versions.js';

/** A read model without a journal: how complete it is, nobody there can know. */
export interface StatusElsewhere {
  journal: false;
  /** When the newest transaction that was applied was recorded; null before any. */
  newest_recorded_at: string | null;
  /** Records of the topic that workers haven't read: at rest Kafka's own, one a partition. Null when not asked for. */
  records_behind: string | null;
  projections: Pick<ProjectionStatus, 'projection' | 'version' | 'dead_letters' | 'building'>[];
}

/** @param ends where the topic's partitions end */
export async function statusElsewhere(
  pool: pg.Pool,
  ends: PartitionOffsets[] | undefined,
): Promise<StatusElsewhere> {
  const [all, letters, building, positions, newest] = await Promise.all([
    versions(pool),
    openLetters(pool),
    builds(pool),
    loadPositions(pool),
    pool.query<{ at: string | null }>(
      'select max(as_of) as at from projections.checkpoints where consumer = $1',
      [consumer],
    ),
  ]);
  const behind = ends?.reduce((sum, { partition, high }) => {
    const left = BigInt(high) - BigInt(positions.get(partition)?.offset ?? 0);
    return left > 0n ? sum + left : sum;
  }, 0n);
  const of = (name: ProjectionName) => ({
    projection: name,
    version: all.find(({ projection, state }) => projection === name && state === 'active')?.version ?? null,
    dead_letters: letters.find(({ projection }) => projection === name)?.letters ?? 0,
    building: building.get(name) ?? null,
  });
  return {
    journal: false,
    newest_recorded_at: newest.rows[0]!.at,
    records_behind: behind === undefined ? null : String(behind),
    projections: projections.map(({ name }) => of(name)),
  };
}
