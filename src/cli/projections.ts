import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { loadConfig } from '../config.js';
import { rebuildFromTopic } from '../projections/build/from-topic.js';
import { dropVersion, rebuild, swapIn, type Step } from '../projections/build/rebuild.js';
import { hasJournal } from '../projections/journal.js';
import { neverFoundOut } from '../projections/freshness.js';
import type { ProjectionName } from '../projections/projection.js';
import { readOffsets } from '../projections/runner/kafka-source.js';
import type { Log } from '../projections/runner/source.js';
import { statusElsewhere, type StatusElsewhere } from '../projections/status-elsewhere.js';
import { readModelStatus, type ReadModelStatus } from '../projections/status.js';
import { verify, type Verified } from '../projections/verify/verify.js';
import type { Difference } from '../projections/verify/compare.js';
import { versions, type Version } from '../projections/versions.js';
import { tableOf } from './format.js';
import { withDatabase } from './database.js';
import { grouped, startProgress, type Progress } from './progress.js';

/** An index over a large journal, a slice of a very busy account. */
const STATEMENT_SECONDS = 6 * 3_600;
/** Readiness and this command call the read model late from here on. */
const MOST_LAG_SECONDS = 60;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function asProjector<T>(name: string, work: (pool: pg.Pool) => Promise<T>, connections = 4): Promise<T> {
  const session = {
    role: 'counterfoil_projector',
    orReadModelOnly: true,
    statementSeconds: STATEMENT_SECONDS,
  } as const;
  return withDatabase({ ...session, name: `counterfoil projections ${name}`, max: connections }, work);
}

export async function list(json: boolean): Promise<void> {
  await asProjector('list', async (pool) => {
    const all = await versions(pool);
    const { rows } = await pool.query<{ schema: string; bytes: string }>(
      `select n.nspname as schema, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes
       from unnest($1::text[]) name join pg_namespace n on n.nspname = name
       left join pg_class c on c.relnamespace = n.oid and c.relkind = 'r' group by 1`,
      [all.map(({ schema }) => schema)],
    );
    const bytes = new Map(rows.map((row) => [row.schema, Number(row.bytes)]));
    if (json)
      return all.forEach((version) =>
        print(JSON.stringify({ ...version, bytes: bytes.get(version.schema) })),
      );
    print(
      tableOf(
        [
          { head: 'projection' },
          { head: 'version', align: 'right' },
          { head: 'state' },
          { head: 'schema' },
          { head: 'size', align: 'right' },
          { head: 'made' },
        ],
        all.map((version) => [
          version.projection,
          String(version.version),
          version.state,
          version.schema,
          `${grouped(Math.ceil((bytes.get(version.schema) ?? 0) / 1024 / 1024))} MB`,
          version.madeAt,
        ]),
      ),
    );
  });
}

export async function status(json: boolean): Promise<void> {
  const elsewhere = await asProjector('status', async (pool) => {
    if (await hasJournal(pool)) return undefined;
    const { kafkaBrokers } = loadConfig();
    const ends = kafkaBrokers.length > 0 ? (await readOffsets(kafkaBrokers)).offsets : undefined;
    return statusElsewhere(pool, ends);
  });
  if (elsewhere) return tellElsewhere(elsewhere, json);
  const found = await asProjector('status', readModelStatus);
  print(json ? JSON.stringify(found) : describe(found));
  const unwell = found.projections.some(
    ({ version, lag_seconds, dead_letters }) =>
      version === null || lag_seconds > MOST_LAG_SECONDS || dead_letters > 0,
  );
  if (unwell) process.exitCode = 1;
}

function tellElsewhere(found: StatusElsewhere, json: boolean): void {
  print(json ? JSON.stringify(found) : describeElsewhere(found));
  if (found.projections.some(({ version, dead_letters }) => version === null || dead_letters > 0))
    process.exitCode = 1;
}

function describeElsewhere({ newest_recorded_at, records_behind, projections }: StatusElsewhere): string {
  const behind =
    records_behind === null
      ? 'how far behind it is, KAFKA_BROKERS would tell'
      : `${grouped(Number(records_behind))} records behind, Kafka's own marks included`;
  const table = tableOf(
    [
      { head: 'projection' },
      { head: 'version', align: 'right' },
      { head: 'dead letters', align: 'right' },
      { head: 'building' },
    ],
    projections.map(({ projection, version, dead_letters, building }) => [
      projection,
      versionOf(version),
      grouped(dead_letters),
      buildingOf(building),
    ]),
  );
  return [
    `no journal here: fed from Kafka alone; the newest transaction applied is of ${newest_recorded_at ?? 'never'}`,
    behind,
    '',
    table,
  ].join('\n');
}

