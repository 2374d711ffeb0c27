import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The journal: what was recorded, and the rules the database itself holds it to.
 * Runs as counterfoil_owner. Text that is compared or sorted has collation "C": same order everywhere.
 */
export class Journal1763700000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [tables, partitions, outbox, results, checks, guards, housekeeping, privileges]) {
      await runner.query(statement);
    }
    await runner.query(checkpoints);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

const tables = `
create schema journal;

create table journal.ledgers (
  id           text collate "C" primary key,
  description  text,
  metadata     json not null default '{}',
  closed_until timestamptz,
  created_at   timestamptz not null default clock_timestamp()
);
insert into journal.ledgers (id, description) values ('main', 'The ledger that is there from the start');

-- One sequence numbers every recorded fact that makes an event. CACHE 1, drawn after the locks:
-- what follows another on an account has the greater number.
create sequence journal.sequence cache 1;
create sequence journal.account_no cache 1;

-- The row commands lock. It holds no balance: the newest entry does.
create table journal.accounts (
  no          bigint primary key,
  ledger      text collate "C" not null,
  id          text collate "C" not null,
  type        text collate "C" not null check (type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
  currency    text collate "C" not null,
  min_balance numeric(38, 0),
  max_balance numeric(38, 0),
  status      text collate "C" not null check (status in ('open', 'frozen', 'closed')),
  metadata    json not null,
  revision    integer not null check (revision > 0),
  opened_at   timestamptz not null,
  unique (ledger, id)
) with (fillfactor = 85);
-- Each written once, when an account is opened (the third when it is frozen or closed), so that a rare type, currency
-- or status is found among millions, in the order of the list.
create index accounts_newest on journal.accounts (ledger, no desc);
create index accounts_type on journal.accounts (ledger, type, no);
create index accounts_currency on journal.accounts (ledger, currency, no);
create index accounts_status on journal.accounts (ledger, status, no) where status <> 'open';
create index accounts_metadata on journal.accounts using gin ((metadata::jsonb) jsonb_path_ops);

create table journal.account_changes (
  account_no      bigint not null,
  revision        integer not null,
  sequence        bigint not null unique,
  id              uuid not null,
  kind            text collate "C" not null check (kind in ('opened', 'updated', 'frozen', 'unfrozen', 'closed')),
  min_balance     numeric(38, 0),
  max_balance     numeric(38, 0),
  status          text collate "C" not null,
  metadata        json not null,
  recorded_at     timestamptz not null,
  principal       text not null,
  idempotency_key text,
  trace           text,
  xid             xid8 not null default pg_current_xact_id(),
  primary key (account_no, revision)
);

-- No foreign keys here and on entries: measured, they cost more than all the checks below.
create table journal.transactions (
  sequence        bigint primary key,
  id              uuid not null unique,
  ledger          text collate "C" not null,
  kind            text collate "C" not null
                  check (kind in ('posting', 'hold', 'capture', 'void', 'expiry', 'reversal')),
  root_id         uuid,   -- null: the transaction is its own root
  parent_id       uuid,
  step            integer,
  account_nos     bigint[] not null,   -- leg n is the entry (account_nos[n], versions[n])
  versions        bigint[] not null,
  reference       text collate "C",
  effective_at    timestamptz not null,
  recorded_at     timestamptz not null,
  description     text,
  metadata        json,   -- json, not jsonb: events are made again byte for byte
  principal       text not null,
  idempotency_key text,
  trace           text,
  hold_amount     numeric(38, 0),
  hold_captured   numeric(38, 0),
  hold_released   numeric(38, 0),
  hold_remaining  numeric(38, 0),
  expires_at      timestamptz,
  reversed        numeric(38, 0),   -- of a reversal: how much of the original is reversed, this one included
  wallet          text collate "C" check (wallet in ('debit', 'credit', 'hold', 'commit', 'rollback')),
  wallet_reference text,
  xid             xid8 not null default pg_current_xact_id(),
  check ((kind in ('hold', 'capture', 'void', 'expiry')) = (hold_amount is not null)),
  check (hold_amount is null or (
    hold_captured >= 0 and hold_released >= 0 and hold_remaining >= 0
    and hold_captured + hold_released + hold_remaining = hold_amount) is true),
  check ((kind = 'reversal') = (coalesce(reversed, 0) > 0)),
  check ((kind in ('posting', 'hold')) = (parent_id is null)),
  check ((parent_id is null) = (step is null) and (parent_id is null) = (root_id is null)),
  check (cardinality(account_nos) between 1 and 400 and cardinality(account_nos) = cardinality(versions))
);
create unique index transactions_reference on journal.transactions (ledger, reference) where reference is not null;
create unique index transactions_step on journal.transactions (parent_id, step) where parent_id is not null;

-- Changes of a transaction's metadata: all of it after the change. Revision 1 is the transaction's own.
create table journal.annotations (
  transaction_id  uuid not null,
  revision        integer not null check (revision > 1),
  sequence        bigint not null unique,
  id              uuid not null,
  metadata        json not null,
  recorded_at     timestamptz not null,
  principal       text not null,
  idempotency_key text,
  trace           text,
  xid             xid8 not null default pg_current_xact_id(),
  primary key (transaction_id, revision)
);

-- Holds that may expire, for the sweep alone: what a hold is comes from its chain, and from that this can be made again.
create table journal.open_holds (
  id         uuid primary key,
  ledger     text collate "C" not null,
  expires_at timestamptz not null
);
create index open_holds_due on journal.open_holds (expires_at);

-- HASH partitions keep the newest entry of an account near the top of a small index however long the history.
create table journal.entries (
  account_no           bigint not null,
  version              bigint not null check (version > 0),
  transaction_sequence bigint not null,
  leg                  smallint not null check (leg > 0),
  side                 text collate "C" not null check (side in ('debit', 'credit')),
  posted               numeric(38, 0) not null check (posted >= 0),
  pending              numeric(38, 0) not null,   -- negative where a capture takes back what a hold reserved
  posted_debits        numeric(38, 0) not null,
  posted_credits       numeric(38, 0) not null,
  pending_debits       numeric(38, 0) not null check (pending_debits >= 0),
  pending_credits      numeric(38, 0) not null check (pending_credits >= 0),
  effective_at         timestamptz not null,
  max_effective_at     timestamptz not null,
  recorded_at          timestamptz not null,
  primary key (account_no, version),
  check (posted <> 0 or pending <> 0)
) partition by hash (account_no);
-- A balance at an effective time: the totals of the last version with max_effective_at before it,
-- plus the back-dated ones after it, found here.
create index entries_back_dated on journal.entries (account_no, effective_at)
  where effective_at < max_effective_at;
`;

