import type { Projection } from '../projection.js';

/** Every entry with what a statement shows of its transaction. */
export const lines: Projection = {
  name: 'lines',
  definition: 1,
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
  description     text
);
-- Which versions of each account are there: one range from 1 on when none is missing.
create table {schema}.coverage (
  account_no bigint primary key,
  versions   int8multirange not null
) with (fillfactor = 70);
`,
  // The trial balance reads the lines of the days that it doesn't take whole.
  indexes: [
    'create unique index lines_version on {schema}.lines (account_no, version)',
    'create index lines_effective on {schema}.lines (account_no, effective_at, version)',
    'create index lines_ledger_effective on {schema}.lines (ledger, effective_at) where posted <> 0',
    'create index lines_ledger_recorded on {schema}.lines (ledger, recorded_at) where posted <> 0',
  ],
  apply: [
    {
      over: 'entries',
      text: `
insert into {schema}.lines (
  account_no, version, ledger, sequence, transaction_id, kind, leg, side, posted, pending,
  posted_debits, posted_credits, pending_debits, pending_credits,
  effective_at, recorded_at, reference, description
)
select
  i.account_no, i.version, i.ledger, i.sequence, i.transaction_id, i.kind, i.leg, i.side, i.posted, i.pending,
  i.posted_debits, i.posted_credits, i.pending_debits, i.pending_credits,
  i.effective_at, i.recorded_at, i.reference, i.description
from ({incoming}) i
order by i.account_no, i.version
on conflict do nothing`,
    },
    {
      over: 'entries',
      byAccount: true,
      text: `
insert into {schema}.coverage as c (account_no, versions)
select i.account_no, range_agg(int8range(i.version, i.version + 1)) from ({incoming}) i
group by i.account_no order by i.account_no
on conflict (account_no) do update set versions = c.versions + excluded.versions
where not c.versions @> excluded.versions`,
    },
  ],
  compare: [
    {
      table: 'lines',
      by: 'accounts',
      key: ['account_no', 'version'],
      columns: [
        ...['ledger', 'sequence', 'transaction_id', 'kind', 'leg', 'side', 'posted', 'pending'],
        ...['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits'],
        ...['effective_at', 'recorded_at', 'reference', 'description'],
      ],
    },
    { table: 'coverage', by: 'accounts', key: ['account_no'], columns: ['versions'] },
  ],
};
