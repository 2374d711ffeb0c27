import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an append costs: fewer partitions to set up for each statement, checks that ask about chains only where there are
 * any, and stored results that refer to a transaction instead of repeating it. Runs as counterfoil_owner.
 */
export class HotPath1763700000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      locks,
      results,
      builds,
      entries,
      guards,
      checkEntries,
      checkPending,
      checkTransactions,
      expectAccounts,
    ]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

const locks = `
-- What is copied must not be written to meanwhile. (Who writes to it is of the release before, and can't any more.)
lock table journal.command_results, journal.entries, journal.transactions in access exclusive mode;
`;

const results = `
-- By a digest of ledger, principal and key instead of these: a third of the bytes, in the index too. The answer of a
-- command that recorded a transaction is made again from that, byte for byte. No partitions: each statement would set
-- up all of them.
create table journal.command_results_again (
  created_at           timestamptz not null default now(),
  transaction_sequence bigint,
  -- The first half of the SHA-256 of the three, a line each.
  key                  uuid not null,
  status               smallint not null,
  fingerprint          bytea not null,
  body                 text,
  check (num_nonnulls(body, transaction_sequence) = 1)
);
insert into journal.command_results_again
select created_at, null, encode(substr(sha256(convert_to(
  ledger || e'\\n' || principal || e'\\n' || idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid, status, fingerprint, body
from journal.command_results;
drop table journal.command_results;
alter table journal.command_results_again rename to command_results;
alter table journal.command_results rename constraint command_results_again_check to command_results_check;
alter table journal.command_results add primary key (key);
create index command_results_age on journal.command_results using brin (created_at) with (pages_per_range = 16);
grant select, insert on journal.command_results to counterfoil_app;
grant select on journal.command_results to counterfoil_projector, counterfoil_reader;

create or replace function journal.expire_command_results(retention interval, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  gone integer;
begin
  if retention < interval '1 hour' then
    raise exception 'journal: stored results are kept for an hour at least' using errcode = 'check_violation';
  end if;
  delete from journal.command_results r
  using (
    select key from journal.command_results where created_at < now() - retention limit most for update skip locked
  ) old
  where r.key = old.key;
  get diagnostics gone = row_count;
  return gone;
end $$;
`;

const builds = `
-- Slices of builds that are underway name pages of the old partitions: such a build is begun anew.
do $$
declare
  v record;
begin
  for v in delete from projections.versions where state = 'building' returning projection, version loop
    execute format('drop schema if exists %I cascade', replace(v.projection, '-', '_') || '_v' || v.version);
  end loop;
end $$;
`;

/** Hash partitions of the entries: each statement that may meet any of them sets up all of them. */
const PARTITIONS = 8;

const entries = `
-- Copied, not changed: every row, with what may be done to the table.
create table journal.entries_again (like journal.entries including constraints) partition by hash (account_no);
do $$
declare
  acl record;
  published constant boolean := exists (
    select from pg_publication_tables where pubname = 'counterfoil_analysts' and tablename = 'entries');
  granted constant aclitem[] := (select relacl from pg_class where oid = 'journal.entries'::regclass);
begin
  for n in 0..${PARTITIONS - 1} loop
    execute format('create table journal.entries_again_%s partition of journal.entries_again
                    for values with (modulus ${PARTITIONS}, remainder %s)', n, n);
  end loop;
  insert into journal.entries_again select * from journal.entries;
  drop table journal.entries;
  alter table journal.entries_again rename to entries;
  for n in 0..${PARTITIONS - 1} loop
    execute format('alter table journal.entries_again_%s rename to entries_%s', n, n);
    execute format('grant select on journal.entries_%s to counterfoil_projector', n);
  end loop;
  alter table journal.entries add primary key (account_no, version);
  create index entries_back_dated on journal.entries (account_no, effective_at, version)
    where effective_at < max_effective_at;
  for acl in select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee, a.privilege_type from aclexplode(granted) a
             where a.grantee <> a.grantor loop
    execute format('grant %s on journal.entries to %s', acl.privilege_type, acl.grantee);
  end loop;
  -- No ANALYZE here: it would tell the planner of new journals that these tables are empty, and sessions that plan
  -- for themselves would scan them for each row of a long statement. Autovacuum sees to the filled ones.
  -- Last, so that none of the copies is taken for something new.
  if published then alter publication counterfoil_analysts add table journal.entries; end if;
end $$;
`;

