import type { Projection } from '../projection.js';

/** What was posted to each account on each effective day (UTC); opening and closing follow from the days before. */
export const dailyTotals: Projection = {
  name: 'daily-totals',
  definition: 1,
  tables: `
create table {schema}.days (
  account_no bigint not null,
  day        date not null,
  debits     numeric(38, 0) not null,
  credits    numeric(38, 0) not null,
  entries    bigint not null,
  primary key (account_no, day)
) with (fillfactor = 70);
-- Which versions of each account are in the sums.
create table {schema}.applied (
  account_no bigint primary key,
  versions   int8multirange not null
) with (fillfactor = 70);
`,
  indexes: [],
  apply: [
    {
      over: 'entries',
      byAccount: true,
      text: `
with fresh as (
  select i.account_no, i.version, i.side, i.posted, (i.effective_at at time zone 'UTC')::date as day
  from ({incoming}) i
  left join {schema}.applied a on a.account_no = i.account_no
  where (a.versions @> i.version) is not true
),
marked as (
  insert into {schema}.applied as a (account_no, versions)
  select account_no, range_agg(int8range(version, version + 1)) from fresh group by account_no order by account_no
  on conflict (account_no) do update set versions = a.versions + excluded.versions
)
insert into {schema}.days as d (account_no, day, debits, credits, entries)
select account_no, day, coalesce(sum(posted) filter (where side = 'debit'), 0),
  coalesce(sum(posted) filter (where side = 'credit'), 0), count(*)
from fresh where posted <> 0
group by account_no, day order by account_no, day
on conflict (account_no, day) do update set
  debits = d.debits + excluded.debits,
  credits = d.credits + excluded.credits,
  entries = d.entries + excluded.entries`,
    },
  ],
  compare: [
    {
      table: 'days',
      by: 'accounts',
      key: ['account_no', 'day'],
      columns: ['debits', 'credits', 'entries'],
    },
    { table: 'applied', by: 'accounts', key: ['account_no'], columns: ['versions'] },
  ],
};
