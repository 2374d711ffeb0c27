import type pg from 'pg';
import { makeVersion } from '../install.js';
import { projections, type Projection, type ProjectionName } from '../projection.js';
import { inTransaction } from '../runner/checkpoint.js';
import { versions, type Version } from '../versions.js';
import { floorOf } from './floor.js';

/** Heap pages of a hash partition that are applied in one transaction: some hundred thousand entries at most. */
const PAGES = 2_000;
/** Sequences whose transactions are. */
const SEQUENCES = 100_000;

/** What a slice of a build does. */
export type Work =
  | { kind: 'pages'; partition: number; from: number; to: number }
  | { kind: 'transactions' | 'annotations'; after: string; through: string }
  | { kind: 'statement'; text: string };

export interface Slice extends Version {
  number: number;
  work: Work;
  /** About how many entries it stands for. */
  entries: number;
}

/** Another process is at it: one rebuild or swap at a time in a database. */
export class BuildRunning extends Error {}

/**
 * The versions that a rebuild fills: one that is being built already goes on, else the next is made. What is recorded
 * after the floor is none of the plan's business: see swap.ts.
 */
export async function planBuilds(pool: pg.Pool, names: ProjectionName[]): Promise<Version[]> {
  // Before the sizes are read: whatever is recorded up to here lies within them.
  const floor = await floorOf(pool);
  const found: Version[] = [];
  for (const name of names) {
    const projection = projections.find((each) => each.name === name)!;
    found.push(await inTransaction(pool, (client) => planOne(client, projection, floor)));
  }
  return found;
}

async function planOne(client: pg.ClientBase, projection: Projection, floor: string): Promise<Version> {
  const build = await versionToFill(client, projection);
  if ((await plannedFrom(client, build, 'journal')) === undefined)
    await planSlices(client, projection, build.version, floor);
  return build;
}

/** The version that a build fills: the unfinished one, else the next, which is made here. */
export async function versionToFill(client: pg.ClientBase, projection: Projection): Promise<Version> {
  const { name, definition } = projection;
  await client.query(`select pg_advisory_xact_lock(hashtext('projections.plan'))`);
  const others = (await versions(client)).filter((version) => version.projection === name);
  const unfinished = others.find(
    (version) => version.state === 'building' && version.definition === definition,
  );
  if (unfinished) return unfinished;
  const number = Math.max(0, ...others.map(({ version }) => version)) + 1;
  await makeVersion(client, projection, number);
  const all = await versions(client);
  return all.find((version) => version.projection === name && version.version === number)!;
}

/**
 * What a version is being built from; undefined when it wasn't begun. One from the journal has no indexes until it is
 * filled, one from the topic needs them: neither can go on as the other.
 * @throws Error when that is not what is wanted
 */
export async function plannedFrom(
  client: pg.ClientBase,
  { projection, version, schema }: Version,
  wanted: 'journal' | 'topic',
): Promise<'journal' | 'topic' | undefined> {
  const { rows } = await client.query<{ source: 'journal' | 'topic' }>(
    `select case work->>'kind' when 'topic' then 'topic' else 'journal' end as source
     from projections.slices where projection = $1 and version = $2 limit 1`,
    [projection, version],
  );
  const source = rows[0]?.source;
  if (source !== undefined && source !== wanted)
    throw new Error(
      `${schema} is being built from ${source === 'topic' ? 'Kafka' : 'the journal'}: finish that first, ` +
        `or give it up with \`counterfoil projections drop ${projection} ${version}\``,
    );
  return source;
}

async function planSlices(
  client: pg.ClientBase,
  projection: Projection,
  version: number,
  floor: string,
): Promise<void> {
  const works: { work: Work; entries: number }[] = [];
  const over = new Set(projection.apply.map((apply) => apply.over));
  // Changes of metadata first: their transactions then take them up.
  for (const kind of ['annotations', 'transactions'] as const) {
    if (over.has(kind)) works.push(...(await sequenceSlices(client, kind)));
  }
  if (over.has('entries')) works.push(...(await pageSlices(client)));
  const weight = works.reduce((sum, { entries }) => sum + entries, 0) / 20;
  for (const text of projection.indexes) works.push({ work: { kind: 'statement', text }, entries: weight });
  await client.query(
    `insert into projections.slices (projection, version, number, work, entries)
     select $1, $2, number, work, entries
     from jsonb_to_recordset($3) as s (number int, work jsonb, entries float8)`,
    [
      projection.name,
      version,
      JSON.stringify(works.map(({ work, entries }, number) => ({ number, work, entries }))),
    ],
  );
  await client.query(
    'update projections.versions set through_sequence = $3 where projection = $1 and version = $2',
    [projection.name, version, floor],
  );
}

async function sequenceSlices(client: pg.ClientBase, kind: 'annotations' | 'transactions') {
  const { rows } = await client.query<{ first: string; last: string }>(
    `select coalesce(min(sequence), 1) as first, coalesce(max(sequence), 0) as last from journal.${kind}`,
  );
  const { first, last } = rows[0]!;
  const works: { work: Work; entries: number }[] = [];
  for (let after = BigInt(first) - 1n; after < BigInt(last); after += BigInt(SEQUENCES)) {
    const through = String(after + BigInt(SEQUENCES));
    works.push({ work: { kind, after: String(after), through }, entries: SEQUENCES });
  }
  return works;
}

async function pageSlices(client: pg.ClientBase) {
  const { rows } = await client.query<{ partition: number; pages: number; density: number }>(
    `select substring(c.relname from '\\d+$')::int as partition,
       (pg_relation_size(c.oid) / current_setting('block_size')::int)::int as pages,
       case when c.relpages > 0 then c.reltuples / c.relpages else 45 end::float8 as density
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'journal.entries'::regclass order by 1`,
  );
  const works: { work: Work; entries: number }[] = [];
  for (const { partition, pages, density } of rows) {
    for (let from = 0; from < pages; from += PAGES) {
      const to = Math.min(pages, from + PAGES);
      works.push({ work: { kind: 'pages', partition, from, to }, entries: (to - from) * density });
    }
  }
  return works;
}
