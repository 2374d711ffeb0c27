import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.js';
import { migrate } from '../../../src/platform/migrate.js';
import { openPastAccounts } from '../../support/history.js';
import { startProgram, type Program } from '../../support/program.js';
import { childrenOf, cpuOf } from './processes.js';

/** As the README says for a machine that Postgres has to itself but for the service. fsync is on. */
export const tuned = {
  wal_level: 'logical',
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  max_connections: '300',
};

/** For a service that leaves the read model alone, so that writing is all that is measured. */
export const writesOnly = { KAFKA_BROKERS: '127.0.0.1:9' };

export interface Rig {
  /** As superuser. */
  databaseUrl: string;
  folder: string;
  owner: pg.Client;
  /** The number of account a1; that of the others goes on from there. */
  firstAccount: number;
  /** The built service on this database; stopped with the rig at the latest. */
  start(settings?: Record<string, string>, nodeArgs?: string[]): Promise<Program>;
  /** Processor milliseconds that Postgres has used so far. */
  postgresCpu(): number;
  stop(): Promise<void>;
}

const running = new Set<() => Promise<void>>();

/** For who is told to end in the middle: each Postgres would go on without its benchmark. */
export async function stopRigs(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
}

/** A tuned Postgres of its own with accounts a1 … aN in ledger main, which may be overdrawn. */
export async function startRig(accounts: number, settings: Record<string, string> = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
  const all = { ...tuned, ...settings };
  const postgres = await startEmbeddedPostgres({ dataDir: folder, exclusive: false, settings: all });
  const owner = new pg.Client({ connectionString: postgres.url });
  const programs: Program[] = [];
  const stop = async () => {
    running.delete(stop);
    for (const program of programs) await program.stop();
    await owner.end().catch(() => {});
    await postgres.stop();
    for (const each of [folder, postgres.dataDir]) await rm(each, { recursive: true, force: true });
  };
  running.add(stop);
  await migrate(postgres.url);
  await owner.connect();
  const wanted = Array.from({ length: accounts }, (_, n) => ({
    id: `a${n + 1}`,
    type: 'asset',
    currency: 'USD',
  }));
  const numbers = await openPastAccounts(owner, wanted);
  await owner.query('vacuum analyze journal.accounts');
  const postmaster = Number(readFileSync(join(postgres.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    databaseUrl: postgres.url,
    folder,
    owner,
    firstAccount: Number(numbers.get('a1')),
    async start(more = {}, nodeArgs = []) {
      const program = await startProgram(
        postgres.url,
        { LOG_LEVEL: 'warn', MAX_WAIT_MS: '', ...more },
        nodeArgs,
      );
      programs.push(program);
      return program;
    },
    postgresCpu: () => [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => sum + cpuOf(pid), 0),
    stop,
  };
}

/** While it is there, `work`. */
export async function withRig<T>(
  accounts: number,
  settings: Record<string, string>,
  work: (rig: Rig) => Promise<T>,
): Promise<T> {
  const rig = await startRig(accounts, settings);
  try {
    return await work(rig);
  } finally {
    await rig.stop();
  }
}
