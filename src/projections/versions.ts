import type pg from 'pg';
import { projections, schemaOf, type ProjectionName } from './projection.js';

/** One version of a projection: the schema that a statement writes to. */
export interface Target {
  projection: ProjectionName;
  version: number;
  schema: string;
}

/** `building`: not whole yet. `standby`: everything up to some sequence. `active`: read, and fed with what comes. */
export type VersionState = 'building' | 'standby' | 'active';

export interface Version extends Target {
  state: VersionState;
  /** Of tables and texts. */
  definition: number;
  /** Everything up to here is in it; of the active version, `projections.complete` says it. */
  throughSequence: string;
  madeAt: string;
  activeSince: string | null;
  leftAt: string | null;
}

/** The active version's definition is not of this release, which so can't write to it. */
export class UnknownDefinition extends Error {
  constructor({ projection, definition }: Version) {
    super(
      `projection ${projection} has definition ${definition}, which this release doesn't know: ` +
        `run \`counterfoil projections rebuild ${projection}\` with the newer release`,
    );
  }
}

const text = `select projection, version, definition, state, through_sequence as "throughSequence",
  made_at as "madeAt", active_since as "activeSince", left_at as "leftAt" from projections.versions`;

/** All versions, in the order of `projections` and by number. */
export async function versions(db: Pick<pg.ClientBase, 'query'>): Promise<Version[]> {
  const { rows } = await db.query<Omit<Version, 'schema'>>(`${text} order by version`);
  return projections.flatMap(({ name }) =>
    rows
      .filter(({ projection }) => projection === name)
      .map((row) => ({ ...row, schema: schemaOf({ name, version: row.version }) })),
  );
}

const lock = `hashtext('projections.versions')`;

/**
 * The active versions, and until the end of the transaction they stay so. For those who apply what comes: any number
 * at once.
 * @throws UnknownDefinition
 */
export async function appliedTo(client: pg.ClientBase): Promise<Target[]> {
  // The second statement's snapshot is taken after the wait.
  await client.query(`select pg_advisory_xact_lock_shared(${lock})`);
  return active(client);
}

/** The same, and nobody else applies anything until the end of the transaction. */
export async function appliedAlone(client: pg.ClientBase): Promise<Target[]> {
  await nobodyElse(client);
  return active(client);
}

/** The same, for who replaces versions: those of another release's definition are left out, since they get nothing. */
export async function replacedAlone(client: pg.ClientBase): Promise<Target[]> {
  await nobodyElse(client);
  return (await versions(client)).filter((version) => version.state === 'active' && isKnown(version));
}

async function nobodyElse(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(${lock})`);
}

async function active(client: pg.ClientBase): Promise<Target[]> {
  const found = (await versions(client)).filter(({ state }) => state === 'active');
  for (const version of found) if (!isKnown(version)) throw new UnknownDefinition(version);
  return found;
}

function isKnown({ projection, definition }: Version): boolean {
  return projections.find(({ name }) => name === projection)!.definition === definition;
}
