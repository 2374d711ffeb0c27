import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { isAlive } from './cluster.js';
import { EmbeddedPostgresError } from './error.js';

/** Any number would do; every start must use the same. */
const LOCK = 0x434f554e;

const HOLDER = `
  select substring(application_name from '^counterfoil (\\d+)$') as pid
  from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and classid = 0 and objid = ${LOCK} and objsubid = 1
    and pg_locks.database = (select oid from pg_database where datname = current_database())`;

/** One service a folder. The lock belongs to a session, so it ends with the process however that dies. */
export interface ServiceLock {
  /** From now on a session that ends is not replaced: Postgres is about to stop. */
  expectEnd(): void;
  release(): Promise<void>;
}

/**
 * Takes the lock on `session` and keeps it: when the session is lost (Postgres restarts its sessions after
 * one of its processes crashed) it is taken again on a new one.
 * @throws EmbeddedPostgresError when another service has it.
 */
export async function lockService(
  session: pg.Client,
  dataDir: string,
  reconnect: () => pg.Client,
): Promise<ServiceLock> {
  // A service killed a moment ago: Postgres needs a little to see its connection end.
  for (let waited = 0; !(await tryLock(session)); waited += 50) {
    const { rows } = await session.query<{ pid: string | null }>(HOLDER);
    const pid = rows[0]?.pid;
    if (waited >= 5_000 || (pid && isAlive(Number(pid)))) {
      throw new EmbeddedPostgresError(
        `another Counterfoil (pid ${pid ?? 'unknown'}) is running on ${dataDir}: stop it, or set DATA_DIR to another folder`,
      );
    }
    await sleep(50);
  }
  return keep(session, reconnect);
}

async function tryLock(session: pg.Client): Promise<boolean> {
  const { rows } = await session.query<{ locked: boolean }>(`select pg_try_advisory_lock(${LOCK}) as locked`);
  return rows[0]?.locked ?? false;
}

function keep(first: pg.Client, reconnect: () => pg.Client): ServiceLock {
  let session = first;
  let ending = false;
  let timer: NodeJS.Timeout | undefined;
  const again = () => {
    if (ending) return;
    timer = setTimeout(() => void renew(), 250);
  };
  const renew = async () => {
    session = reconnect();
    try {
      await session.connect();
      if (ending || !(await tryLock(session))) throw new Error('not ours to take');
      session.once('end', again);
    } catch {
      await session.end().catch(() => undefined);
      again();
    }
  };
  session.once('end', again);
  const expectEnd = () => {
    ending = true;
    clearTimeout(timer);
  };
  return {
    expectEnd,
    async release() {
      expectEnd();
      await session.end().catch(() => undefined);
    },
  };
}
