import type pg from 'pg';
import { normalSide, type Account, type Side } from '../rules/account.js';

/** A line of a statement; `balance` is the account's posted balance after it, in effective order. */
export interface StatementLine {
  version: number;
  transaction_id: string;
  kind: string;
  side: Side;
  amount: string;
  reference: string | null;
  description: string | null;
  effective_at: string;
  recorded_at: string;
  balance: string;
}

/** The range `from` ≤ effective time < `to` of an account. The versions up to `through` are seen and no others, so
 *  that what is recorded meanwhile shifts no page. */
export interface StatementRange {
  from: string;
  to: string;
  through: string;
}

/** What is known before the first line. Minor units; balances are signed to the account's normal side. */
export interface Statement extends StatementRange {
  account: Account;
  opening: bigint;
  closing: bigint;
  /** Totals of all lines of the range. */
  debits: bigint;
  credits: bigint;
}

/** The last line of a page, after which the next begins. */
export interface LinePosition {
  effectiveAt: string;
  version: string;
  balance: string;
}

export interface LinesPage {
  lines: StatementLine[];
  next: LinePosition | null;
}

/**
 * A page from the journal. $1 account, $2 from, $3 to, $4 through, $5 effective time and $6 version of the line
 * before, $7 limit.
 *
 * Two ordered branches, each a range of an index: entries in step with time by version, back-dated ones by time. In
 * the first, time and version grow together, so both ends of the range and the line before are versions: those behind
 * $5, and among equals of $5 those behind $6. Each line looks its transaction up by itself (the limit sees to that): a
 * join would, with statistics that lag behind, read all transactions for each page.
 */
export const journalLines = `
select e.version, t.id as transaction_id, t.kind, e.side, e.posted as amount, t.reference, t.description,
  e.effective_at, e.recorded_at
from (
  (select * from journal.entries
   where account_no = $1 and effective_at = max_effective_at and posted <> 0
     and version > (select greatest(
       journal.last_version_before($1, greatest($2, $5::timestamptz), $4),
       least($6::bigint, journal.last_version_before($1, $5::timestamptz + interval '1 microsecond', $4))))
     and version <= (select journal.last_version_before($1, $3, $4))
   order by version limit $7)
  union all
  (select * from journal.entries
   where account_no = $1 and effective_at < max_effective_at and posted <> 0 and version <= $4
     and effective_at >= $2 and effective_at < $3 and (effective_at, version) > ($5, $6::bigint)
   order by effective_at, version limit $7)
) e
cross join lateral (
  select * from journal.transactions where sequence = e.transaction_sequence limit 1
) t
order by e.effective_at, e.version limit $7`;

const extent = `
select clock_timestamp() as now, least(
  (select effective_at from journal.entries where account_no = $1 and version = 1 and version <= $2),
  (select effective_at from journal.entries
   where account_no = $1 and effective_at < max_effective_at and version <= $2
   order by effective_at, version limit 1)) as earliest`;

/**
 * Opening and closing balance of a range, and what moved in between.
 * @param through the version up to which entries are seen
 * @param wanted absent ends: the earliest effective time, now
 */
export async function openStatement(
  pool: pg.Pool,
  account: Account,
  through: string,
  wanted: { from?: string; to?: string },
): Promise<Statement> {
  const { from, to } = await rangeOf(pool, account, through, wanted);
  const before = await postedBefore(pool, account, from, through);
  const until = to > from ? await postedBefore(pool, account, to, through) : before;
  return {
    ...{ account, from, to, through },
    opening: balanceOf(account, before),
    closing: balanceOf(account, until),
    debits: until.debits - before.debits,
    credits: until.credits - before.credits,
  };
}

/**
 * One page of posted entries in effective order, oldest first.
 * @param source `journalLines`, or the same of the read model
 * @param after where a page before ended; undefined: the first page
 */
export async function readLines(
  pool: pg.Pool,
  source: string,
  { account, from, to, through, opening }: Statement,
  after: LinePosition | undefined,
  limit: number,
): Promise<LinesPage> {
  const { effectiveAt, version, balance } = after ?? { effectiveAt: from, version: '0', balance: opening };
  const { rows } = await pool.query<Omit<StatementLine, 'balance' | 'version'> & { version: string }>(
    source,
    [...[account.no, from, to, through], ...[effectiveAt, version, limit + 1]],
  );
  let running = BigInt(balance);
  const lines = rows.slice(0, limit).map((row) => {
    running += row.side === normalSide(account.type) ? BigInt(row.amount) : -BigInt(row.amount);
    return { ...row, version: Number(row.version), balance: String(running) };
  });
  const last = rows.length > limit ? lines.at(-1) : undefined;
  const next = last && {
    effectiveAt: last.effective_at,
    version: String(last.version),
    balance: last.balance,
  };
  return { lines, next: next ?? null };
}

/** The pages after one, to the end of the range; each is read when it is asked for. */
export async function* readFurther(
  pool: pg.Pool,
  source: string,
  statement: Statement,
  after: LinePosition | null,
  limit: number,
): AsyncGenerator<LinesPage> {
  while (after) {
    const page = await readLines(pool, source, statement, after, limit);
    yield page;
    after = page.next;
  }
}

/** The last version of an account that was recorded at a time or before it; `0` when there is none. */
export async function versionRecorded(pool: pg.Pool, account: Account, at: string): Promise<string> {
  const { rows } = await pool.query<{ version: string }>(
    'select journal.last_version_recorded($1, $2) as version',
    [account.no, at],
  );
  return rows[0]!.version;
}

async function rangeOf(
  pool: pg.Pool,
  account: Account,
  through: string,
  { from, to }: { from?: string; to?: string },
): Promise<{ from: string; to: string }> {
  if (from && to) return { from, to };
  const { rows } = await pool.query<{ now: string; earliest: string | null }>(extent, [account.no, through]);
  const { now, earliest } = rows[0]!;
  return { from: from ?? earliest ?? account.openedAt, to: to ?? now };
}

interface Posted {
  debits: bigint;
  credits: bigint;
}

async function postedBefore(pool: pg.Pool, account: Account, time: string, through: string): Promise<Posted> {
  const { rows } = await pool.query<{ debits: string; credits: string }>(
    'select debits, credits from journal.posted_before($1, $2, $3)',
    [account.no, time, through],
  );
  return { debits: BigInt(rows[0]!.debits), credits: BigInt(rows[0]!.credits) };
}

function balanceOf(account: Account, { debits, credits }: Posted): bigint {
  return normalSide(account.type) === 'debit' ? debits - credits : credits - debits;
}
