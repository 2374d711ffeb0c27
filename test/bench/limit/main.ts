/**
 * How fast the service is against what Postgres can do at all: `npm run bench`, `npm run bench -- --help`. It makes every
 * Postgres that it needs in temporary folders, tuned as the README says, fsync and synchronous_commit on.
 */
import { reached } from './goals.js';
import { findProgram } from './programs.js';
import { readOptions, usage, type Options, type SectionName } from './options.js';
import { Report } from './report.js';
import { figuresTable, goalsTable, writeResults } from './results.js';
import { stopRigs, tuned, withRig } from './rig.js';
import type { Bench } from './bed.js';
import { append } from './sections/append.js';
import { checks } from './sections/checks.js';
import { cost } from './sections/cost.js';
import { embedded } from './sections/embedded.js';
import { growth } from './sections/growth.js';
import { idle } from './sections/idle.js';
import { latency } from './sections/latency.js';
import { overload } from './sections/overload.js';
import { profile } from './sections/profile.js';
import { reads } from './sections/reads.js';
import { rebuild } from './sections/rebuild.js';
import { seals } from './sections/seals.js';
import { stream } from './sections/stream.js';
import { throughput } from './sections/throughput.js';

/** In this order; raw, http and bulk are measured together, alternately. */
const parts: { of: SectionName[]; run: (bench: Bench) => Promise<void> }[] = [
  { of: ['raw', 'http', 'bulk'], run: throughput },
  { of: ['embedded'], run: embedded },
  { of: ['latency'], run: latency },
  { of: ['reads'], run: reads },
  { of: ['cost'], run: cost },
  { of: ['append'], run: append },
  { of: ['checks'], run: checks },
  { of: ['idle'], run: idle },
  { of: ['overload'], run: overload },
  { of: ['rebuild'], run: rebuild },
  { of: ['growth'], run: growth },
  { of: ['stream'], run: stream },
  { of: ['seals'], run: seals },
];

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopRigs().finally(() => process.exit(130)));
}
process.exitCode = await main(process.argv.slice(2));

/** @returns the exit status: 0 all was measured, 1 a section failed, 130 stopped, 2 wrong usage or a program is missing */
async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(args);
    findProgram('wrk');
    findProgram('pgbench');
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const report = new Report(console.log);
  const bench = { options, report, say: console.log };
  if (options.profile) {
    await profile(bench);
    return 0;
  }
  const began = performance.now();
  let failed = 0;
  for (const { of, run } of parts) {
    const wanted = of.filter((name) => options.sections.has(name));
    if (wanted.length === 0) continue;
    console.log(`\n${wanted.join(', ')} (after ${minutes(began)} min)`);
    try {
      await run(bench);
    } catch (error) {
      failed += 1;
      report.note(`${wanted.join(', ')} failed: ${(error as Error).message}`);
    }
  }
  const postgres = await postgresAsMeasured();
  console.log(`\n${figuresTable(report.all())}\n\n${goalsTable(reached(report))}`);
  for (const file of await writeResults(report, options, postgres)) console.log(`wrote ${file}`);
  console.log(`took ${minutes(began)} min`);
  return failed > 0 ? 1 : 0;
}

/** Version and what decides when an answer is safe. */
async function postgresAsMeasured(): Promise<Record<string, string>> {
  return withRig(1, {}, async ({ owner }) => {
    const { rows } = await owner.query<{ name: string; setting: string }>(
      `select name, current_setting(name) as setting from pg_settings where name = any($1)`,
      [['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', ...Object.keys(tuned)]],
    );
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  });
}

function minutes(since: number): string {
  return ((performance.now() - since) / 60_000).toFixed(1);
}
