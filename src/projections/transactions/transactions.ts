import type { Projection } from '../projection.js';

/** The transactions as they are searched, and how far each hold has come. */
export const transactions: Projection = {
  name: 'transactions',
  version: 1,
  tables: `
create table {schema}.transactions (
  sequence     bigint primary key,
  id           uuid not null unique,
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
-- Lists go by recorded time; the sequence, unique, settles what was recorded in the same microsecond. Both indexes grow
-- at their ends only: the cheapest there are.
create index transactions_newest on {schema}.transactions (ledger, recorded_at, sequence);
create index transactions_kind on {schema}.transactions (ledger, kind, recorded_at, sequence);
create index transactions_reference on {schema}.transactions (ledger, reference) where reference is not null;
create index transactions_metadata on {schema}.transactions using gin (metadata jsonb_path_ops)
  where metadata <> '{}';

-- Changes of metadata, kept: one may come before its transaction.
create table {schema}.annotations (
  transaction_id uuid not null,
  revision       integer not null,
  sequence       bigint not null unique,
  metadata       jsonb not null,
  primary key (transaction_id, revision)
);

-- A hold's status is that of its newest capture, void or expiry: the one after which the least remains. Its place in
-- the lists comes with the hold itself, which may come later than what closed it.
create table {schema}.holds (
  id          uuid primary key,
  ledger      text collate "C" not null,
  sequence    bigint,
  recorded_at timestamptz,
  remaining   numeric(38, 0) not null,
  status      text collate "C" not null
);
-- Of every status: a few pending ones among a million captured, or a few expired ones.
create index holds_status on {schema}.holds (ledger, status, recorded_at, sequence);

-- Every transaction up to this sequence is here, and so everything recorded before as_of: see complete.ts.
create table {schema}.complete (
  one      boolean primary key default true check (one),
  sequence bigint not null default 0,
  as_of    timestamptz not null default 'epoch',
  next     bigint,
  noted_at timestamptz,
  noted    xid8
);
insert into {schema}.complete default values;
`,
  apply: [
    {
      over: 'transactions',
      // Whichever unique index two workers meet on with the same event: naming one would let the other be an error.
      text: `
with incoming as ({incoming}),
recorded as (
  insert into {schema}.transactions (
    sequence, id, ledger, kind, root_id, parent_id, reference, description, effective_at, recorded_at, metadata,
    revision
  )
  select i.sequence, i.id, i.ledger, i.kind, i.root_id, i.parent_id, i.reference, i.description, i.effective_at,
    i.recorded_at, coalesce(a.metadata, i.metadata), coalesce(a.revision, 1)
  from incoming i
  left join lateral (
    select * from {schema}.annotations n where n.transaction_id = i.id order by n.revision desc limit 1
  ) a on true
  order by i.sequence
  on conflict do nothing
)
insert into {schema}.holds as h (id, ledger, sequence, recorded_at, remaining, status)
select distinct on (root_id)
  root_id, ledger,
  max(sequence) filter (where kind = 'hold') over chain, max(recorded_at) filter (where kind = 'hold') over chain,
  hold_remaining,
  case
    when hold_remaining > 0 then case when hold_captured > 0 then 'partially_captured' else 'pending' end
    when hold_captured > 0 then 'captured'
    when kind = 'expiry' then 'expired'
    else 'voided'
  end
from incoming
where hold_remaining is not null
window chain as (partition by root_id)
order by root_id, hold_remaining
on conflict (id) do update set
  sequence = coalesce(h.sequence, excluded.sequence),
  recorded_at = coalesce(h.recorded_at, excluded.recorded_at),
  remaining = least(h.remaining, excluded.remaining),
  status = case when h.remaining > excluded.remaining then excluded.status else h.status end
where h.remaining > excluded.remaining or (h.sequence is null and excluded.sequence is not null)
`,
    },
    {
      over: 'annotations',
      text: `
with incoming as ({incoming}),
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
where t.id = n.transaction_id and t.revision < n.revision
`,
    },
  ],
};