const guards = `
do $$
declare
  t text;
begin
  for t in
    select 'journal.entries'
    union all select inhrelid::regclass::text from pg_inherits where inhparent = 'journal.entries'::regclass
  loop
    execute format('create trigger refuse_change before update or delete or truncate on %s
                    for each statement execute function journal.refuse()', t);
    execute format('alter table %s enable always trigger refuse_change', t);
    continue when t = 'journal.entries';
    execute format('create trigger refuse_row before update or delete on %s
                    for each row execute function journal.refuse()', t);
    execute format('alter table %s enable always trigger refuse_row', t);
    execute format('create trigger refuse_insert before insert on %s
                    for each statement execute function journal.refuse()', t);
    execute format('alter table %s enable always trigger refuse_insert', t);
  end loop;
end $$;
create trigger check_entries after insert on journal.entries
  referencing new table as fresh for each statement execute function journal.check_entries();
alter table journal.entries enable always trigger check_entries;
create trigger check_pending after insert on journal.entries
  referencing new table as fresh for each statement execute function journal.check_pending();
alter table journal.entries enable always trigger check_pending;
`;

const checkEntries = `
create or replace function journal.check_entries() returns trigger language plpgsql as $$
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
           bool_and(coalesce(t.xid = pg_current_xact_id()
                    and t.account_nos[e.leg] = e.account_no and t.versions[e.leg] = e.version
                    and t.effective_at = e.effective_at and t.recorded_at = e.recorded_at
                    and t.ledger = a.ledger, false)) as sound
    from fresh e
    left join lateral (select * from journal.transactions where sequence = e.transaction_sequence limit 1) t on true
    left join lateral (select * from journal.accounts where no = e.account_no limit 1) a on true
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
    where p.account_no = e.account_no and p.version = e.version - 1 and e.v is null limit 1
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
`;

const checkPending = `
create or replace function journal.check_pending() returns trigger language plpgsql as $$
declare
  broken text;
begin
  if not exists (select from fresh where pending <> 0) then return null; end if;
  select format('transaction %s', t.sequence) into broken
  from fresh e cross join lateral (
    select * from journal.transactions where sequence = e.transaction_sequence limit 1
  ) t
  where e.pending <> 0 and t.kind = 'posting' limit 1;
  if broken is not null then
    raise exception 'journal: % is a posting and reserves', broken using errcode = 'check_violation';
  end if;
  return null;
end $$;
`;

