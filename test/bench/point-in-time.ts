/**
 * Balances at a point in time of an account with a million entries, 5 % of them back-dated, against summing the
 * entries: `npm run bench:point-in-time`, or with another number of entries as its argument. Prints medians and their
 * ratio; it makes a Postgres of its own in a temporary folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { migrate } from '../../src/platform/migrate.js';
import { createPool } from '../../src/platform/postgres.js';
import { openPastAccounts, recordHistory } from '../support/history.js';

const ENTRIES = Number(process.argv[2] ?? 1_000_000);
const CHUNK = 50_000;
const ROUNDS = 15;

// A transaction a minute; each twentieth was effective up to 30 days before.
const rows = `
select n, $1::bigint as debit, $2::bigint as credit, 1 + n % 1000 as posted, 0 as pending, recorded_at,
  case when n % 20 = 0 then recorded_at - random() * interval '30 days' else recorded_at end as effective_at
from (select n, '2021-01-01Z'::timestamptz + n * interval '1 minute' as recorded_at
      from generate_series($3::int, $4::int) n) r`;

const quick = `select posted_debits, posted_credits, pending_debits, pending_credits from journal.totals_at($1, $2, $3)`;
const summing = `
select ${['posted', 'pending']
  .flatMap((amount) =>
    ['debit', 'credit'].map(
      (side) => `coalesce(sum(${amount}) filter (where side = '${side}'), 0) as ${amount}_${side}s`,
    ),
  )
  .join(', ')}
from journal.entries
where account_no = $1 and effective_at <= coalesce($2::timestamptz, 'infinity')
  and recorded_at <= coalesce($3::timestamptz, 'infinity')`;

const folder = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: folder, exclusive: false });
const owner = new pg.Client({ connectionString: postgres.url });
try {
  await migrate(postgres.url);
  await owner.connect();
  const numbers = await openPastAccounts(owner, [
    { id: 'busy', type: 'asset', currency: 'USD' },
    { id: 'other', type: 'liability', currency: 'USD' },
  ]);
  const busy = numbers.get('busy')!;
  const started = Date.now();
  for (let n = 1; n <= ENTRIES; n += CHUNK) {
    const last = Math.min(n + CHUNK - 1, ENTRIES);
    await recordHistory(owner, rows, [busy, numbers.get('other'), n, last]);
  }
  await owner.query('vacuum analyze journal.entries');
  console.log(`${ENTRIES} entries recorded in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  await measure(busy);
} finally {
  await owner.end();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(account: string): Promise<void> {
  // As the API reads.
  const pool = createPool(postgres.url, { role: 'counterfoil_app', max: 1, applicationName: 'bench' });
  const at = (share: number) =>
    new Date(Date.UTC(2021, 0, 1) + Math.round(ENTRIES * share) * 60_000).toISOString();
  const points: [string, string | null, string | null][] = [
    ['at the end', at(1), null],
    ['at 99.9 %', at(0.999), null],
    ['at 75 %', at(0.75), null],
    ['at 50 %', at(0.5), null],
    ['at 1 %', at(0.01), null],
    ['recorded_at 50 %', null, at(0.5)],
    ['at 50 %, recorded_at 75 %', at(0.5), at(0.75)],
    ['at 50 %, recorded_at 50 %', at(0.5), at(0.5)],
  ];
  console.log(`${'median of ' + ROUNDS} | totals_at ms | summing ms | ratio`);
  for (const [name, effective, recorded] of points) {
    const values = [account, effective, recorded];
    const one = await timed(pool, quick, values);
    const other = await timed(pool, summing, values);
    if (one.answer !== other.answer) throw new Error(`${name}: ${one.answer} is not ${other.answer}`);
    const ratio = (other.ms / one.ms).toFixed(0);
    console.log(`${name} | ${one.ms.toFixed(2)} | ${other.ms.toFixed(1)} | ${ratio}`);
  }
  await pool.end();
}

async function timed(
  pool: pg.Pool,
  text: string,
  values: unknown[],
): Promise<{ ms: number; answer: string }> {
  const times: number[] = [];
  let answer = '';
  for (let n = 0; n < ROUNDS; n += 1) {
    const started = process.hrtime.bigint();
    const { rows: found } = await pool.query(text, values);
    times.push(Number(process.hrtime.bigint() - started) / 1e6);
    answer = JSON.stringify(found[0]);
  }
  return { ms: times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!, answer };
}
