import type pg from 'pg';
import { requireSettled, type PointInTime } from '../point-in-time.js';
import type { Account } from '../rules/account.js';
import { readAccount } from './read-account.js';

interface TotalsRow {
  version: string;
  posted_debits: string;
  posted_credits: string;
  pending_debits: string;
  pending_credits: string;
}

/**
 * The account as it is now (status, limits, metadata, revision) with the balances of a point in time, from the
 * journal: of the entries effective by `at`, as known at `recorded_at`. Zero before the first.
 *
 * Its version is that at `recorded_at`; with `at`, the last one up to which no entry was effective later. Entries that
 * were back-dated beyond it count in the balances, not in the version.
 * @throws Problem VALIDATION_FAILED, LEDGER_NOT_FOUND, ACCOUNT_NOT_FOUND
 */
export async function readAccountAt(
  pool: pg.Pool,
  ledger: string,
  id: string,
  point: PointInTime,
): Promise<Account> {
  await requireSettled(pool, point);
  const account = await readAccount(pool, ledger, id);
  const { rows } = await pool.query<TotalsRow>({
    name: 'totals_at',
    text: 'select * from journal.totals_at($1, $2, $3)',
    values: [account.no, point.at ?? null, point.recorded_at ?? null],
  });
  const { version, posted_debits, posted_credits, pending_debits, pending_credits } = rows[0]!;
  return {
    ...account,
    version: Number(version),
    postedDebits: BigInt(posted_debits),
    postedCredits: BigInt(posted_credits),
    pendingDebits: BigInt(pending_debits),
    pendingCredits: BigInt(pending_credits),
  };
}