const partitions = `
do $$
begin
  for n in 0..31 loop
    execute format('create table journal.entries_%s partition of journal.entries
                    for values with (modulus 32, remainder %s)', n, n);
  end loop;
end $$;
`;

const outbox = `
-- Text columns only where Debezium makes headers of them: an xid8 does not reach it.
create table journal.outbox (
  sequence      bigint not null,
  event_id      text not null,
  aggregatetype text not null,
  aggregateid   text not null,
  type          text not null,
  source        text not null,
  time          text not null,
  dataschema    text not null,
  payload       text not null,
  traceparent   text,
  xid           xid8 not null default pg_current_xact_id(),
  created_at    timestamptz not null default now()
) partition by range (created_at);
create index outbox_xid on journal.outbox (xid);

create publication counterfoil_outbox for table journal.outbox
  with (publish = 'insert', publish_via_partition_root = true);

-- When a day of the outbox was over: what a reader must be past before the day may go.
create table journal.outbox_days (
  day       date primary key,
  closed_lsn pg_lsn,
  closed_at  pg_snapshot
);
`;

const results = `
-- Hashed by key, not by day: a table by day can't be unique across midnight.
create table journal.command_results (
  idempotency_key text collate "C" not null,
  ledger          text collate "C" not null,
  principal       text collate "C" not null,
  fingerprint     bytea not null,
  status          smallint not null,
  body            text not null,
  created_at      timestamptz not null default now(),
  primary key (idempotency_key, ledger, principal)
) partition by hash (idempotency_key);
do $$
begin
  for n in 0..7 loop
    execute format('create table journal.command_results_%s partition of journal.command_results
                    for values with (modulus 8, remainder %s)', n, n);
  end loop;
end $$;
create index command_results_age on journal.command_results using brin (created_at) with (pages_per_range = 16);
`;