function versionOf(version: number | null): string {
  return version === null ? 'not built' : String(version);
}

function buildingOf(building: { version: number; done: number } | null): string {
  return building ? `version ${building.version}, ${Math.floor(100 * building.done)}%` : '';
}

export function describe(found: ReadModelStatus): string {
  const table = tableOf(
    [
      { head: 'projection' },
      { head: 'version', align: 'right' },
      { head: 'events behind', align: 'right' },
      { head: 'seconds behind', align: 'right' },
      { head: 'dead letters', align: 'right' },
      { head: 'building' },
    ],
    found.projections.map((each) => [
      each.projection,
      versionOf(each.version),
      grouped(each.lag_events),
      each.lag_seconds.toFixed(1),
      grouped(each.dead_letters),
      buildingOf(each.building),
    ]),
  );
  const { last_day, total, last_at } = found.healed;
  const complete =
    found.as_of === neverFoundOut
      ? 'what is missing is not known yet'
      : `everything recorded before ${found.as_of} is there`;
  return [
    `fed by ${found.source ?? 'nothing yet'}; ${complete}`,
    `healed from the journal: ${grouped(last_day)} events in the last day, ${grouped(total)} in all${last_at ? `, last at ${last_at}` : ''}`,
    '',
    table,
  ].join('\n');
}

interface Rebuilding {
  /** Brokers to read the topic from, instead of the journal. */
  brokers?: string[];
  parallel: number;
  swap: boolean;
  dropOld: boolean;
}

export async function rebuildNow(
  names: ProjectionName[],
  { brokers, ...options }: Rebuilding,
): Promise<void> {
  const { signal, done } = interruptible();
  const work = async (pool: pg.Pool) => {
    const before = (await versions(pool)).filter(
      ({ projection, state }) => state === 'active' && names.includes(projection),
    );
    const { report, finish } = reporter();
    const began = performance.now();
    const building = brokers
      ? rebuildFromTopic({ pool, names, signal, report, brokers, log: onStderr })
      : rebuild({ ...options, pool, names, signal, report });
    const builds = await building.finally(finish);
    const seconds = (performance.now() - began) / 1000;
    const what = builds.map(({ schema }) => schema).join(', ');
    print(
      `${options.swap ? 'built and swapped in' : 'built, standing by'}: ${what}; ${seconds.toFixed(1)} s`,
    );
    if (brokers && (await hasJournal(pool)))
      print('compare what the topic brought with the journal: `counterfoil projections verify`');
    if (options.dropOld) await dropOld(pool, before, signal);
    else if (options.swap && before.length > 0) {
      print(
        `still there: ${before.map(({ schema }) => schema).join(', ')}; \`counterfoil projections drop\` when not needed`,
      );
    }
  };
  try {
    await asProjector('rebuild', work, options.parallel + 3);
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write(
      'stopped; the same command goes on from here, `counterfoil projections drop` gives it up\n',
    );
    process.exitCode = 130;
  } finally {
    done();
  }
}

async function dropOld(pool: pg.Pool, old: Version[], signal: AbortSignal): Promise<void> {
  if (old.length === 0) return;
  process.stderr.write('waiting for a minute until nobody reads the old versions\n');
  await sleep(61_000, undefined, { signal });
  for (const version of old) await dropVersion(pool, version);
  print(`dropped: ${old.map(({ schema }) => schema).join(', ')}`);
}

export async function swapNow(projection: ProjectionName, number: number | undefined): Promise<void> {
  const { signal, done } = interruptible();
  try {
    await asProjector('swap', async (pool) => {
      const standbys = (await versions(pool)).filter(
        (version) => version.projection === projection && version.state === 'standby',
      );
      const version =
        number === undefined ? standbys.at(-1) : standbys.find((each) => each.version === number);
      if (!version) {
        const which = number === undefined ? 'no standby' : `no standby ${number}`;
        throw new Error(`${projection} has ${which}: see \`counterfoil projections list\``);
      }
      const { report, finish } = reporter();
      await swapIn({ pool, swap: true, signal, report }, [version]).finally(finish);
      print(`swapped in: ${version.schema}`);
    });
  } finally {
    done();
  }
}

