/**
 * All projections built anew from a journal of five million entries: `npm run bench:rebuild`, or with another number of
 * entries, of accounts and of parallel slices as its arguments. Prints entries a second, what each part took and the
 * greatest memory of this process; it makes a Postgres of its own in a temporary folder.
 */
import { buildingPool, rebuildAll, recordPast } from './history.js';
import { withRig } from './limit/rig.js';

interface Rebuilt {
  perSecond: number;
  seconds: number;
  /** Of those, to catch up and swap. */
  catchingUp: number;
  /** MB of this process, before and at most. */
  memory: { before: number; most: number };
  parts: { projection: string; kind: string; from: number; to: number }[];
}

export async function measureRebuild(entries: number, accounts: number, parallel: number): Promise<Rebuilt> {
  return withRig(accounts, {}, async ({ owner, databaseUrl, firstAccount }) => {
    const started = performance.now();
    await recordPast(owner, { entries, accounts, first: firstAccount });
    const recorded = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`  ${entries} entries of ${accounts} accounts recorded in ${recorded} s`);
    return measure(databaseUrl, entries, parallel);
  });
}

async function measure(databaseUrl: string, entries: number, parallel: number): Promise<Rebuilt> {
  const pool = buildingPool(databaseUrl, parallel);
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 100);
  const before = process.memoryUsage.rss();
  const began = performance.now();
  let filled = 0;
  await rebuildAll(pool, parallel, ({ step }) => {
    if (step === 'catching-up' && !filled) filled = performance.now();
  });
  const ended = performance.now();
  clearInterval(timer);
  const { rows: parts } = await pool.query<Rebuilt['parts'][number]>(
    `select projection, work->>'kind' as kind,
       extract(epoch from min(done_at) - (select min(made_at) from projections.versions where version = 2))::float8 as from,
       extract(epoch from max(done_at) - (select min(made_at) from projections.versions where version = 2))::float8 as to
     from projections.slices group by 1, 2 order by 4`,
  );
  await pool.end();
  const seconds = (ended - began) / 1000;
  const memory = { before: before / 2 ** 20, most: most / 2 ** 20 };
  return { perSecond: entries / seconds, seconds, catchingUp: (ended - filled) / 1000, memory, parts };
}

if (import.meta.filename === process.argv[1]) {
  const [entries = 5_000_000, accounts = 10_000, parallel = 4] = process.argv.slice(2).map(Number);
  const { perSecond, seconds, catchingUp, memory, parts } = await measureRebuild(entries, accounts, parallel);
  console.log(
    `${Math.round(perSecond)} entries/s: ${seconds.toFixed(1)} s, of which ${catchingUp.toFixed(1)} s to catch up and swap`,
  );
  console.log(`memory: ${memory.before.toFixed(0)} MB before, ${memory.most.toFixed(0)} MB at most`);
  for (const { projection, kind, from, to } of parts) {
    console.log(`  ${projection} ${kind}: done from second ${from.toFixed(1)} to ${to.toFixed(1)}`);
  }
}
