import type { Projection } from '../projection.js';

/** More workers than this don't apply at once. */
const SHARDS = 16;

/** Every entry with what a statement shows of its transaction, and the sums of a day for the trial balance. */
export const lines: Projection = {
  name: 'lines',
  version: 1,
  tables: `
create table {schema}.lines (
  account_no      bigint not null,
  version         bigint not null,
  ledger          text collate "C" not null,
  sequence        bigint not null,
  transaction_id  uuid not null,
  kind            text collate "C" not null,
  leg             smallint not null,
  side            text collate "C" not null,
  posted          numeric(38, 0) not null,
  pending         numeric(38, 0) not null,
  posted_debits   numeric(38, 0) not null,
  posted_credits  numeric(38, 0) not null,
  pending_debits  numeric(38, 0) not null,
  pending_credits numeric(38, 0) not null,
  effective_at    timestamptz not null,
  recorded_at     timestamptz not null,
  reference       text collate "C",
  description     text,
  primary key (account_no, version)
);
create index lines_effective on {schema}.lines (account_no, effective_at, version);
-- The trial balance reads the lines of the days that it doesn't take whole.
create index lines_ledger_effective on {schema}.lines (ledger, effective_at) where posted <> 0;
create index lines_ledger_recorded on {schema}.lines (ledger, recorded_at) where posted <> 0;
-- How many lines an account has, and its newest version: the same number when none is missing.
create table {schema}.coverage (
  account_no bigint primary key,
  lines      bigint not null,
  newest     bigint not null
) with (fillfactor = 70);
-- Posted sums of each pair of days (UTC), those of the same shard to be added up. All legs of a transaction are applied
-- together, so debits equal credits per currency at any moment. Sums of accounts, so beyond the 38 digits of one.
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
`,
  // Only lines that were new count. Each worker at work adds to a shard of its own, since all of them have the same day
  // at hand: a lone one to the first. Were all taken, some would wait for each other, in the order of the rows.
  apply: [
    {
      over: 'entries',
      text: `
with incoming as ({incoming}),
added as (
insert into {schema}.lines (
  account_no, version, ledger, sequence, transaction_id, kind, leg, side, posted, pending,
  posted_debits, posted_credits, pending_debits, pending_credits,
  effective_at, recorded_at, reference, description
)
select
  account_no, version, ledger, sequence, transaction_id, kind, leg, side, posted, pending,
  posted_debits, posted_credits, pending_debits, pending_credits,
  effective_at, recorded_at, reference, description
from incoming
order by account_no, version
on conflict (account_no, version) do nothing
returning account_no, version, ledger, side, posted, effective_at, recorded_at
),
free as materialized (
  select n from generate_series(0, ${SHARDS - 1}) n
  where pg_try_advisory_xact_lock(hashtext('{schema}.volumes'), n) limit 1
),
counted as (
  insert into {schema}.volumes as v
    (ledger, currency, account_type, effective_day, recorded_day, shard, debits, credits)
  select
    a.ledger, i.currency, i.account_type,
    (a.effective_at at time zone 'UTC')::date as effective_day,
    (a.recorded_at at time zone 'UTC')::date as recorded_day,
    coalesce((select n from free), pg_backend_pid() % ${SHARDS}),
    coalesce(sum(a.posted) filter (where a.side = 'debit'), 0),
    coalesce(sum(a.posted) filter (where a.side = 'credit'), 0)
  from added a
  join (select distinct on (account_no) account_no, currency, account_type from incoming) i using (account_no)
  where a.posted <> 0
  group by a.ledger, i.currency, i.account_type, effective_day, recorded_day
  order by a.ledger, i.currency, i.account_type, effective_day, recorded_day
  on conflict (ledger, currency, account_type, effective_day, recorded_day, shard) do update set
    debits = v.debits + excluded.debits,
    credits = v.credits + excluded.credits
)
insert into {schema}.coverage as c (account_no, lines, newest)
select account_no, count(*), max(version) from added group by account_no order by account_no
on conflict (account_no) do update set
  lines = c.lines + excluded.lines,
  newest = greatest(c.newest, excluded.newest)
`,
    },
  ],
};