export async function dropNow(projection: ProjectionName, number: number): Promise<void> {
  await asProjector('drop', async (pool) => {
    const all = await versions(pool);
    const version = all.find((each) => each.projection === projection && each.version === number);
    if (!version) throw new Error(`${projection} has no version ${number}`);
    await dropVersion(pool, version);
    print(`dropped: ${version.schema}`);
  });
}

interface Verifying {
  sample: number | undefined;
  repair: boolean;
  json: boolean;
}

export async function verifyNow(names: ProjectionName[], options: Verifying): Promise<void> {
  const { signal, done } = interruptible();
  const { sample, repair, json } = options;
  try {
    await asProjector('verify', async (pool) => {
      const shown = new Map<ProjectionName, Promise<Progress>>();
      const difference = (found: Difference) => print(json ? JSON.stringify(found) : lineOf(found));
      const progress = ({ projection, compared, unit }: Verified, at: number, total: number) => {
        const bar = shown.get(projection) ?? startProgress(total, `${unit} of ${projection}`);
        shown.set(projection, bar);
        void bar.then((it) => (at < total ? it.show(at, compared) : it.stop()));
      };
      const results = await verify({
        ...{ pool, names, repair, signal, difference, progress },
        ...(sample === undefined ? {} : { sample }),
      }).finally(() => shown.forEach((bar) => void bar.then((it) => it.stop())));
      if (!json) results.forEach((result) => print(summaryOf(result, repair)));
      const rebuilt = repair
        ? results.filter(({ toRebuild }) => toRebuild).map(({ projection }) => projection)
        : [];
      if (rebuilt.length > 0) {
        const { report, finish } = reporter();
        await rebuild({ pool, names: rebuilt, parallel: 4, swap: true, signal, report }).finally(finish);
        print(`rebuilt: ${rebuilt.join(', ')}`);
      }
      if (!repair && results.some(({ differences }) => differences > 0)) process.exitCode = 1;
    });
  } finally {
    done();
  }
}

function lineOf({ table, key, journal, readModel, projection }: Difference): string {
  const where = `${projection}: ${table} ${Object.entries(key)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
  if (!readModel) return `${where}: missing in the read model`;
  if (!journal) return `${where}: not in the journal`;
  const columns = Object.keys(journal).filter((column) => journal[column] !== readModel[column]);
  const said = columns.map((column) => `${column} is ${readModel[column]}, should be ${journal[column]}`);
  return `${where}: ${said.join('; ')}`;
}

function summaryOf({ projection, compared, unit, differences, repaired }: Verified, repair: boolean): string {
  const found = differences === 0 ? 'no difference' : `${grouped(differences)} differences`;
  return `${projection}: ${grouped(compared)} ${unit} compared, ${found}${repair && differences ? `, ${grouped(repaired)} repaired` : ''}`;
}

/** For what goes on for long: it says what keeps it up. */
const onStderr: Log = {
  info: () => {},
  warn: (details, message) => onStderr.error(details, message),
  error(details, message) {
    const { err } = details as { err?: Error };
    process.stderr.write(`${message}${err && !message.endsWith(err.message) ? `: ${err.message}` : ''}\n`);
  },
};

/** Ctrl-C ends the work after what is at hand. */
function interruptible(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  return {
    signal: controller.signal,
    done: () => (['SIGINT', 'SIGTERM'] as const).forEach((name) => void process.off(name, stop)),
  };
}

/** Tells on stderr how a build goes. */
function reporter(): { report: (step: Step) => void; finish: () => void } {
  let progress: Promise<Progress> | undefined;
  let catchingUp = false;
  const finish = () => void progress?.then((shown) => shown.stop());
  return {
    finish,
    report(step) {
      if (step.step === 'planned') {
        const what = step.builds.map(({ schema }) => schema).join(', ');
        process.stderr.write(`${step.resumed ? 'going on with' : 'building'} ${what}\n`);
      }
      if (step.step === 'filling') {
        const [done, total] = [Math.round(Number(step.done)), Math.ceil(Number(step.total))];
        progress ??= startProgress(total, step.unit ?? 'rows');
        void progress.then((shown) => shown.show(done, done));
      }
      if (step.step === 'catching-up' && !catchingUp) {
        catchingUp = true;
        finish();
        process.stderr.write('filled; applying what was recorded meanwhile\n');
      }
    },
  };
}
