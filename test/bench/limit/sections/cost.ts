import { withBed, ACCOUNTS, type Bed, type Bench } from '../bed.js';
import { bulks } from '../bulk-load.js';
import { cpuOf, memoryOf } from '../processes.js';
import { resetStatements, statementsOf, withStatements } from '../statements.js';
import { tripsDuring } from '../trips.js';
import { wrk } from '../wrk.js';

const tables = ['transactions', 'entries', 'command_results', 'accounts', 'outbox'];

/** What a transfer costs at 128 connections: bytes, statements, round trips, processor time. */
export async function cost(bench: Bench): Promise<void> {
  const { options } = bench;
  const seconds = options.quick ? 5 : Math.max(20, options.seconds);
  await withBed(bench, { postgres: withStatements }, async (bed) => {
    await bed.rig.owner.query('create extension pg_stat_statements');
    await single(bench, bed, seconds);
    await bed.service.stop();
    await roundTrips(bench, bed, options.seconds);
  });
}

async function single({ report }: Bench, bed: Bed, seconds: number): Promise<void> {
  const { rig, service } = bed;
  const add = (name: string, unit: string, value: number, more?: string) =>
    report.add('cost', name, unit, value, more);
  await rig.owner.query('checkpoint');
  const before = await stateOf(bed);
  await resetStatements(rig.owner);
  const load = { connections: 128, seconds, spread: 'uniform' } as const;
  const { transfers, perSecond } = await wrk(service.url, ACCOUNTS, load);
  const statements = await statementsOf(rig.owner);
  const after = await stateOf(bed);
  await rig.owner.query('checkpoint');
  const sizes = await sizesOf(bed);
  add('cost: http-single 128', 'transfers/s', perSecond, `${transfers} transfers`);
  const disk = new Map(
    tables.map((table) => [table, (sizes.get(table)! - before.sizes.get(table)!) / transfers]),
  );
  for (const [table, bytes] of disk) add(`disk ${table}`, 'bytes', bytes, 'a transfer, with indexes');
  const kept = ['transactions', 'entries', 'command_results'].reduce(
    (sum, table) => sum + disk.get(table)!,
    0,
  );
  add('disk journal and stored results', 'bytes', kept, 'a transfer');
  add('WAL', 'bytes', (after.wal - before.wal) / transfers, 'a transfer, outbox included');
  const calls = statements.reduce((sum, statement) => sum + statement.calls, 0);
  add('statements', 'a transfer', calls / transfers);
  add(
    'batch size',
    'transfers',
    (after.commands - before.commands) / (after.batches - before.batches),
    'mean',
  );
  add('CPU of Node', 'µs', (1000 * (after.node - before.node)) / transfers, 'a transfer');
  add('CPU of Postgres', 'µs', (1000 * (after.postgres - before.postgres)) / transfers, 'a transfer');
  add('memory under load, http-single', 'MB', memoryOf(service.pid).most);
}

async function roundTrips({ report }: Bench, { rig }: Bed, seconds: number): Promise<void> {
  const loads = {
    'http-single 128': (url: string) => wrk(url, ACCOUNTS, { connections: 128, seconds, spread: 'uniform' }),
    'http-bulk 1000': (url: string) => bulks(url, ACCOUNTS, { connections: 4, items: 1000, seconds }),
  };
  for (const [name, load] of Object.entries(loads)) {
    const { trips, result } = await tripsDuring<{ transfers: number }>(rig, load);
    const appends = trips.filter(({ append }) => append).length;
    const others = ((trips.length - appends) / result.transfers).toPrecision(2);
    const more = `and ${others} others`;
    report.add('cost', `round trips ${name}`, 'a transfer', appends / result.transfers, more);
  }
}

interface State {
  sizes: Map<string, number>;
  wal: number;
  batches: number;
  commands: number;
  node: number;
  postgres: number;
}

async function stateOf(bed: Bed): Promise<State> {
  const { rig, service } = bed;
  const sizes = await sizesOf(bed);
  const { rows } = await rig.owner.query<{ wal: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal`,
  );
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]);
  return {
    sizes,
    wal: rows[0]!.wal,
    batches: metric('journal_batch_size_count'),
    commands: metric('journal_batch_size_sum'),
    node: cpuOf(service.pid),
    postgres: rig.postgresCpu(),
  };
}

/** Bytes on the disk of each table with its partitions and indexes. */
async function sizesOf({ rig }: Bed): Promise<Map<string, number>> {
  const { rows } = await rig.owner.query<{ name: string; bytes: number }>(
    `select name, sum(pg_total_relation_size(relid))::float8 as bytes
     from unnest($1::text[]) name, lateral (
       select relid from pg_partition_tree('journal.' || name) union select ('journal.' || name)::regclass
     ) parts
     group by name`,
    [tables],
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
