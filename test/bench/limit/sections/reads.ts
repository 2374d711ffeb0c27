import { buildingPool, rebuildAll, recordPast } from '../../history.js';
import { ACCOUNTS, withBed, type Bench } from '../bed.js';
import type { Rig } from '../rig.js';
import { wrkReads } from '../wrk.js';

const CONNECTIONS = 32;
/** Those that need no read model. */
export const fromJournal = {
  'balance, strong': '/accounts/{id}',
  'statement page': '/accounts/{id}/statement?limit=50',
};
const paths = {
  'balance, read model': '/accounts/{id}?consistency=eventual',
  ...fromJournal,
  'trial balance': '/trial-balance',
};

/** How many reads a second, over a journal and a read model with some history; one kind after the other. */
export async function reads(bench: Bench): Promise<void> {
  const { options } = bench;
  const entries = options.quick ? 50_000 : 500_000;
  await withBed(bench, { service: {}, fill: (rig) => fillAndBuild(rig, entries) }, async ({ service }) => {
    for (let round = 1; round <= options.rounds; round += 1)
      await readEach(bench, service.url, paths, 'read: ');
  });
}

/** @param paths by what they are called, after `prefix` */
export async function readEach(
  { options, report }: Bench,
  url: string,
  paths: Record<string, string>,
  prefix: string,
): Promise<void> {
  const seconds = Math.max(2, Math.ceil(options.seconds / 2));
  for (const [name, path] of Object.entries(paths)) {
    const { perSecond, p50, p99 } = await wrkReads(url, ACCOUNTS, {
      connections: CONNECTIONS,
      seconds,
      path,
    });
    const section = prefix.startsWith('growth') ? 'growth' : 'reads';
    report.add(section, `${prefix}${name}`, 'requests/s', perSecond, `p50 ${p50} p99 ${p99} ms`);
  }
}

async function fillAndBuild({ owner, databaseUrl, firstAccount }: Rig, entries: number): Promise<void> {
  await recordPast(owner, { entries, accounts: ACCOUNTS, first: firstAccount });
  const pool = buildingPool(databaseUrl, 4);
  await rebuildAll(pool, 4);
  await pool.end();
  await owner.query('vacuum analyze');
}