const checks = `
-- Set-wise over the rows of one statement. Entries and their transaction come in the same statement, so a
-- transaction is whole or not there at all.
create function journal.check_entries() returns trigger language plpgsql as $$
declare
  broken text;
begin
  select format('transaction %s', l.sequence) into broken
  from (
    select e.transaction_sequence as sequence, a.currency,
           sum(case e.side when 'debit' then e.posted else -e.posted end) as posted,
           sum(case e.side when 'debit' then e.pending else -e.pending end) as pending,
           count(*) as legs,
           min(cardinality(t.account_nos)) as said,
           -- A leg beyond the arrays compares as null, which bool_and would pass over.
           bool_and(coalesce(t.xid = pg_current_xact_id()
                    and t.account_nos[e.leg] = e.account_no and t.versions[e.leg] = e.version
                    and t.effective_at = e.effective_at and t.recorded_at = e.recorded_at
                    and t.ledger = a.ledger, false)) as sound
    from fresh e
    left join journal.transactions t on t.sequence = e.transaction_sequence
    left join journal.accounts a on a.no = e.account_no
    group by e.transaction_sequence, a.currency
  ) l
  group by l.sequence
  having bool_or(l.sound is not true or l.posted <> 0 or l.pending <> 0) or sum(l.legs) <> min(l.said)
  limit 1;
  if broken is not null then
    raise exception 'journal: % is not whole: debits equal credits per currency, every leg it names and no other, '
      'written by one database transaction', broken using errcode = 'check_violation';
  end if;

  select format('account %s version %s', e.account_no, e.version) into broken
  from (
    select f.*, lag(f.version) over w as v, lag(f.posted_debits) over w as pd, lag(f.posted_credits) over w as pc,
           lag(f.pending_debits) over w as hd, lag(f.pending_credits) over w as hc,
           lag(f.max_effective_at) over w as me, lag(f.recorded_at) over w as ra
    from fresh f window w as (partition by f.account_no order by f.version)
  ) e
  left join lateral (
    select * from journal.entries p
    where p.account_no = e.account_no and p.version = e.version - 1 and e.v is null
  ) p on true
  where e.version <> coalesce(e.v, p.version, 0) + 1
     or e.posted_debits <> coalesce(e.pd, p.posted_debits, 0) + case e.side when 'debit' then e.posted else 0 end
     or e.posted_credits <> coalesce(e.pc, p.posted_credits, 0) + case e.side when 'credit' then e.posted else 0 end
     or e.pending_debits <> coalesce(e.hd, p.pending_debits, 0) + case e.side when 'debit' then e.pending else 0 end
     or e.pending_credits <> coalesce(e.hc, p.pending_credits, 0) + case e.side when 'credit' then e.pending else 0 end
     or e.max_effective_at <> greatest(e.effective_at, coalesce(e.me, p.max_effective_at))
     or e.recorded_at < coalesce(e.ra, p.recorded_at)
  limit 1;
  if broken is not null then
    raise exception 'journal: % does not continue its account: versions are contiguous, totals run on', broken
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

create function journal.check_transactions() returns trigger language plpgsql as $$
declare
  broken text;
begin
  -- The entries' own check sees to the rest once there is one.
  select format('transaction %s', t.sequence) into broken
  from fresh t
  where not exists (
    select from journal.entries e
    where e.account_no = t.account_nos[1] and e.version = t.versions[1] and e.transaction_sequence = t.sequence
  ) limit 1;
  if broken is not null then
    raise exception 'journal: % has no entries', broken using errcode = 'check_violation';
  end if;

  -- What builds on another continues its chain: step by step, never taking more than was left.
  select format('transaction %s', t.sequence) into broken
  from fresh t
  left join journal.transactions p on p.id = t.parent_id
  left join journal.transactions s on s.parent_id = t.parent_id and s.step = t.step - 1
  where t.parent_id is not null and (
    p.ledger is distinct from t.ledger
    or t.root_id <> coalesce(p.root_id, p.id)
    or (t.step <> 1 and s.sequence is null)
    or case when t.kind = 'reversal'
         then p.kind not in ('posting', 'capture') or t.reversed <= coalesce(s.reversed, 0)
         else p.kind <> 'hold' or t.hold_amount <> p.hold_amount
              or t.hold_captured < coalesce(s.hold_captured, 0) or t.hold_released < coalesce(s.hold_released, 0)
              or t.hold_remaining >= coalesce(s.hold_remaining, p.hold_amount)
       end
  ) limit 1;
  if broken is not null then
    raise exception 'journal: % does not continue what it builds on: steps are contiguous, what is left only shrinks',
      broken using errcode = 'check_violation';
  end if;
  return null;
end $$;

create trigger check_entries after insert on journal.entries
  referencing new table as fresh for each statement execute function journal.check_entries();
alter table journal.entries enable always trigger check_entries;
create trigger check_transactions after insert on journal.transactions
  referencing new table as fresh for each statement execute function journal.check_transactions();
alter table journal.transactions enable always trigger check_transactions;
`;

