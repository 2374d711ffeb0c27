import type { Projection } from '../projection.js';

/** More workers than this don't apply at once. */
const SHARDS = 16;

/**
 * Posted sums of each ledger, currency and type by effective and recorded day (UTC).
 *
 * Each worker at work adds to a shard of its own, since all of them have the same day at hand: a lone one to the first.
 * Were all taken, some would wait for each other, in the order of the rows. All legs of an event are applied together,
 * so debits equal credits per currency at any moment.
 */
export const trialBalance: Projection = {
  name: 'trial-balance',
  definition: 1,
  tables: `
-- Sums of accounts, so beyond the 38 digits of one. Those of the same shard are to be added up.
create table {schema}.volumes (
  ledger        text collate "C" not null,
  currency      text collate "C" not null,
  account_type  text collate "C" not null,
  effective_day date not null,
  recorded_day  date not null,
  shard         smallint not null,
  debits        numeric not null,
  credits       numeric not null,
  primary key (ledger, currency, account_type, effective_day, recorded_day, shard)
) with (fillfactor = 50);
-- Which versions of each account are in the sums.
create table {schema}.applied (
  account_no bigint primary key,
  versions   int8multirange not null
) with (fillfactor = 70);
-- Of all shards.
create view {schema}.sums as
select ledger, currency, account_type, effective_day, recorded_day, sum(debits) as debits, sum(credits) as credits
from {schema}.volumes group by ledger, currency, account_type, effective_day, recorded_day;
`,
  indexes: [],
  apply: [
    {
      over: 'entries',
      byAccount: true,
      text: `
with fresh as (
  select i.account_no, i.version, i.ledger, i.currency, i.account_type, i.side, i.posted,
    (i.effective_at at time zone 'UTC')::date as effective_day,
    (i.recorded_at at time zone 'UTC')::date as recorded_day
  from ({incoming}) i
  left join {schema}.applied a on a.account_no = i.account_no
  where (a.versions @> i.version) is not true
),
marked as (
  insert into {schema}.applied as a (account_no, versions)
  select account_no, range_agg(int8range(version, version + 1)) from fresh group by account_no order by account_no
  on conflict (account_no) do update set versions = a.versions + excluded.versions
),
free as materialized (
  select n from generate_series(0, ${SHARDS - 1}) n
  where pg_try_advisory_xact_lock(hashtext('{schema}.volumes'), n) limit 1
)
insert into {schema}.volumes as v
  (ledger, currency, account_type, effective_day, recorded_day, shard, debits, credits)
select
  ledger, currency, account_type, effective_day, recorded_day,
  coalesce((select n from free), pg_backend_pid() % ${SHARDS}),
  coalesce(sum(posted) filter (where side = 'debit'), 0),
  coalesce(sum(posted) filter (where side = 'credit'), 0)
from fresh
where posted <> 0
group by ledger, currency, account_type, effective_day, recorded_day
order by ledger, currency, account_type, effective_day, recorded_day
on conflict (ledger, currency, account_type, effective_day, recorded_day, shard) do update set
  debits = v.debits + excluded.debits,
  credits = v.credits + excluded.credits`,
    },
  ],
  compare: [
    {
      table: 'sums',
      by: 'whole',
      key: ['ledger', 'currency', 'account_type', 'effective_day', 'recorded_day'],
      columns: ['debits', 'credits'],
      expected: `
select i.ledger, i.currency, i.account_type, (i.effective_at at time zone 'UTC')::date as effective_day,
  (i.recorded_at at time zone 'UTC')::date as recorded_day,
  coalesce(sum(i.posted) filter (where i.side = 'debit'), 0) as debits,
  coalesce(sum(i.posted) filter (where i.side = 'credit'), 0) as credits
from ({incoming}) i where i.posted <> 0
group by 1, 2, 3, 4, 5`,
    },
    { table: 'applied', by: 'accounts', key: ['account_no'], columns: ['versions'] },
  ],
};
