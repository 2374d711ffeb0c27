import type { Finding } from '../../finding.js';
import type { Context, Step, Walk } from '../check.js';

/** Of one slice. */
const ACCOUNTS = 50_000;

/** Each account is as its newest change says, and its changes follow one another. */
export async function accountWalk(context: Context): Promise<Walk> {
  const { rows } = await context.pool.query<{ most: number }>(
    `select coalesce(greatest((select max(no) from journal.accounts), (select max(account_no) from journal.account_changes)),
       0)::float8 as most`,
  );
  return { name: 'accounts', size: rows[0]!.most, step: (from) => step(context, from?.[0] ?? '0') };
}

async function step({ pool }: Context, after: string): Promise<Step> {
  const { rows: ends } = await pool.query<{ no: string }>(
    `select no from journal.accounts where no > $1 order by no offset ${ACCOUNTS - 1} limit 1`,
    [after],
  );
  const through = ends[0]?.no ?? '9223372036854775807';
  const { rows } = await pool.query<{ accounts: number; changes: number; wrong: Wrong[] | null }>(text, [
    after,
    through,
  ]);
  const { accounts, changes, wrong } = rows[0]!;
  return {
    next: ends[0] ? [through] : null,
    looked: { accounts, changes },
    findings: (wrong ?? []).map(findingOf),
    done: accounts,
  };
}

interface Wrong {
  account: string;
  revision: number | null;
  /** Of the account's row. */
  row: boolean;
}

function findingOf({ account, revision, row }: Wrong): Finding {
  if (row)
    return { check: 'accounts', subject: `account ${account}`, detail: 'is not as its newest change says' };
  return {
    check: 'account_changes',
    subject: `account ${account} revision ${revision}`,
    detail: 'does not follow the revision before it, or is of no account',
  };
}

const text = `
with a as (
  select * from journal.accounts where no > $1::bigint and no <= $2::bigint
), c as (
  select c.*, coalesce(lag(revision) over w, 0) as before, lag(sequence) over w as sequence_before,
    lag(recorded_at) over w as recorded_before, lead(revision) over w is null as newest
  from journal.account_changes c where account_no > $1::bigint and account_no <= $2::bigint
  window w as (partition by account_no order by revision)
), wrong as (
  select a.ledger || '/' || a.id as account, a.revision, true as row
  from a left join c on c.account_no = a.no and c.newest
  where c.revision is distinct from a.revision or c.status <> a.status
    or c.min_balance is distinct from a.min_balance or c.max_balance is distinct from a.max_balance
    or c.metadata::text <> a.metadata::text and c.metadata::jsonb <> a.metadata::jsonb
  union all
  select coalesce(a.ledger || '/' || a.id, 'no. ' || c.account_no), c.revision, false
  from c left join a on a.no = c.account_no
  where a.no is null or c.revision <> c.before + 1 or (c.revision = 1) <> (c.kind = 'opened')
    or c.sequence <= c.sequence_before or c.recorded_at < c.recorded_before
)
select (select count(*)::int from a) as accounts, (select count(*)::int from c) as changes,
  (select json_agg(w) from wrong w) as wrong`;
