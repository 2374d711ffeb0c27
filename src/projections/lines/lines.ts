import type { Projection } from '../projection.js';

/** Every entry with what a statement shows of its transaction. */
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
-- How many lines an account has, and its newest version: the same number when none is missing.
create table {schema}.coverage (
  account_no bigint primary key,
  lines      bigint not null,
  newest     bigint not null
) with (fillfactor = 70);
`,
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
returning account_no, version
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
