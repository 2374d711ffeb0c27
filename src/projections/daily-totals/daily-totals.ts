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
  versions   int8multirange not null,   -- those of the account that are in the sums
  primary key (account_no, day)
) with (fillfactor = 70);
`,
  indexes: [],
  apply: [
    {
      over: 'entries',
      byAccount: true,
      text: `
insert into {schema}.days as d (account_no, day, debits, credits, entries, versions)
select f.account_no, f.day, coalesce(sum(f.posted) filter (where f.side = 'debit'), 0),
  coalesce(sum(f.posted) filter (where f.side = 'credit'), 0), count(*),
  range_agg(int8range(f.version, f.version + 1))
from (
  select i.account_no, i.version, i.side, i.posted, (i.effective_at at time zone 'UTC')::date as day
  from ({incoming}) i where i.posted <> 0
) f
left join {schema}.days a on a.account_no = f.account_no and a.day = f.day
where (a.versions @> f.version) is not true
group by f.account_no, f.day order by f.account_no, f.day
on conflict (account_no, day) do update set
  debits = d.debits + excluded.debits,
  credits = d.credits + excluded.credits,
  entries = d.entries + excluded.entries,
  versions = d.versions + excluded.versions`,
    },
  ],
  compare: [
    {
      table: 'days',
      by: 'accounts',
      key: ['account_no', 'day'],
      columns: ['debits', 'credits', 'entries', 'versions'],
    },
  ],
};