const guards = `
create function journal.refuse() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    raise exception 'journal: insert into journal.entries, not into its partition %', tg_table_name
      using errcode = 'restrict_violation';
  end if;
  raise exception 'journal.% is append-only: % refused; correct the books by a reversal', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation';
end $$;

do $$
declare
  t text;
begin
  for t in
    select c.oid::regclass::text from pg_class c
    where c.oid in ('journal.entries'::regclass, 'journal.transactions'::regclass, 'journal.account_changes'::regclass,
                    'journal.annotations'::regclass)
       or c.oid in (select inhrelid from pg_inherits where inhparent = 'journal.entries'::regclass)
  loop
    execute format('create trigger refuse_change before update or delete or truncate on %s
                    for each statement execute function journal.refuse()', t);
    execute format('alter table %s enable always trigger refuse_change', t);
    continue when t = 'journal.entries';
    -- Statement triggers do not fire for changes applied by replication; row triggers do.
    execute format('create trigger refuse_row before update or delete on %s
                    for each row execute function journal.refuse()', t);
    execute format('alter table %s enable always trigger refuse_row', t);
    continue when t not like 'journal.entries_%';
    -- Fires only when a partition is named itself: the checks above hang on the parent.
    execute format('create trigger refuse_insert before insert on %s
                    for each statement execute function journal.refuse()', t);
    execute format('alter table %s enable always trigger refuse_insert', t);
  end loop;
end $$;
`;

