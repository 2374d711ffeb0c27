import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { migrate } from '../../src/platform/migrate.js';
import { query } from '../support/stack.js';

/**
 * Time, size and the most memory of exports of a small journal and of a large one: it must be about the same.
 * `npm run bench:export` takes the thousands of transactions, two entries each: 150 and 1500 by default.
 */
const sizes = process.argv.slice(2).map(Number);
const dir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: dir, exclusive: false });
try {
  await migrate(postgres.url);
  let there = 0;
  for (const thousands of sizes.length > 0 ? sizes : [150, 1_500]) {
    await fill(there, (there = thousands * 1_000));
    for (const format of ['parquet', 'csv', 'ndjson']) await measure(format);
  }
} finally {
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
}

async function measure(format: string): Promise<void> {
  const out = join(dir, `entries.${format}`);
  const tell = 'data:text/javascript,process.on("exit",()=>console.error(process.resourceUsage().maxRSS))';
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', tell, 'dist/src/cli.js', 'export', '--out', out], {
    env: { PATH: process.env.PATH, DATABASE_URL: postgres.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let peak = '';
  child.stdout.on('data', (bytes) => (said += bytes));
  child.stderr.on('data', (bytes) => (peak += bytes));
  await new Promise((resolve) => child.once('close', resolve));
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const [mb, file] = [Math.round(Number(peak) / 1_024), Math.round((await stat(out)).size / 1e6)];
  console.log(`${format}: ${said.trim()}: ${seconds} s, ${file} MB, at most ${mb} MB of memory`);
}

/** Transfers from `hub` to a thousand accounts; the triggers would take most of the time. */
async function fill(after: number, through: number): Promise<void> {
  await query(
    postgres.url,
    `do $$ declare t text; begin
       for t in select 'journal.transactions' union all select 'journal.entries'
                union all select inhrelid::regclass::text from pg_inherits where inhparent = 'journal.entries'::regclass
       loop execute format('alter table %s disable trigger all', t); end loop;
     end $$;
     insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
     select n, 'main', 'account:' || n, 'liability', 'USD', 'open', '{}', 1, now()
     from generate_series(1, 1001) n on conflict do nothing;`,
  );
  const at = `timestamptz '2026-01-01' + n * interval '1 second'`;
  await query(
    postgres.url,
    `with t as (
       insert into journal.transactions (sequence, id, ledger, kind, account_nos, versions, reference, description,
         effective_at, recorded_at, metadata, principal, idempotency_key)
       select n, gen_random_uuid(), 'main', 'posting', array[1, 2 + n % 1000], array[n, 1 + n / 1000], 'order-' || n,
         'what was bought', ${at}, ${at}, json_build_object('order', n, 'channel', 'web'), 'bench', md5(n::text)
       from generate_series($1::int + 1, $2::int) n
     )
     insert into journal.entries (account_no, version, transaction_sequence, leg, side, posted, pending, posted_debits,
       posted_credits, pending_debits, pending_credits, effective_at, max_effective_at, recorded_at)
     select 1, n, n, 1, 'debit', n % 10000 + 1, 0, n::numeric * 5000, 0, 0, 0, ${at}, ${at}, ${at}
     from generate_series($1::int + 1, $2::int) n
     union all
     select 2 + n % 1000, 1 + n / 1000, n, 2, 'credit', n % 10000 + 1, 0, 0, n::numeric * 5000, 0, 0, ${at}, ${at}, ${at}
     from generate_series($1::int + 1, $2::int) n`,
    [after, through],
  );
  await query(postgres.url, 'vacuum analyze');
}
