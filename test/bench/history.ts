import type pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import { rebuild, type Step } from '../../src/projections/build/rebuild.js';
import { projections } from '../../src/projections/projection.js';
import { recordHistory } from '../support/history.js';

const CHUNK = 100_000;

// A transaction each ten seconds between two of the accounts; each twentieth was effective up to 30 days before.
const rows = `
select n, $1::bigint + (n * 7919::bigint) % $2::bigint as debit, $1::bigint + (n * 7919::bigint + 1 + n % 97) % $2::bigint as credit,
  1 + n % 1000 as posted, 0 as pending, recorded_at,
  case when n % 20 = 0 then recorded_at - n % 30 * interval '1 day' else recorded_at end as effective_at
from (select n, '2025-01-01Z'::timestamptz + n * interval '10 seconds' as recorded_at
      from generate_series($3::int, $4::int) n) r`;

interface Past {
  entries: number;
  /** So many, their numbers going on from `first`. */
  accounts: number;
  first: number;
}

/** The journal's own checks of what is appended; constraints of rows are apart from them. */
const checks = {
  check_transactions: 'journal.transactions',
  check_entries: 'journal.entries',
  check_pending: 'journal.entries',
};

export async function switchChecks(owner: pg.Client, on: boolean): Promise<void> {
  for (const [trigger, table] of Object.entries(checks)) {
    await owner.query(`alter table ${table} ${on ? 'enable always' : 'disable'} trigger ${trigger}`);
  }
}

/** A sound journal of so many entries, without events; unchecked, which takes half the time. */
export async function recordPast(owner: pg.Client, { entries, accounts, first }: Past): Promise<void> {
  await switchChecks(owner, false);
  await owner.query('set synchronous_commit = off');
  for (let n = 1; n <= entries / 2; n += CHUNK) {
    await recordHistory(owner, rows, [first, accounts, n, Math.min(n + CHUNK - 1, entries / 2)]);
  }
  await switchChecks(owner, true);
  await owner.query('reset synchronous_commit');
  await owner.query('vacuum analyze');
  await owner.query('checkpoint');
}

/** A pool that waits for as long as building anew may take. */
export function buildingPool(databaseUrl: string, parallel: number): pg.Pool {
  return createPool(databaseUrl, {
    role: 'counterfoil_projector',
    max: parallel + 3,
    applicationName: 'bench',
    lockSeconds: 3_600,
    statementSeconds: 3_600,
  });
}

/** All projections anew, in place of those that are read. */
export async function rebuildAll(
  pool: pg.Pool,
  parallel: number,
  report: (step: Step) => void = () => {},
): Promise<void> {
  await rebuild({
    pool,
    names: projections.map(({ name }) => name),
    parallel,
    swap: true,
    signal: new AbortController().signal,
    report,
  });
}