const housekeeping = `
create function journal.make_outbox_days(ahead integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d date;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('journal.outbox_days'));
  perform set_config('lock_timeout', '2s', true);
  for d in select generate_series(current_date - 1, current_date + ahead, interval '1 day')::date loop
    continue when to_regclass(format('journal.outbox_%s', to_char(d, 'YYYYMMDD'))) is not null;
    -- Made alone and then attached: made as a partition, it would wait for every reader of the outbox, and every
    -- writer for it.
    execute format('create table journal.outbox_%s (like journal.outbox including all)', to_char(d, 'YYYYMMDD'));
    execute format('alter table journal.outbox attach partition journal.outbox_%s for values from (%L) to (%L)',
                   to_char(d, 'YYYYMMDD'), d::timestamp at time zone 'UTC', (d + 1)::timestamp at time zone 'UTC');
    insert into journal.outbox_days (day) values (d) on conflict do nothing;
    made := made + 1;
  end loop;
  return made;
end $$;

-- Drops days of the outbox older than what is kept, once every reader is past them; answers how many went.
-- A day is marked when it has been over for an hour: by then no writer's transaction of that day is left. A mark that
-- lies in the future came with a dump from another cluster: no reader here would ever be past it.
create function journal.drop_outbox_days(keep interval) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  d record;
  gone integer := 0;
begin
  if keep < interval '1 day' then
    raise exception 'journal: the outbox is kept for a day at least' using errcode = 'check_violation';
  end if;
  perform pg_advisory_xact_lock(hashtext('journal.outbox_days'));
  update journal.outbox_days set closed_lsn = pg_current_wal_insert_lsn(), closed_at = pg_current_snapshot()
  where (closed_lsn is null or closed_lsn > pg_current_wal_insert_lsn()
         or pg_snapshot_xmax(closed_at) > pg_snapshot_xmax(pg_current_snapshot()))
    and day < ((now() - interval '1 hour') at time zone 'UTC')::date;
  -- Inserts wait for the drop and the drop for them: rather later than long.
  perform set_config('lock_timeout', '2s', true);
  for d in select * from journal.outbox_days
           where closed_lsn is not null and day < ((now() - keep) at time zone 'UTC')::date order by day loop
    exit when exists (
      select from pg_replication_slots s
      where s.slot_name = 'counterfoil_outbox' and s.database = current_database()
        and (s.confirmed_flush_lsn is null or s.confirmed_flush_lsn < d.closed_lsn));
    exit when exists (
      select from projections.checkpoints c
      where c.source = 'tail' and (c.position ? 'replay'
        or pg_snapshot_xmin((c.position->>'snapshot')::pg_snapshot) < pg_snapshot_xmax(d.closed_at)));
    execute format('drop table if exists journal.outbox_%s', to_char(d.day, 'YYYYMMDD'));
    delete from journal.outbox_days where day = d.day;
    gone := gone + 1;
  end loop;
  return gone;
end $$;

-- Deletes a small batch of stored results older than the retention; answers how many went.
create function journal.expire_command_results(retention interval, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone integer;
begin
  if retention < interval '1 hour' then
    raise exception 'journal: stored results are kept for an hour at least' using errcode = 'check_violation';
  end if;
  delete from journal.command_results r
  using (
    select idempotency_key, ledger, principal from journal.command_results
    where created_at < now() - retention limit most for update skip locked
  ) old
  where (r.idempotency_key, r.ledger, r.principal) = (old.idempotency_key, old.ledger, old.principal);
  get diagnostics gone = row_count;
  return gone;
end $$;

-- Makes the holds that may expire again from their chains; answers how many there are. Writers of holds wait for it.
create function journal.rebuild_open_holds() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  there integer;
begin
  perform set_config('lock_timeout', '10s', true);
  lock table journal.open_holds in share row exclusive mode;
  delete from journal.open_holds;
  insert into journal.open_holds (id, ledger, expires_at)
  select h.id, h.ledger, h.expires_at
  from journal.transactions h
  where h.kind = 'hold' and h.expires_at is not null and not exists (
    select from journal.transactions s where s.parent_id = h.id and s.hold_remaining = 0);
  get diagnostics there = row_count;
  return there;
end $$;

-- The last version (up to one) of an account whose running maximum of effective time lies before a time: a binary
-- search over the primary key, since the maximum only grows. 0 when there is none.
create function journal.last_version_before(account bigint, before timestamptz, through bigint) returns bigint
language plpgsql stable parallel safe as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  reached timestamptz;
begin
  select version into high from journal.entries where account_no = account order by version desc limit 1;
  high := least(coalesce(high, 0), through);
  while low < high loop
    middle := (low + high + 1) / 2;
    select max_effective_at into reached from journal.entries where account_no = account and version = middle;
    if reached < before then low := middle; else high := middle - 1; end if;
  end loop;
  return low;
end $$;

-- The last version of an account that was recorded at a time or before it: a binary search as above, since recorded
-- time never runs backwards within an account. 0 when there is none.
create function journal.last_version_recorded(account bigint, at timestamptz) returns bigint
language plpgsql stable parallel safe as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  recorded timestamptz;
begin
  select version into high from journal.entries where account_no = account order by version desc limit 1;
  high := coalesce(high, 0);
  while low < high loop
    middle := (low + high + 1) / 2;
    select recorded_at into recorded from journal.entries where account_no = account and version = middle;
    if recorded <= at then low := middle; else high := middle - 1; end if;
  end loop;
  return low;
end $$;

-- Posted totals of the entries effective before a time, among the first versions up to one: the totals of the last
-- version before it, and the back-dated entries that came later.
create function journal.posted_before(account bigint, before timestamptz, through bigint,
  out debits numeric, out credits numeric)
language plpgsql stable parallel safe as $$
declare
  low bigint := journal.last_version_before(account, before, through);
  late_debits numeric;
  late_credits numeric;
begin
  select posted_debits, posted_credits into debits, credits
  from journal.entries where account_no = account and version = low;
  select sum(posted) filter (where side = 'debit'), sum(posted) filter (where side = 'credit')
  into late_debits, late_credits
  from journal.entries
  where account_no = account and effective_at < before and effective_at < max_effective_at
    and version > low and version <= through;
  debits := coalesce(debits, 0) + coalesce(late_debits, 0);
  credits := coalesce(credits, 0) + coalesce(late_credits, 0);
end $$;
`;

