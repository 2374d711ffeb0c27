import type { Finding } from '../../finding.js';
import type { Context, Step, Walk } from '../check.js';
import { legHash, widthOf, type Sums } from './sums.js';

/** Of one slice: sorted in memory, read in a second or two. */
const ENTRIES = 250_000;
const FIRST = ['-1', '0'];
const LAST = ['9223372036854775807', '9223372036854775807'];

const totals = ['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits'];
/** The amount that is added to one of them, and the side of entries that add it. */
const addedTo = (total: string) => {
  const [amount, sides] = total.split('_') as [string, string];
  return { amount, side: sides.slice(0, -1) };
};
const runsOn = (total: string) => {
  const { amount, side } = addedTo(total);
  return `${total} <> coalesce(lag(${total}) over w, 0) + case side when '${side}' then ${amount} else 0 end`;
};
const takenBack = (total: string) => {
  const { amount, side } = addedTo(total);
  return `case side when '${side}' then ${total} - ${amount} else ${total} end`;
};

/** Which of its rules an entry breaks; null when none. Of what comes after a gap, the gap is what's wrong. */
const wrong = `case
  when version <> coalesce(lag(version) over w, 0) + 1 then 'versions'
  when ${totals.map(runsOn).join(' or ')}
    or max_effective_at <> greatest(effective_at, lag(max_effective_at) over w) then 'running_totals'
  when recorded_at < lag(recorded_at) over w or transaction_sequence < lag(transaction_sequence) over w then 'recorded_order'
end`;

const among = (partition: number) => `journal.entries_${partition}
  where (account_no, version) >= ($1::bigint, $2::bigint) and (account_no, version) <= ($3::bigint, $4::bigint)`;

/** Where an account stands, as one number. */
const state = (version: string, of: (total: string) => string) =>
  totals.reduce(
    (hash, total) => `hash_numeric_extended(${of(total)}, ${hash})`,
    `hashint8extended(${version}, hashint8extended(account_no, $5::bigint))`,
  );

/**
 * Whether `wrong` is anything, in two thirds of the time: where the entry before leaves the account and where this one finds
 * it are compared by a seeded hash of version and totals.
 */
const compared = (partition: number) => `
  select account_no, version, transaction_sequence, leg, side, posted, pending, effective_at, recorded_at,
    coalesce(lag(after) over w, ${state('0', () => '0')}) <> before
      or max_effective_at <> greatest(effective_at, lag(max_effective_at) over w)
      or recorded_at < lag(recorded_at) over w or transaction_sequence < lag(transaction_sequence) over w as wrong
  from (
    select account_no, version, transaction_sequence, leg, side, posted, pending, effective_at, max_effective_at,
      recorded_at, ${state('version', (total) => total)} as after,
      ${state('version - 1', takenBack)} as before
    from ${among(partition)} order by account_no, version
  ) e window w as (partition by account_no order by version)`;

const fresh = '(e.account_no, e.version) > ($1::bigint, $2::bigint)';

/**
 * A walk through each hash partition in the order of its primary key: version after version, totals that run on, times and
 * sequences that never go back. On the way it adds up, by ranges of sequences, what the transactions have to agree with.
 */
export async function entryWalks(context: Context): Promise<Walk[]> {
  const { rows } = await context.pool.query<{ partition: number; entries: number }>(
    `select substring(c.relname from '\\d+$')::int as partition,
       case when c.reltuples > 0 then c.reltuples else pg_relation_size(c.oid) / 130 end::float8 as entries
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'journal.entries'::regclass order by 1`,
  );
  return rows.map(({ partition, entries }) => ({
    name: `entries ${partition}`,
    size: entries,
    step: (from) => step(context, partition, from ?? FIRST),
  }));
}

async function step(context: Context, partition: number, from: string[]): Promise<Step> {
  const next = await endOfSlice(context, partition, from);
  const range = [...from, ...(next ?? LAST)];
  const { rows } = await context.pool.query<Row>(sumsOf(context, partition), [...range, context.seed]);
  const by = new Map<string, Sums>();
  let [legs, found] = [0, 0];
  for (const row of rows) {
    legs += Number(row.legs);
    found += row.wrong;
    if (row.bucket === '-1') continue;
    const [hash, posted, pending] = [BigInt(row.hash ?? 0), BigInt(row.posted), BigInt(row.pending)];
    by.set(row.bucket, { legs: BigInt(row.legs), hash, posted, pending });
  }
  const findings = found > 0 ? await nameWrong(context, partition, range) : [];
  return { next, looked: { entries: legs }, findings, found, sums: { of: 'entries', by }, done: legs };
}

interface Row {
  bucket: string;
  legs: string;
  wrong: number;
  hash: string | null;
  posted: string;
  pending: string;
}

async function endOfSlice({ pool }: Context, partition: number, from: string[]): Promise<string[] | null> {
  const { rows } = await pool.query<{ account_no: string; version: string }>(
    `select account_no, version from journal.entries_${partition}
     where (account_no, version) > ($1::bigint, $2::bigint)
     order by account_no, version offset ${ENTRIES - 1} limit 1`,
    from,
  );
  return rows[0] ? [rows[0].account_no, rows[0].version] : null;
}

/** What is beyond the horizon is looked at as the rest, and not added up: its transaction may still come. */
function sumsOf({ horizon }: Context, partition: number): string {
  const signed = (amount: string) => `case e.side when 'debit' then e.${amount} else -e.${amount} end`;
  const hash = legHash({
    ...{ sequence: 'e.transaction_sequence', leg: 'e.leg', account: 'e.account_no', version: 'e.version' },
    ...{ effective: 'e.effective_at', recorded: 'e.recorded_at', ledger: 'a.ledger' },
  });
  const weight = 'hashint8extended(e.transaction_sequence, coalesce(a.currency, 0))';
  return `
select case when e.transaction_sequence <= ${horizon} then e.transaction_sequence / ${widthOf(horizon)} else -1 end as bucket,
  count(*) as legs, (count(*) filter (where e.wrong))::int as wrong, sum(${hash}) as hash,
  sum(${weight} * ${signed('posted')}) as posted,
  coalesce(sum(hashint8extended(7, ${weight}) * ${signed('pending')}) filter (where e.pending <> 0), 0) as pending
from (${compared(partition)}) e
left join (
  select no, hashtextextended(ledger, $5::bigint) as ledger, hashtextextended(currency, $5::bigint) as currency
  from journal.accounts where no >= $1::bigint and no <= $3::bigint offset 0
) a on a.no = e.account_no
where ${fresh} group by 1`;
}

async function nameWrong(context: Context, partition: number, range: string[]): Promise<Finding[]> {
  const { rows } = await context.pool.query<{
    wrong: string;
    account: string;
    version: string;
    before: string | null;
  }>(
    `select e.wrong, coalesce(a.ledger || '/' || a.id, 'no. ' || e.account_no) as account, e.version, e.before
     from (
       select *, ${wrong} as wrong, lag(version) over w as before from ${among(partition)}
       window w as (partition by account_no order by version)
     ) e left join journal.accounts a on a.no = e.account_no
     where ${fresh} and e.wrong is not null order by e.account_no, e.version limit ${context.mostFindings}`,
    range,
  );
  return rows.map(({ wrong: check, account, version, before }) => ({
    check,
    subject: `account ${account} version ${version}`,
    detail: details[check]!.replace('{before}', before ?? '0'),
  }));
}

const details: Record<string, string> = {
  versions: 'follows version {before}',
  running_totals: 'the totals after it are not those after version {before} with its own amounts added',
  recorded_order: 'was recorded before version {before}, or has a lesser sequence',
};
