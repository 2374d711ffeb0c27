import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.js';
import { migrate } from '../../../src/platform/migrate.js';
import { openPastAccounts } from '../../support/history.js';
import { startProgram, type Program } from '../../support/program.js';

/** As the README says for a machine that Postgres has to itself but for the service. fsync is on. */
export const tuned = {
  wal_level: 'logical',
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  max_connections: '300',
};

export interface Rig {
  /** As superuser. */
  databaseUrl: string;
  folder: string;
  owner: pg.Client;
  /** The built service on this database; stopped with the rig at the latest. */
  start(settings?: Record<string, string>): Promise<Program>;
  /** Processor milliseconds that Postgres has used so far. */
  postgresCpu(): number;
  stop(): Promise<void>;
}

/** A tuned Postgres of its own with accounts a1 … aN in ledger main, which may be overdrawn. */
export async function startRig(accounts: number, settings: Record<string, string> = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
  const all = { ...tuned, ...settings };
  const postgres = await startEmbeddedPostgres({ dataDir: folder, exclusive: false, settings: all });
  const owner = new pg.Client({ connectionString: postgres.url });
  const programs: Program[] = [];
  await migrate(postgres.url);
  await owner.connect();
  const wanted = Array.from({ length: accounts }, (_, n) => ({
    id: `a${n + 1}`,
    type: 'asset',
    currency: 'USD',
  }));
  await openPastAccounts(owner, wanted);
  await owner.query('vacuum analyze journal.accounts');
  const postmaster = Number(readFileSync(join(postgres.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    databaseUrl: postgres.url,
    folder,
    owner,
    async start(more = {}) {
      const program = await startProgram(
        postgres.url,
        { LOG_LEVEL: 'warn', ...more },
        process.env.NODE_ARGS?.split(' '),
      );
      programs.push(program);
      return program;
    },
    postgresCpu: () => [postmaster, ...childrenOf(postmaster)].reduce((sum, pid) => sum + cpuOf(pid), 0),
    async stop() {
      for (const program of programs) await program.stop();
      await owner.end();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid)?.parent === parent);
}

/** Of a process and its children that have ended, in milliseconds (a tick of Linux is 10). */
export function cpuOf(pid: number): number {
  return 10 * (statOf(pid)?.ticks ?? 0);
}

function statOf(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return {
      parent: Number(fields[1]),
      ticks: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0),
    };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