const checkTransactions = `
create or replace function journal.check_transactions() returns trigger language plpgsql as $$
declare
  broken text;
begin
  -- Every look-up below stands by itself (a subquery, a limit), so that it is one by its index whatever the planner
  -- knows: a session keeps its plans, and one that was made while the journal was small would read all of it later.
  -- The entries' own check sees to the rest once there is one.
  select format('transaction %s', t.sequence) into broken
  from fresh t
  where t.sequence is distinct from (
    select e.transaction_sequence from journal.entries e
    where e.account_no = t.account_nos[1] and e.version = t.versions[1]
  ) limit 1;
  if broken is not null then
    raise exception 'journal: % has no entries', broken using errcode = 'check_violation';
  end if;

  if not exists (select from fresh where parent_id is not null or kind <> 'posting') then return null; end if;

  -- What builds on another continues its chain: step by step, never taking more than was left.
  select format('transaction %s', t.sequence) into broken
  from fresh t
  left join lateral (select * from journal.transactions where id = t.parent_id limit 1) p on true
  left join lateral (
    select * from journal.transactions where parent_id = t.parent_id and step = t.step - 1 limit 1
  ) s on true
  where t.parent_id is not null and (
    p.ledger is distinct from t.ledger
    or t.root_id <> coalesce(p.root_id, p.id)
    or (t.step <> 1 and s.sequence is null)
    or case when t.kind = 'reversal'
         then p.kind not in ('posting', 'capture') or t.reversed <= coalesce(s.reversed, 0)
         else p.kind <> 'hold' or t.hold_amount <> p.hold_amount
              or t.hold_captured < coalesce(s.hold_captured, 0) or t.hold_released < coalesce(s.hold_released, 0)
              or t.hold_remaining >= coalesce(s.hold_remaining, p.hold_amount)
              or case when t.kind = 'capture' then t.hold_captured <= coalesce(s.hold_captured, 0)
                   else t.hold_captured <> coalesce(s.hold_captured, 0) or t.hold_remaining <> 0
                 end
       end
  ) limit 1;
  if broken is not null then
    raise exception 'journal: % does not continue what it builds on: steps are contiguous, what is left only shrinks',
      broken using errcode = 'check_violation';
  end if;

  -- And its entries (e) do what it says: on the accounts of the entries of what it builds on (o), leg by leg; of more
  -- than two legs all at once. Postings build on nothing and pay nothing for this.
  select format('transaction %s', t.sequence) into broken
  from fresh t
  left join lateral (select * from journal.transactions where id = t.parent_id limit 1) p on true
  left join lateral (
    select * from journal.transactions where parent_id = t.parent_id and step = t.step - 1 limit 1
  ) s on true
  cross join lateral (
    select
      bool_and(coalesce(case
        when t.kind = 'hold' then e.posted = 0 and e.pending > 0
        when e.account_no <> o.account_no then false
        when t.kind = 'reversal' then
          e.side <> o.side and e.pending = 0
          and e.posted = case when cardinality(p.account_nos) > 2 then o.posted
                              else t.reversed - coalesce(s.reversed, 0) end
        when cardinality(p.account_nos) > 2 then
          e.side = o.side and e.pending = -o.pending
          and e.posted = case t.kind when 'capture' then o.pending else 0 end
        else
          e.side = o.side and e.pending = t.hold_remaining - coalesce(s.hold_remaining, p.hold_amount)
          and e.posted = t.hold_captured - coalesce(s.hold_captured, 0)
      end, false)) as sound,
      sum(e.pending) filter (
        where e.side = 'debit' and a.currency = (select currency from journal.accounts where no = t.account_nos[1])
      ) as reserved,
      min(o.posted) filter (where l.leg = 1) as original
    from unnest(t.account_nos, t.versions, p.account_nos, p.versions)
      with ordinality l (account_no, version, of_account, of_version, leg)
    left join lateral (
      select * from journal.entries where account_no = l.account_no and version = l.version limit 1
    ) e on true
    left join lateral (
      select * from journal.entries where account_no = l.of_account and version = l.of_version limit 1
    ) o on true
    left join lateral (select * from journal.accounts where no = l.account_no limit 1) a on true
  ) legs
  where t.kind <> 'posting' and (
    legs.sound is not true
    or case t.kind
         when 'hold' then t.hold_amount is distinct from legs.reserved or t.hold_remaining <> t.hold_amount
         when 'reversal' then t.reversed > legs.original
                              or (cardinality(p.account_nos) > 2 and t.reversed <> legs.original)
         else cardinality(p.account_nos) > 2 and t.hold_amount not in (t.hold_captured, t.hold_released)
       end
  ) limit 1;
  if broken is not null then
    raise exception 'journal: % does not do what it says of its chain: it takes, gives back or reverses something else',
      broken using errcode = 'check_violation';
  end if;
  return null;
end $$;
`;

const expectAccounts = `
-- For a batch that was decided before it had its locks: that the accounts are what it took them for, by the sequence of
-- the newest entry's transaction. Not by its version: where the batch before has failed, another's may have that.
create function journal.expect_accounts(nos bigint[], revisions integer[], sequences bigint[], drawn timestamptz)
returns void language plpgsql stable as $$
begin
  if clock_timestamp() > drawn + interval '3 seconds' then
    raise exception 'journal: the locks took too long to come' using errcode = 'serialization_failure';
  end if;
  if exists (
    select from unnest(nos, revisions, sequences) n (no, revision, sequence)
    cross join lateral (select revision from journal.accounts where no = n.no limit 1) a
    cross join lateral (
      select coalesce((
        select e.transaction_sequence from journal.entries e where e.account_no = n.no order by e.version desc limit 1
      ), 0) as sequence
    ) h
    where a.revision <> n.revision or h.sequence <> n.sequence
  ) then
    raise exception 'journal: an account has changed meanwhile' using errcode = 'serialization_failure';
  end if;
end $$;
revoke execute on function journal.expect_accounts(bigint[], integer[], bigint[], timestamptz) from public;
grant execute on function journal.expect_accounts(bigint[], integer[], bigint[], timestamptz) to counterfoil_app;
`;
