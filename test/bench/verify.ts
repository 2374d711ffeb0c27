/**
 * `counterfoil verify` over a journal of five million entries: `npm run bench:verify`, or with another number of entries, of
 * accounts and of connections as its arguments. Prints entries a second, by the clock and by what Postgres's processors were
 * busy with it, and the greatest memory of this process; it makes a Postgres of its own in a temporary folder.
 */
import { createPool } from '../../src/platform/postgres.js';
import { verify } from '../../src/proof/verify/verify.js';
import { recordPast } from './history.js';
import { withRig, type Rig } from './limit/rig.js';

export async function measureVerify(entries: number, accounts: number, parallel: number): Promise<void> {
  await withRig(accounts, {}, async (rig) => {
    await rig.owner.query(
      `insert into journal.account_changes (account_no, revision, sequence, id, kind, status, metadata, recorded_at, principal)
       select no, 1, nextval('journal.sequence'), gen_random_uuid(), 'opened', status, metadata, opened_at, 'test'
       from journal.accounts`,
    );
    await recordPast(rig.owner, { entries, accounts, first: rig.firstAccount });
    await measure(rig, parallel);
  });
}

async function measure({ databaseUrl, postgresCpu }: Rig, parallel: number): Promise<void> {
  const session = {
    role: 'counterfoil_projector',
    applicationName: 'bench',
    statementSeconds: 3_600,
  } as const;
  const pool = createPool(databaseUrl, { ...session, max: parallel, readOnly: true });
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 100);
  const [cpu, before] = [postgresCpu(), process.memoryUsage.rss()];
  const { seconds, found, parts } = await verify({
    ...{ pool, scratch: pool, parts: ['journal'], named: true, parallel, mostFindings: 10, brokers: [] },
    signal: new AbortController().signal,
    began: () => {},
    progress: () => {},
  });
  const busy = (postgresCpu() - cpu) / 1000;
  clearInterval(timer);
  await pool.end();
  const looked = parts.journal!.looked.entries!;
  const rate = (took: number) => Math.round(looked / took);
  console.log(
    `${rate(seconds)} entries/s: ${looked} in ${seconds.toFixed(1)} s by ${parallel} connections, ${found} findings`,
  );
  console.log(`${rate(busy)} entries per second of processor time: ${busy.toFixed(1)} s of it`);
  console.log(
    `memory: ${(before / 2 ** 20).toFixed(0)} MB before, ${(most / 2 ** 20).toFixed(0)} MB at most`,
  );
}

if (import.meta.filename === process.argv[1]) {
  const [entries = 5_000_000, accounts = 10_000, parallel = 2] = process.argv.slice(2).map(Number);
  await measureVerify(entries, accounts, parallel);
}
