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

/** Where a page starts. The versions seen by the first page bound all others, so that what is recorded meanwhile
 *  does not shift them. */
export interface StatementPosition {
  from: string;
  to: string;
  through: string;
  effectiveAt: string;
  version: string;
  balance: string;
}

export interface StatementPage {
  from: string;
  to: string;
  opening: string;
  closing: string;
  lines: StatementLine[];
  next: StatementPosition | null;
}

/** Three statements with the same parameters and columns over the journal or over the read model's lines. */
export interface StatementSource {
  /** $1 account → earliest effective time, newest version, now. */
  extent: string;
  /** $1 account, $2 before, $3 through version → posted debits, credits. */
  posted: string;
  /** $1 account, $2 from, $3 to, $4 through, $5 effective time and $6 version of the line before, $7 limit. */
  lines: string;
}

/** Two ordered branches, each on an index: entries in step with time by version, back-dated ones by time. */
export const journalStatement: StatementSource = {
  extent: `
select clock_timestamp() as now,
  coalesce((select version from journal.entries where account_no = $1 order by version desc limit 1), 0) as through,
  least((select effective_at from journal.entries where account_no = $1 and version = 1),
        (select effective_at from journal.entries where account_no = $1 and effective_at < max_effective_at
         order by effective_at limit 1)) as earliest`,
  posted: `select debits, credits from journal.posted_before($1, $2, $3)`,
  lines: `
select e.version, t.id as transaction_id, t.kind, e.side, e.posted as amount, t.reference, t.description,
  e.effective_at, e.recorded_at
from (
  (select * from journal.entries
   where account_no = $1 and effective_at = max_effective_at and posted <> 0 and effective_at < $3 and version <= $4
     and version > (select journal.last_version_before($1, greatest($2, $5::timestamptz), $4))
     and (effective_at, version) > ($5, $6::bigint)
   order by version limit $7)
  union all
  (select * from journal.entries
   where account_no = $1 and effective_at < max_effective_at and posted <> 0 and version <= $4
     and effective_at >= greatest($2, $5::timestamptz) and effective_at < $3 and (effective_at, version) > ($5, $6::bigint)
   order by effective_at, version limit $7)
) e
join journal.transactions t on t.sequence = e.transaction_sequence
order by e.effective_at, e.version limit $7`,
};

/**
 * One page of an account's statement: posted entries in effective order, oldest first.
 * @param wanted the range of a first page (absent ends: earliest effective time, now), or where a page goes on
 */
export async function readStatement(
  pool: pg.Pool,
  source: StatementSource,
  account: Account,
  wanted: { from?: string; to?: string } | StatementPosition,
  limit: number,
): Promise<StatementPage> {
  const start = 'through' in wanted ? wanted : await firstPosition(pool, source, account, wanted);
  const { from, to, through } = start;
  const before = (time: string) => postedBefore(pool, source, account, time, through);
  const opening = await before(from);
  const closing = to > from ? await before(to) : opening;
  const { rows } = await pool.query<Omit<StatementLine, 'balance' | 'version'> & { version: string }>(
    source.lines,
    [account.no, from, to, through, start.effectiveAt, start.version, limit + 1],
  );
  let running = start.balance === '' ? opening : BigInt(start.balance);
  const lines = rows.slice(0, limit).map((row) => {
    running += row.side === normalSide(account.type) ? BigInt(row.amount) : -BigInt(row.amount);
    return { ...row, version: Number(row.version), balance: String(running) };
  });
  const last = lines.at(-1);
  const next =
    rows.length > limit && last
      ? { ...start, effectiveAt: last.effective_at, version: String(last.version), balance: last.balance }
      : null;
  return { from, to, opening: String(opening), closing: String(closing), lines, next };
}

async function firstPosition(
  pool: pg.Pool,
  source: StatementSource,
  account: Account,
  { from, to }: { from?: string; to?: string },
): Promise<StatementPosition> {
  const { rows } = await pool.query<{ now: string; through: string; earliest: string | null }>(
    source.extent,
    [account.no],
  );
  const { now, through, earliest } = rows[0]!;
  const end = to ?? now;
  const begin = from ?? earliest ?? account.openedAt;
  return { from: begin, to: end, through, effectiveAt: begin, version: '0', balance: '' };
}

async function postedBefore(
  pool: pg.Pool,
  source: StatementSource,
  account: Account,
  time: string,
  through: string,
): Promise<bigint> {
  const { rows } = await pool.query<{ debits: string; credits: string }>(source.posted, [
    account.no,
    time,
    through,
  ]);
  const net = BigInt(rows[0]!.debits) - BigInt(rows[0]!.credits);
  return normalSide(account.type) === 'debit' ? net : -net;
}
