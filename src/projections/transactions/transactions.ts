import type { Projection } from '../projection.js';

/** The transactions as they are searched. */
export const transactions: Projection = {
  name: 'transactions',
  definition: 1,
  tables: `
create table {schema}.transactions (
  sequence     bigint not null,
  id           uuid not null,
  ledger       text collate "C" not null,
  kind         text collate "C" not null,
  root_id      uuid not null,
  parent_id    uuid,
  reference    text collate "C",
  description  text,
  effective_at timestamptz not null,
  recorded_at  timestamptz not null,
  metadata     jsonb not null,   -- the newest revision
  revision     integer not null
);
-- Changes of metadata, kept: one may come before its transaction.
create table {schema}.annotations (
  transaction_id uuid not null,
  revision       integer not null,
  sequence       bigint not null,
  metadata       jsonb not null,
  primary key (transaction_id, revision)
);
create unique index annotations_sequence on {schema}.annotations (sequence);
`,
  // Lists go by recorded time; the sequence, unique, settles what was recorded in the same microsecond. The indexes of
  // newest and kind grow at their ends only: the cheapest there are.
  indexes: [
    'create unique index transactions_sequence on {schema}.transactions (sequence)',
    'create unique index transactions_id on {schema}.transactions (id)',
    'create index transactions_newest on {schema}.transactions (ledger, recorded_at, sequence)',
    'create index transactions_kind on {schema}.transactions (ledger, kind, recorded_at, sequence)',
    `create index transactions_reference on {schema}.transactions (ledger, reference) where reference is not null`,
    `create index transactions_metadata on {schema}.transactions using gin (metadata jsonb_path_ops)
       where metadata <> '{}'`,
  ],
  apply: [
    {
      over: 'transactions',
      // Whichever unique index two workers meet on with the same event: naming one would let the other be an error.
      text: `
insert into {schema}.transactions (
  sequence, id, ledger, kind, root_id, parent_id, reference, description, effective_at, recorded_at, metadata, revision
)
select i.sequence, i.id, i.ledger, i.kind, i.root_id, i.parent_id, i.reference, i.description, i.effective_at,
  i.recorded_at, coalesce(a.metadata, i.metadata), coalesce(a.revision, 1)
from ({incoming}) i
left join lateral (
  select * from {schema}.annotations n where n.transaction_id = i.id order by n.revision desc limit 1
) a on true
order by i.sequence
on conflict do nothing`,
    },
    {
      over: 'annotations',
      text: `
with incoming as (select i.transaction_id, i.revision, i.sequence, i.metadata from ({incoming}) i),
kept as (
  insert into {schema}.annotations (transaction_id, revision, sequence, metadata)
  select transaction_id, revision, sequence, metadata from incoming order by transaction_id, revision
  on conflict do nothing
)
update {schema}.transactions t set metadata = n.metadata, revision = n.revision
from (
  select distinct on (transaction_id) transaction_id, revision, metadata
  from incoming order by transaction_id, revision desc
) n
where t.id = n.transaction_id and t.revision < n.revision`,
    },
  ],
  compare: [
    {
      table: 'transactions',
      by: 'transactions',
      key: ['sequence'],
      columns: [
        ...['id', 'ledger', 'kind', 'root_id', 'parent_id', 'reference', 'description'],
        ...['effective_at', 'recorded_at', 'metadata', 'revision'],
      ],
    },
  ],
};
