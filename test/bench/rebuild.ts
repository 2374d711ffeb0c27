/**
 * All projections built anew from a journal of five million entries: `npm run bench:rebuild`, or with another number of
 * entries, of accounts and of parallel slices as its arguments. Prints entries a second, what each part took and the
 * greatest memory of this process; it makes a Postgres of its own in a temporary folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { migrate } from '../../src/platform/migrate.js';
import { createPool } from '../../src/platform/postgres.js';
import { rebuild } from '../../src/projections/build/rebuild.js';
import { projections } from '../../src/projections/projection.js';
import { openPastAccounts, recordHistory } from '../support/history.js';

const [ENTRIES = 5_000_000, ACCOUNTS = 10_000, PARALLEL = 4] = process.argv.slice(2).map(Number);
const CHUNK = 100_000;
/** As a database of this size would have them. */
const settings = {
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  wal_level: 'logical',
};

// A transaction each ten seconds between two of the accounts; each twentieth was effective up to 30 days before.
const rows = `
select n, $1::bigint + (n * 7919::bigint) % $2::bigint as debit, $1::bigint + (n * 7919::bigint + 1 + n % 97) % $2::bigint as credit,
  1 + n % 1000 as posted, 0 as pending, recorded_at,
  case when n % 20 = 0 then recorded_at - n % 30 * interval '1 day' else recorded_at end as effective_at
from (select n, '2025-01-01Z'::timestamptz + n * interval '10 seconds' as recorded_at
      from generate_series($3::int, $4::int) n) r`;

const folder = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: folder, exclusive: false, settings });
const owner = new pg.Client({ connectionString: postgres.url });
try {
  await migrate(postgres.url);
  await owner.connect();
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => ({
    id: `a${n}`,
    type: 'asset',
    currency: 'USD',
  }));
  const first = [...(await openPastAccounts(owner, accounts)).values()]
    .map(Number)
    .reduce((a, b) => Math.min(a, b));
  const started = performance.now();
  await owner.query('set synchronous_commit = off');
  for (let n = 1; n <= ENTRIES / 2; n += CHUNK) {
    await recordHistory(owner, rows, [first, ACCOUNTS, n, Math.min(n + CHUNK - 1, ENTRIES / 2)]);
  }
  await owner.query('vacuum analyze');
  await owner.query('checkpoint');
  console.log(`${ENTRIES} entries of ${ACCOUNTS} accounts recorded in ${seconds(started)} s`);
  await measure();
} finally {
  await owner.end();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const pool = createPool(postgres.url, {
    role: 'counterfoil_projector',
    max: PARALLEL + 3,
    applicationName: 'bench',
    lockSeconds: 3_600,
    statementSeconds: 3_600,
  });
  let greatest = 0;
  const memory = setInterval(() => (greatest = Math.max(greatest, process.memoryUsage.rss())), 100);
  const before = process.memoryUsage.rss();
  const began = performance.now();
  let filled = 0;
  await rebuild({
    pool,
    names: projections.map(({ name }) => name),
    parallel: PARALLEL,
    swap: true,
    signal: new AbortController().signal,
    report: ({ step }) => {
      if (step === 'catching-up' && !filled) filled = performance.now();
    },
  });
  const took = (performance.now() - began) / 1000;
  clearInterval(memory);
  console.log(
    `${Math.round(ENTRIES / took)} entries/s: ${took.toFixed(1)} s, of which ${((performance.now() - filled) / 1000).toFixed(1)} s to catch up and swap`,
  );
  console.log(`memory: ${mb(before)} MB before, ${mb(greatest)} MB at most`);
  const { rows: slices } = await pool.query<{ projection: string; kind: string; from: number; to: number }>(
    `select projection, work->>'kind' as kind,
       extract(epoch from min(done_at) - (select min(made_at) from projections.versions where version = 2))::float8 as from,
       extract(epoch from max(done_at) - (select min(made_at) from projections.versions where version = 2))::float8 as to
     from projections.slices group by 1, 2 order by 4`,
  );
  for (const { projection, kind, from, to } of slices) {
    console.log(`  ${projection} ${kind}: done from second ${from.toFixed(1)} to ${to.toFixed(1)}`);
  }
  await pool.end();
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}

function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