const privileges = `
grant usage on schema journal to counterfoil_app, counterfoil_projector, counterfoil_reader, counterfoil_cdc;
grant select on all tables in schema journal to counterfoil_app, counterfoil_projector, counterfoil_reader;
do $$
declare
  p text;
begin
  for p in select inhrelid::regclass::text from pg_inherits
           where inhparent in ('journal.entries'::regclass, 'journal.command_results'::regclass) loop
    execute format('revoke all on %s from counterfoil_app, counterfoil_projector, counterfoil_reader', p);
  end loop;
end $$;
grant insert on journal.ledgers, journal.accounts, journal.account_changes, journal.transactions, journal.entries,
  journal.annotations, journal.open_holds, journal.command_results, journal.outbox to counterfoil_app;
grant delete on journal.open_holds to counterfoil_app;
grant update (description, metadata) on journal.ledgers to counterfoil_app;
grant update (min_balance, max_balance, status, metadata, revision) on journal.accounts to counterfoil_app;
grant usage on sequence journal.sequence, journal.account_no to counterfoil_app;
grant select on sequence journal.sequence to counterfoil_app, counterfoil_projector, counterfoil_reader;
grant select on journal.outbox to counterfoil_cdc;
revoke execute on all functions in schema journal from public;
grant execute on function journal.make_outbox_days(integer), journal.drop_outbox_days(interval),
  journal.expire_command_results(interval, integer), journal.rebuild_open_holds()
  to counterfoil_app;
grant execute on function journal.last_version_before(bigint, timestamptz, bigint),
  journal.last_version_recorded(bigint, timestamptz),
  journal.posted_before(bigint, timestamptz, bigint)
  to counterfoil_app, counterfoil_projector, counterfoil_reader;
select journal.make_outbox_days(7);
`;

export const checkpoints = `
-- Where each reader of the events stands; written in the transaction that applies what it read.
create schema projections;
create table projections.checkpoints (
  consumer   text collate "C" not null,
  source     text collate "C" not null check (source in ('kafka', 'tail')),
  partition  text collate "C" not null,
  position   jsonb not null,
  applied    bigint not null default 0,
  as_of      timestamptz,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (consumer, partition)
);
-- The version of each projection that readers use; each version has a schema of its own.
create table projections.active (
  projection text collate "C" primary key,
  version    integer not null,
  since      timestamptz not null default clock_timestamp()
);
grant usage on schema projections to counterfoil_app, counterfoil_projector, counterfoil_reader;
grant select on all tables in schema projections to counterfoil_app, counterfoil_reader;
grant select, insert, update, delete on all tables in schema projections to counterfoil_projector;
`;
