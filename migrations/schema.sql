-- What the migrations come to, by pg_dump of Postgres 15: npm run schema. For reading; nothing runs it.
CREATE SCHEMA balances_v1;

ALTER SCHEMA balances_v1 OWNER TO counterfoil_projector;

CREATE SCHEMA counterfoil;

ALTER SCHEMA counterfoil OWNER TO counterfoil_owner;

CREATE SCHEMA daily_totals_v1;

ALTER SCHEMA daily_totals_v1 OWNER TO counterfoil_projector;

CREATE SCHEMA holds_v1;

ALTER SCHEMA holds_v1 OWNER TO counterfoil_projector;

CREATE SCHEMA journal;

ALTER SCHEMA journal OWNER TO counterfoil_owner;

CREATE SCHEMA lines_v1;

ALTER SCHEMA lines_v1 OWNER TO counterfoil_projector;

CREATE SCHEMA projections;

ALTER SCHEMA projections OWNER TO counterfoil_owner;

CREATE SCHEMA transactions_v1;

ALTER SCHEMA transactions_v1 OWNER TO counterfoil_projector;

CREATE SCHEMA trial_balance_v1;

ALTER SCHEMA trial_balance_v1 OWNER TO counterfoil_projector;

CREATE FUNCTION balances_v1.magnitude(amount numeric) RETURNS smallint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((sign(amount) * (((10 * length((abs(amount))::text)) + ("left"((abs(amount))::text, 1))::integer))::numeric))::smallint;

ALTER FUNCTION balances_v1.magnitude(amount numeric) OWNER TO counterfoil_projector;

CREATE FUNCTION journal.check_annotations() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  broken text;
begin
  select format('revision %s of transaction %s', n.revision, n.transaction_id) into broken
  from fresh n
  where (select t.id from journal.transactions t where t.id = n.transaction_id) is null
     or (n.revision > 2 and (
       select b.id from journal.annotations b
       where b.transaction_id = n.transaction_id and b.revision = n.revision - 1) is null)
  limit 1;
  if broken is not null then
    raise exception 'journal: % does not continue: revisions are contiguous, of a transaction that is there', broken
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

ALTER FUNCTION journal.check_annotations() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.check_entries() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION journal.check_entries() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.check_pending() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION journal.check_pending() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.check_seals() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  broken text;
begin
  select format('seal %s of ledger %s', n.number, n.ledger) into broken
  from fresh n
  left join journal.seals p on p.ledger = n.ledger and p.number = n.number - 1
  where n.xid <> pg_current_xact_id()
     or (p.number is null and n.number <> 1)
     or n.after_sequence <> coalesce(p.through_sequence, 0)
     or n.previous <> coalesce(p.hash, decode(repeat('00', 32), 'hex'))
  limit 1;
  if broken is not null then
    raise exception 'journal: % does not continue its chain: numbers and ranges are contiguous, each names the hash before',
      broken using errcode = 'check_violation';
  end if;
  return null;
end $$;

ALTER FUNCTION journal.check_seals() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.check_transactions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION journal.check_transactions() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.count_commands(of_day date, principals text[], commands bigint[]) RETURNS TABLE(principal text, used bigint)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  insert into journal.quotas as q (principal, day, used)
  -- In one order, so that two processes don't wait for each other.
  select n.principal, of_day, n.commands from unnest(principals, commands) n (principal, commands) order by 1
  on conflict (principal, day) do update set used = q.used + excluded.used
  returning q.principal, q.used
$$;

ALTER FUNCTION journal.count_commands(of_day date, principals text[], commands bigint[]) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.drop_outbox_days(keep interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION journal.drop_outbox_days(keep interval) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.drop_quota_days() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  delete from journal.quotas where day < (clock_timestamp() at time zone 'UTC')::date - 7
$$;

ALTER FUNCTION journal.drop_quota_days() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.expect_accounts(nos bigint[], revisions integer[], sequences bigint[], drawn timestamp with time zone) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
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

ALTER FUNCTION journal.expect_accounts(nos bigint[], revisions integer[], sequences bigint[], drawn timestamp with time zone) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.expire_command_results(retention interval, most integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION journal.expire_command_results(retention interval, most integer) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.last_version_before(account bigint, before timestamp with time zone, through bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
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

ALTER FUNCTION journal.last_version_before(account bigint, before timestamp with time zone, through bigint) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.last_version_recorded(account bigint, at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
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

ALTER FUNCTION journal.last_version_recorded(account bigint, at timestamp with time zone) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.leaves(after bigint, through bigint) RETURNS TABLE(ledger text, sequence bigint, kind text, id uuid, leaf bytea)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
  select r.ledger, r.sequence, r.kind, r.id, sha256('\x00'::bytea || convert_to(r.record, 'UTF8'))
  from journal.records(after, through) r
$$;

ALTER FUNCTION journal.leaves(after bigint, through bigint) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.make_outbox_days(ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION journal.make_outbox_days(ahead integer) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.posted_before(account bigint, before timestamp with time zone, through bigint, OUT debits numeric, OUT credits numeric) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
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

ALTER FUNCTION journal.posted_before(account bigint, before timestamp with time zone, through bigint, OUT debits numeric, OUT credits numeric) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.rebuild_open_holds() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

ALTER FUNCTION journal.rebuild_open_holds() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.records(after bigint, through bigint) RETURNS TABLE(ledger text, sequence bigint, kind text, id uuid, record text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
  select t.ledger, t.sequence, 'transaction' as kind, t.id, row_to_json(r)::text as record
  from journal.transactions t
  cross join lateral (
    select 'transaction' as record, t.sequence::text as sequence, t.id, t.ledger, t.kind, t.root_id, t.parent_id, t.step,
      t.reference, t.effective_at, t.recorded_at, t.description, t.metadata::text as metadata, t.principal,
      t.idempotency_key, t.trace, t.hold_amount::text as hold_amount, t.hold_captured::text as hold_captured,
      t.hold_released::text as hold_released, t.hold_remaining::text as hold_remaining, t.expires_at,
      t.reversed::text as reversed, t.wallet, t.wallet_reference,
      (select array_to_json(array_agg(row_to_json(x) order by x.at))
       from (
         select l.at, e.leg, e.transaction_sequence::text as sequence, e.account_no::text as account_no, a.id as account,
           a.currency, e.version::text as version, e.side, e.posted::text as posted, e.pending::text as pending,
           e.posted_debits::text as posted_debits, e.posted_credits::text as posted_credits,
           e.pending_debits::text as pending_debits, e.pending_credits::text as pending_credits,
           e.effective_at, e.max_effective_at, e.recorded_at
         from unnest(t.account_nos, t.versions) with ordinality l (account_no, version, at)
         -- By their indexes, whatever the planner knows of the sizes.
         left join lateral (
           select * from journal.entries where account_no = l.account_no and version = l.version limit 1
         ) e on true
         left join lateral (
           select n.id, n.currency from journal.accounts n where n.no = l.account_no limit 1
         ) a on true
       ) x) as entries
  ) r
  where t.sequence > after and t.sequence <= through
  union all
  select a.ledger, c.sequence, 'account_change', c.id, row_to_json(r)::text
  from journal.account_changes c join journal.accounts a on a.no = c.account_no
  cross join lateral (
    select 'account_change' as record, c.sequence::text as sequence, c.id, a.ledger, a.no::text as account_no,
      a.id as account, a.type, a.currency, a.opened_at, c.revision, c.kind, c.min_balance::text as min_balance,
      c.max_balance::text as max_balance, c.status, c.metadata::text as metadata, c.recorded_at, c.principal,
      c.idempotency_key, c.trace
  ) r
  where c.sequence > after and c.sequence <= through
  union all
  select t.ledger, n.sequence, 'annotation', n.id, row_to_json(r)::text
  from journal.annotations n join journal.transactions t on t.id = n.transaction_id
  cross join lateral (
    select 'annotation' as record, n.sequence::text as sequence, n.id, t.ledger, n.transaction_id, n.revision,
      n.metadata::text as metadata, n.recorded_at, n.principal, n.idempotency_key, n.trace
  ) r
  where n.sequence > after and n.sequence <= through
$$;

ALTER FUNCTION journal.records(after bigint, through bigint) OWNER TO counterfoil_owner;

CREATE FUNCTION journal.refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if tg_op = 'INSERT' then
    raise exception 'journal: insert into journal.entries, not into its partition %', tg_table_name
      using errcode = 'restrict_violation';
  end if;
  raise exception 'journal.% is append-only: % refused; correct the books by a reversal', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation';
end $$;

ALTER FUNCTION journal.refuse() OWNER TO counterfoil_owner;

CREATE FUNCTION journal.totals_at(account bigint, effective timestamp with time zone, recorded timestamp with time zone, OUT version bigint, OUT posted_debits numeric, OUT posted_credits numeric, OUT pending_debits numeric, OUT pending_credits numeric) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
declare
  through bigint;
  late record;
begin
  if recorded is null then
    select e.version into through from journal.entries e where e.account_no = account
    order by e.version desc limit 1;
  else
    through := journal.last_version_recorded(account, recorded);
  end if;
  through := coalesce(through, 0);
  version := case when effective is null then through
    else journal.last_version_before(account, effective + interval '1 microsecond', through) end;
  select e.posted_debits, e.posted_credits, e.pending_debits, e.pending_credits
  into posted_debits, posted_credits, pending_debits, pending_credits
  from journal.entries e where e.account_no = account and e.version = totals_at.version;
  posted_debits := coalesce(posted_debits, 0);
  posted_credits := coalesce(posted_credits, 0);
  pending_debits := coalesce(pending_debits, 0);
  pending_credits := coalesce(pending_credits, 0);
  if version < through then
    select coalesce(sum(e.posted) filter (where e.side = 'debit'), 0) as posted_debits,
      coalesce(sum(e.posted) filter (where e.side = 'credit'), 0) as posted_credits,
      coalesce(sum(e.pending) filter (where e.side = 'debit'), 0) as pending_debits,
      coalesce(sum(e.pending) filter (where e.side = 'credit'), 0) as pending_credits
    into late
    from journal.entries e
    where e.account_no = account and e.effective_at <= effective and e.effective_at < e.max_effective_at
      and e.version > totals_at.version and e.version <= through;
    posted_debits := posted_debits + late.posted_debits;
    posted_credits := posted_credits + late.posted_credits;
    pending_debits := pending_debits + late.pending_debits;
    pending_credits := pending_credits + late.pending_credits;
  end if;
end $$;

ALTER FUNCTION journal.totals_at(account bigint, effective timestamp with time zone, recorded timestamp with time zone, OUT version bigint, OUT posted_debits numeric, OUT posted_credits numeric, OUT pending_debits numeric, OUT pending_credits numeric) OWNER TO counterfoil_owner;

CREATE FUNCTION projections.publish_balances(schema text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
begin
  if schema !~ '^balances_v[0-9]+$' then
    raise exception 'projections: % is no version of the balances', schema using errcode = 'invalid_parameter_value';
  end if;
  if not exists (select from pg_publication where pubname = 'counterfoil_analysts') then
    return;
  end if;
  execute format('grant usage on schema %I to counterfoil_cdc', schema);
  execute format('grant select on %I.balances to counterfoil_cdc', schema);
  execute format('alter publication counterfoil_analysts set table journal.entries, %I.balances', schema);
end $_$;

ALTER FUNCTION projections.publish_balances(schema text) OWNER TO counterfoil_owner;

CREATE TABLE balances_v1.balances (
    account_no bigint NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    account_type text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    posted_debits numeric(38,0) NOT NULL,
    posted_credits numeric(38,0) NOT NULL,
    pending_debits numeric(38,0) NOT NULL,
    pending_credits numeric(38,0) NOT NULL,
    sequence bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    balance numeric(38,0) GENERATED ALWAYS AS (
CASE
    WHEN (account_type = ANY (ARRAY['asset'::text, 'expense'::text])) THEN (posted_debits - posted_credits)
    ELSE (posted_credits - posted_debits)
END) STORED NOT NULL,
    magnitude smallint GENERATED ALWAYS AS (balances_v1.magnitude(
CASE
    WHEN (account_type = ANY (ARRAY['asset'::text, 'expense'::text])) THEN (posted_debits - posted_credits)
    ELSE (posted_credits - posted_debits)
END)) STORED NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE balances_v1.balances OWNER TO counterfoil_projector;

CREATE TABLE counterfoil.counterfoil_migrations (
    id integer NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL
);

ALTER TABLE counterfoil.counterfoil_migrations OWNER TO counterfoil_owner;

CREATE SEQUENCE counterfoil.counterfoil_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE counterfoil.counterfoil_migrations_id_seq OWNER TO counterfoil_owner;

ALTER SEQUENCE counterfoil.counterfoil_migrations_id_seq OWNED BY counterfoil.counterfoil_migrations.id;

CREATE TABLE daily_totals_v1.days (
    account_no bigint NOT NULL,
    day date NOT NULL,
    debits numeric(38,0) NOT NULL,
    credits numeric(38,0) NOT NULL,
    entries bigint NOT NULL,
    versions int8multirange NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE daily_totals_v1.days OWNER TO counterfoil_projector;

CREATE TABLE holds_v1.holds (
    id uuid NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    sequence bigint,
    recorded_at timestamp with time zone,
    expires_at timestamp with time zone,
    account_nos bigint[],
    remaining numeric(38,0) NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C"
);

ALTER TABLE holds_v1.holds OWNER TO counterfoil_projector;

CREATE TABLE journal.account_changes (
    account_no bigint NOT NULL,
    revision integer NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    min_balance numeric(38,0),
    max_balance numeric(38,0),
    status text NOT NULL COLLATE pg_catalog."C",
    metadata json NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    principal text NOT NULL,
    idempotency_key text,
    trace text,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT account_changes_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'updated'::text, 'frozen'::text, 'unfrozen'::text, 'closed'::text])))
);

ALTER TABLE journal.account_changes OWNER TO counterfoil_owner;

CREATE SEQUENCE journal.account_no
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE journal.account_no OWNER TO counterfoil_owner;

CREATE TABLE journal.accounts (
    no bigint NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    min_balance numeric(38,0),
    max_balance numeric(38,0),
    status text NOT NULL COLLATE pg_catalog."C",
    metadata json NOT NULL,
    revision integer NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    CONSTRAINT accounts_revision_check CHECK ((revision > 0)),
    CONSTRAINT accounts_status_check CHECK ((status = ANY (ARRAY['open'::text, 'frozen'::text, 'closed'::text]))),
    CONSTRAINT accounts_type_check CHECK ((type = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'revenue'::text, 'expense'::text])))
)
WITH (fillfactor='85');

ALTER TABLE journal.accounts OWNER TO counterfoil_owner;

CREATE TABLE journal.annotations (
    transaction_id uuid NOT NULL,
    revision integer NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    metadata json NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    principal text NOT NULL,
    idempotency_key text,
    trace text,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT annotations_revision_check CHECK ((revision > 1))
);

ALTER TABLE journal.annotations OWNER TO counterfoil_owner;

CREATE TABLE journal.command_results (
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    transaction_sequence bigint,
    key uuid NOT NULL,
    status smallint NOT NULL,
    fingerprint bytea NOT NULL,
    body text,
    CONSTRAINT command_results_check CHECK ((num_nonnulls(body, transaction_sequence) = 1))
);

ALTER TABLE journal.command_results OWNER TO counterfoil_owner;

CREATE TABLE journal.entries (
    account_no bigint NOT NULL,
    version bigint NOT NULL,
    transaction_sequence bigint NOT NULL,
    leg smallint NOT NULL,
    side text NOT NULL COLLATE pg_catalog."C",
    posted numeric(38,0) NOT NULL,
    pending numeric(38,0) NOT NULL,
    posted_debits numeric(38,0) NOT NULL,
    posted_credits numeric(38,0) NOT NULL,
    pending_debits numeric(38,0) NOT NULL,
    pending_credits numeric(38,0) NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    max_effective_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT entries_check CHECK (((posted <> (0)::numeric) OR (pending <> (0)::numeric))),
    CONSTRAINT entries_leg_check CHECK ((leg > 0)),
    CONSTRAINT entries_pending_credits_check CHECK ((pending_credits >= (0)::numeric)),
    CONSTRAINT entries_pending_debits_check CHECK ((pending_debits >= (0)::numeric)),
    CONSTRAINT entries_posted_check CHECK ((posted >= (0)::numeric)),
    CONSTRAINT entries_side_check CHECK ((side = ANY (ARRAY['debit'::text, 'credit'::text]))),
    CONSTRAINT entries_version_check CHECK ((version > 0))
)
PARTITION BY HASH (account_no);

ALTER TABLE journal.entries OWNER TO counterfoil_owner;

CREATE TABLE journal.entries_0 (
    account_no bigint NOT NULL,
    version bigint NOT NULL,
    transaction_sequence bigint NOT NULL,
    leg smallint NOT NULL,
    side text NOT NULL COLLATE pg_catalog."C",
    posted numeric(38,0) NOT NULL,
    pending numeric(38,0) NOT NULL,
    posted_debits numeric(38,0) NOT NULL,
    posted_credits numeric(38,0) NOT NULL,
    pending_debits numeric(38,0) NOT NULL,
    pending_credits numeric(38,0) NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    max_effective_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT entries_check CHECK (((posted <> (0)::numeric) OR (pending <> (0)::numeric))),
    CONSTRAINT entries_leg_check CHECK ((leg > 0)),
    CONSTRAINT entries_pending_credits_check CHECK ((pending_credits >= (0)::numeric)),
    CONSTRAINT entries_pending_debits_check CHECK ((pending_debits >= (0)::numeric)),
    CONSTRAINT entries_posted_check CHECK ((posted >= (0)::numeric)),
    CONSTRAINT entries_side_check CHECK ((side = ANY (ARRAY['debit'::text, 'credit'::text]))),
    CONSTRAINT entries_version_check CHECK ((version > 0))
);

ALTER TABLE journal.entries_0 OWNER TO counterfoil_owner;

CREATE TABLE journal.ledgers (
    id text NOT NULL COLLATE pg_catalog."C",
    description text,
    metadata json DEFAULT '{}'::json NOT NULL,
    closed_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE journal.ledgers OWNER TO counterfoil_owner;

CREATE TABLE journal.open_holds (
    id uuid NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE journal.open_holds OWNER TO counterfoil_owner;

CREATE TABLE journal.outbox (
    sequence bigint NOT NULL,
    event_id text NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    "time" text NOT NULL,
    dataschema text NOT NULL,
    payload text NOT NULL,
    traceparent text,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY RANGE (created_at);

ALTER TABLE journal.outbox OWNER TO counterfoil_owner;

CREATE TABLE journal.outbox_days (
    day date NOT NULL,
    closed_lsn pg_lsn,
    closed_at pg_snapshot
);

ALTER TABLE journal.outbox_days OWNER TO counterfoil_owner;

CREATE TABLE journal.proofs (
    id bigint NOT NULL,
    part text NOT NULL COLLATE pg_catalog."C",
    began_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    horizon bigint NOT NULL,
    looked jsonb NOT NULL,
    findings bigint NOT NULL,
    CONSTRAINT proofs_findings_check CHECK ((findings >= 0))
);

ALTER TABLE journal.proofs OWNER TO counterfoil_owner;

ALTER TABLE journal.proofs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME journal.proofs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE journal.quotas (
    principal text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    used bigint NOT NULL,
    CONSTRAINT quotas_used_check CHECK ((used >= 0))
);

ALTER TABLE journal.quotas OWNER TO counterfoil_owner;

CREATE TABLE journal.seals (
    ledger text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    after_sequence bigint NOT NULL,
    through_sequence bigint NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    signature bytea,
    key_id text,
    sequences bigint[] NOT NULL,
    leaves bytea NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT seals_after_sequence_check CHECK ((after_sequence >= 0)),
    CONSTRAINT seals_check CHECK ((sequence > through_sequence)),
    CONSTRAINT seals_check1 CHECK ((through_sequence > after_sequence)),
    CONSTRAINT seals_check2 CHECK (((key_id IS NULL) = (signature IS NULL))),
    CONSTRAINT seals_check3 CHECK ((octet_length(leaves) = (32 * cardinality(sequences)))),
    CONSTRAINT seals_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT seals_number_check CHECK ((number > 0)),
    CONSTRAINT seals_previous_check CHECK ((octet_length(previous) = 32)),
    CONSTRAINT seals_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT seals_sequences_check CHECK ((cardinality(sequences) > 0)),
    CONSTRAINT seals_signature_check CHECK ((octet_length(signature) = 64))
);
ALTER TABLE ONLY journal.seals ALTER COLUMN leaves SET STORAGE EXTERNAL;

ALTER TABLE journal.seals OWNER TO counterfoil_owner;

CREATE SEQUENCE journal.sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE journal.sequence OWNER TO counterfoil_owner;

CREATE TABLE journal.transactions (
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    root_id uuid,
    parent_id uuid,
    step integer,
    account_nos bigint[] NOT NULL,
    versions bigint[] NOT NULL,
    reference text COLLATE pg_catalog."C",
    effective_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    description text,
    metadata json,
    principal text NOT NULL,
    idempotency_key text,
    trace text,
    hold_amount numeric(38,0),
    hold_captured numeric(38,0),
    hold_released numeric(38,0),
    hold_remaining numeric(38,0),
    expires_at timestamp with time zone,
    reversed numeric(38,0),
    wallet text COLLATE pg_catalog."C",
    wallet_reference text,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT transactions_check CHECK (((kind = ANY (ARRAY['hold'::text, 'capture'::text, 'void'::text, 'expiry'::text])) = (hold_amount IS NOT NULL))),
    CONSTRAINT transactions_check1 CHECK (((hold_amount IS NULL) OR (((hold_captured >= (0)::numeric) AND (hold_released >= (0)::numeric) AND (hold_remaining >= (0)::numeric) AND (((hold_captured + hold_released) + hold_remaining) = hold_amount)) IS TRUE))),
    CONSTRAINT transactions_check2 CHECK (((kind = 'reversal'::text) = (COALESCE(reversed, (0)::numeric) > (0)::numeric))),
    CONSTRAINT transactions_check3 CHECK (((kind = ANY (ARRAY['posting'::text, 'hold'::text])) = (parent_id IS NULL))),
    CONSTRAINT transactions_check4 CHECK ((((parent_id IS NULL) = (step IS NULL)) AND ((parent_id IS NULL) = (root_id IS NULL)))),
    CONSTRAINT transactions_check5 CHECK ((((cardinality(account_nos) >= 1) AND (cardinality(account_nos) <= 400)) AND (cardinality(account_nos) = cardinality(versions)))),
    CONSTRAINT transactions_kind_check CHECK ((kind = ANY (ARRAY['posting'::text, 'hold'::text, 'capture'::text, 'void'::text, 'expiry'::text, 'reversal'::text]))),
    CONSTRAINT transactions_wallet_check CHECK ((wallet = ANY (ARRAY['debit'::text, 'credit'::text, 'hold'::text, 'commit'::text, 'rollback'::text])))
);

ALTER TABLE journal.transactions OWNER TO counterfoil_owner;

CREATE TABLE lines_v1.coverage (
    account_no bigint NOT NULL,
    versions int8multirange NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE lines_v1.coverage OWNER TO counterfoil_projector;

CREATE TABLE lines_v1.lines (
    account_no bigint NOT NULL,
    version bigint NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    sequence bigint NOT NULL,
    transaction_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    leg smallint NOT NULL,
    side text NOT NULL COLLATE pg_catalog."C",
    posted numeric(38,0) NOT NULL,
    pending numeric(38,0) NOT NULL,
    posted_debits numeric(38,0) NOT NULL,
    posted_credits numeric(38,0) NOT NULL,
    pending_debits numeric(38,0) NOT NULL,
    pending_credits numeric(38,0) NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    reference text COLLATE pg_catalog."C",
    description text
);

ALTER TABLE lines_v1.lines OWNER TO counterfoil_projector;

CREATE TABLE projections.checkpoints (
    consumer text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    partition text NOT NULL COLLATE pg_catalog."C",
    "position" jsonb NOT NULL,
    applied bigint DEFAULT 0 NOT NULL,
    as_of timestamp with time zone,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT checkpoints_source_check CHECK ((source = ANY (ARRAY['kafka'::text, 'tail'::text])))
);

ALTER TABLE projections.checkpoints OWNER TO counterfoil_owner;

CREATE TABLE projections.complete (
    one boolean DEFAULT true NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    as_of timestamp with time zone DEFAULT '1970-01-01 00:00:00+00'::timestamp with time zone NOT NULL,
    next bigint,
    noted_at timestamp with time zone,
    noted xid8,
    CONSTRAINT complete_one_check CHECK (one)
);

ALTER TABLE projections.complete OWNER TO counterfoil_owner;

CREATE TABLE projections.dead_letters (
    id bigint NOT NULL,
    projection text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    event_id text COLLATE pg_catalog."C",
    event_type text COLLATE pg_catalog."C",
    sequence bigint,
    key text,
    payload text,
    headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    cause text NOT NULL,
    stack text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL COLLATE pg_catalog."C",
    times integer DEFAULT 1 NOT NULL,
    first_seen timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_seen timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    published_at timestamp with time zone,
    closed_at timestamp with time zone,
    closed_by text,
    reason text,
    CONSTRAINT dead_letters_check CHECK (((state = 'open'::text) = (closed_at IS NULL))),
    CONSTRAINT dead_letters_check1 CHECK (((state <> 'discarded'::text) OR (reason IS NOT NULL))),
    CONSTRAINT dead_letters_state_check CHECK ((state = ANY (ARRAY['open'::text, 'replayed'::text, 'healed'::text, 'discarded'::text])))
);

ALTER TABLE projections.dead_letters OWNER TO counterfoil_owner;

ALTER TABLE projections.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME projections.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE projections.healed (
    id bigint NOT NULL,
    events integer NOT NULL,
    first_sequence bigint NOT NULL,
    last_sequence bigint NOT NULL,
    healed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE projections.healed OWNER TO counterfoil_owner;

ALTER TABLE projections.healed ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME projections.healed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE projections.slices (
    projection text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    number integer NOT NULL,
    work jsonb NOT NULL,
    entries double precision NOT NULL,
    done_at timestamp with time zone
);

ALTER TABLE projections.slices OWNER TO counterfoil_owner;

CREATE TABLE projections.versions (
    projection text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    definition integer NOT NULL,
    state text NOT NULL COLLATE pg_catalog."C",
    through_sequence bigint DEFAULT 0 NOT NULL,
    made_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    active_since timestamp with time zone,
    left_at timestamp with time zone,
    CONSTRAINT versions_state_check CHECK ((state = ANY (ARRAY['building'::text, 'standby'::text, 'active'::text]))),
    CONSTRAINT versions_version_check CHECK ((version > 0))
);

ALTER TABLE projections.versions OWNER TO counterfoil_owner;

CREATE TABLE transactions_v1.annotations (
    transaction_id uuid NOT NULL,
    revision integer NOT NULL,
    sequence bigint NOT NULL,
    metadata jsonb NOT NULL
);

ALTER TABLE transactions_v1.annotations OWNER TO counterfoil_projector;

CREATE TABLE transactions_v1.transactions (
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    ledger text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    root_id uuid NOT NULL,
    parent_id uuid,
    reference text COLLATE pg_catalog."C",
    description text,
    effective_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    metadata jsonb NOT NULL,
    revision integer NOT NULL
);

ALTER TABLE transactions_v1.transactions OWNER TO counterfoil_projector;

CREATE TABLE trial_balance_v1.applied (
    account_no bigint NOT NULL,
    versions int8multirange NOT NULL
)
WITH (fillfactor='70');

ALTER TABLE trial_balance_v1.applied OWNER TO counterfoil_projector;

CREATE TABLE trial_balance_v1.volumes (
    ledger text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    account_type text NOT NULL COLLATE pg_catalog."C",
    effective_day date NOT NULL,
    recorded_day date NOT NULL,
    shard smallint NOT NULL,
    debits numeric NOT NULL,
    credits numeric NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE trial_balance_v1.volumes OWNER TO counterfoil_projector;

CREATE VIEW trial_balance_v1.sums AS
 SELECT volumes.ledger,
    volumes.currency,
    volumes.account_type,
    volumes.effective_day,
    volumes.recorded_day,
    sum(volumes.debits) AS debits,
    sum(volumes.credits) AS credits
   FROM trial_balance_v1.volumes
  GROUP BY volumes.ledger, volumes.currency, volumes.account_type, volumes.effective_day, volumes.recorded_day;

ALTER TABLE trial_balance_v1.sums OWNER TO counterfoil_projector;

ALTER TABLE ONLY journal.entries ATTACH PARTITION journal.entries_0 FOR VALUES WITH (modulus 8, remainder 0);

ALTER TABLE ONLY counterfoil.counterfoil_migrations ALTER COLUMN id SET DEFAULT nextval('counterfoil.counterfoil_migrations_id_seq'::regclass);

ALTER TABLE ONLY balances_v1.balances
    ADD CONSTRAINT balances_pkey PRIMARY KEY (account_no);

ALTER TABLE ONLY counterfoil.counterfoil_migrations
    ADD CONSTRAINT "PK_f0c618996b2d1e3ed1a27dd36a8" PRIMARY KEY (id);

ALTER TABLE ONLY daily_totals_v1.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (account_no, day);

ALTER TABLE ONLY holds_v1.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journal.account_changes
    ADD CONSTRAINT account_changes_pkey PRIMARY KEY (account_no, revision);

ALTER TABLE ONLY journal.account_changes
    ADD CONSTRAINT account_changes_sequence_key UNIQUE (sequence);

ALTER TABLE ONLY journal.accounts
    ADD CONSTRAINT accounts_ledger_id_key UNIQUE (ledger, id);

ALTER TABLE ONLY journal.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (no);

ALTER TABLE ONLY journal.annotations
    ADD CONSTRAINT annotations_pkey PRIMARY KEY (transaction_id, revision);

ALTER TABLE ONLY journal.annotations
    ADD CONSTRAINT annotations_sequence_key UNIQUE (sequence);

ALTER TABLE ONLY journal.command_results
    ADD CONSTRAINT command_results_pkey PRIMARY KEY (key);

ALTER TABLE ONLY journal.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (account_no, version);

ALTER TABLE ONLY journal.entries_0
    ADD CONSTRAINT entries_0_pkey PRIMARY KEY (account_no, version);

ALTER TABLE ONLY journal.ledgers
    ADD CONSTRAINT ledgers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journal.open_holds
    ADD CONSTRAINT open_holds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journal.outbox_days
    ADD CONSTRAINT outbox_days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY journal.proofs
    ADD CONSTRAINT proofs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY journal.quotas
    ADD CONSTRAINT quotas_pkey PRIMARY KEY (principal, day);

ALTER TABLE ONLY journal.seals
    ADD CONSTRAINT seals_pkey PRIMARY KEY (ledger, number);

ALTER TABLE ONLY journal.seals
    ADD CONSTRAINT seals_sequence_key UNIQUE (sequence);

ALTER TABLE ONLY journal.transactions
    ADD CONSTRAINT transactions_id_key UNIQUE (id);

ALTER TABLE ONLY journal.transactions
    ADD CONSTRAINT transactions_pkey PRIMARY KEY (sequence);

ALTER TABLE ONLY lines_v1.coverage
    ADD CONSTRAINT coverage_pkey PRIMARY KEY (account_no);

ALTER TABLE ONLY projections.checkpoints
    ADD CONSTRAINT checkpoints_pkey PRIMARY KEY (consumer, partition);

ALTER TABLE ONLY projections.complete
    ADD CONSTRAINT complete_pkey PRIMARY KEY (one);

ALTER TABLE ONLY projections.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY projections.healed
    ADD CONSTRAINT healed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY projections.slices
    ADD CONSTRAINT slices_pkey PRIMARY KEY (projection, version, number);

ALTER TABLE ONLY projections.versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (projection, version);

ALTER TABLE ONLY transactions_v1.annotations
    ADD CONSTRAINT annotations_pkey PRIMARY KEY (transaction_id, revision);

ALTER TABLE ONLY trial_balance_v1.applied
    ADD CONSTRAINT applied_pkey PRIMARY KEY (account_no);

ALTER TABLE ONLY trial_balance_v1.volumes
    ADD CONSTRAINT volumes_pkey PRIMARY KEY (ledger, currency, account_type, effective_day, recorded_day, shard);

CREATE INDEX balances_magnitude ON balances_v1.balances USING btree (ledger, magnitude);

CREATE INDEX holds_accounts ON holds_v1.holds USING gin (account_nos) WHERE (remaining > (0)::numeric);

CREATE INDEX holds_expiry ON holds_v1.holds USING btree (ledger, expires_at) WHERE ((remaining > (0)::numeric) AND (expires_at IS NOT NULL));

CREATE INDEX holds_sequence ON holds_v1.holds USING btree (sequence);

CREATE INDEX holds_status ON holds_v1.holds USING btree (ledger, status, recorded_at, sequence);

CREATE INDEX accounts_currency ON journal.accounts USING btree (ledger, currency, no);

CREATE INDEX accounts_metadata ON journal.accounts USING gin (((metadata)::jsonb) jsonb_path_ops);

CREATE INDEX accounts_newest ON journal.accounts USING btree (ledger, no DESC);

CREATE INDEX accounts_status ON journal.accounts USING btree (ledger, status, no) WHERE (status <> 'open'::text);

CREATE INDEX accounts_type ON journal.accounts USING btree (ledger, type, no);

CREATE INDEX command_results_age ON journal.command_results USING brin (created_at) WITH (pages_per_range='16');

CREATE INDEX entries_back_dated ON ONLY journal.entries USING btree (account_no, effective_at, version) WHERE (effective_at < max_effective_at);

CREATE INDEX entries_0_account_no_effective_at_version_idx ON journal.entries_0 USING btree (account_no, effective_at, version) WHERE (effective_at < max_effective_at);

CREATE INDEX open_holds_due ON journal.open_holds USING btree (expires_at);

CREATE INDEX outbox_xid ON ONLY journal.outbox USING btree (xid);

CREATE INDEX proofs_newest ON journal.proofs USING btree (part, id);

CREATE INDEX seals_through ON journal.seals USING btree (through_sequence);

CREATE UNIQUE INDEX transactions_reference ON journal.transactions USING btree (ledger, reference) WHERE (reference IS NOT NULL);

CREATE UNIQUE INDEX transactions_step ON journal.transactions USING btree (parent_id, step) WHERE (parent_id IS NOT NULL);

CREATE INDEX lines_effective ON lines_v1.lines USING btree (account_no, effective_at, version);

CREATE INDEX lines_ledger_effective ON lines_v1.lines USING btree (ledger, effective_at) WHERE (posted <> (0)::numeric);

CREATE INDEX lines_ledger_recorded ON lines_v1.lines USING btree (ledger, recorded_at) WHERE (posted <> (0)::numeric);

CREATE UNIQUE INDEX lines_version ON lines_v1.lines USING btree (account_no, version);

CREATE INDEX dead_letters_open ON projections.dead_letters USING btree (projection, id) WHERE (state = 'open'::text);

CREATE INDEX dead_letters_sequence ON projections.dead_letters USING btree (sequence) WHERE (state = 'open'::text);

CREATE UNIQUE INDEX dead_letters_source ON projections.dead_letters USING btree (projection, source, COALESCE(event_id, ''::text));

CREATE INDEX dead_letters_unpublished ON projections.dead_letters USING btree (id) WHERE (published_at IS NULL);

CREATE UNIQUE INDEX versions_active ON projections.versions USING btree (projection) WHERE (state = 'active'::text);

CREATE UNIQUE INDEX annotations_sequence ON transactions_v1.annotations USING btree (sequence);

CREATE UNIQUE INDEX transactions_id ON transactions_v1.transactions USING btree (id);

CREATE INDEX transactions_kind ON transactions_v1.transactions USING btree (ledger, kind, recorded_at, sequence);

CREATE INDEX transactions_metadata ON transactions_v1.transactions USING gin (metadata jsonb_path_ops) WHERE (metadata <> '{}'::jsonb);

CREATE INDEX transactions_newest ON transactions_v1.transactions USING btree (ledger, recorded_at, sequence);

CREATE INDEX transactions_reference ON transactions_v1.transactions USING btree (ledger, reference) WHERE (reference IS NOT NULL);

CREATE UNIQUE INDEX transactions_sequence ON transactions_v1.transactions USING btree (sequence);

ALTER INDEX journal.entries_back_dated ATTACH PARTITION journal.entries_0_account_no_effective_at_version_idx;

ALTER INDEX journal.entries_pkey ATTACH PARTITION journal.entries_0_pkey;

CREATE TRIGGER check_annotations AFTER INSERT ON journal.annotations REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal.check_annotations();

ALTER TABLE journal.annotations ENABLE ALWAYS TRIGGER check_annotations;

CREATE TRIGGER check_entries AFTER INSERT ON journal.entries REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal.check_entries();

ALTER TABLE journal.entries ENABLE ALWAYS TRIGGER check_entries;

CREATE TRIGGER check_pending AFTER INSERT ON journal.entries REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal.check_pending();

ALTER TABLE journal.entries ENABLE ALWAYS TRIGGER check_pending;

CREATE TRIGGER check_seals AFTER INSERT ON journal.seals REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal.check_seals();

ALTER TABLE journal.seals ENABLE ALWAYS TRIGGER check_seals;

CREATE TRIGGER check_transactions AFTER INSERT ON journal.transactions REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION journal.check_transactions();

ALTER TABLE journal.transactions ENABLE ALWAYS TRIGGER check_transactions;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.account_changes FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.account_changes ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.annotations FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.annotations ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.entries FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.entries ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.entries_0 FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.entries_0 ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.proofs FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.proofs ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.seals FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.seals ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON journal.transactions FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.transactions ENABLE ALWAYS TRIGGER refuse_change;

CREATE TRIGGER refuse_insert BEFORE INSERT ON journal.entries_0 FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.entries_0 ENABLE ALWAYS TRIGGER refuse_insert;

CREATE TRIGGER refuse_row BEFORE DELETE OR UPDATE ON journal.account_changes FOR EACH ROW EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.account_changes ENABLE ALWAYS TRIGGER refuse_row;

CREATE TRIGGER refuse_row BEFORE DELETE OR UPDATE ON journal.annotations FOR EACH ROW EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.annotations ENABLE ALWAYS TRIGGER refuse_row;

CREATE TRIGGER refuse_row BEFORE DELETE OR UPDATE ON journal.entries_0 FOR EACH ROW EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.entries_0 ENABLE ALWAYS TRIGGER refuse_row;

CREATE TRIGGER refuse_row BEFORE DELETE OR UPDATE ON journal.seals FOR EACH ROW EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.seals ENABLE ALWAYS TRIGGER refuse_row;

CREATE TRIGGER refuse_row BEFORE DELETE OR UPDATE ON journal.transactions FOR EACH ROW EXECUTE FUNCTION journal.refuse();

ALTER TABLE journal.transactions ENABLE ALWAYS TRIGGER refuse_row;

ALTER TABLE ONLY projections.slices
    ADD CONSTRAINT slices_projection_version_fkey FOREIGN KEY (projection, version) REFERENCES projections.versions(projection, version) ON DELETE CASCADE;

CREATE PUBLICATION counterfoil_outbox WITH (publish = 'insert', publish_via_partition_root = true);

ALTER PUBLICATION counterfoil_outbox OWNER TO counterfoil_owner;

ALTER PUBLICATION counterfoil_outbox ADD TABLE ONLY journal.outbox;

GRANT USAGE ON SCHEMA balances_v1 TO counterfoil_app;
GRANT USAGE ON SCHEMA balances_v1 TO counterfoil_reader;

GRANT USAGE ON SCHEMA counterfoil TO counterfoil_app;
GRANT USAGE ON SCHEMA counterfoil TO counterfoil_reader;

GRANT USAGE ON SCHEMA daily_totals_v1 TO counterfoil_app;
GRANT USAGE ON SCHEMA daily_totals_v1 TO counterfoil_reader;

GRANT USAGE ON SCHEMA holds_v1 TO counterfoil_app;
GRANT USAGE ON SCHEMA holds_v1 TO counterfoil_reader;

GRANT USAGE ON SCHEMA journal TO counterfoil_app;
GRANT USAGE ON SCHEMA journal TO counterfoil_projector;
GRANT USAGE ON SCHEMA journal TO counterfoil_reader;
GRANT USAGE ON SCHEMA journal TO counterfoil_cdc;

GRANT USAGE ON SCHEMA lines_v1 TO counterfoil_app;
GRANT USAGE ON SCHEMA lines_v1 TO counterfoil_reader;

GRANT USAGE ON SCHEMA projections TO counterfoil_app;
GRANT USAGE ON SCHEMA projections TO counterfoil_projector;
GRANT USAGE ON SCHEMA projections TO counterfoil_reader;

GRANT USAGE ON SCHEMA transactions_v1 TO counterfoil_app;
GRANT USAGE ON SCHEMA transactions_v1 TO counterfoil_reader;

GRANT USAGE ON SCHEMA trial_balance_v1 TO counterfoil_app;
GRANT USAGE ON SCHEMA trial_balance_v1 TO counterfoil_reader;

REVOKE ALL ON FUNCTION journal.check_annotations() FROM PUBLIC;

REVOKE ALL ON FUNCTION journal.check_entries() FROM PUBLIC;

REVOKE ALL ON FUNCTION journal.check_pending() FROM PUBLIC;

REVOKE ALL ON FUNCTION journal.check_seals() FROM PUBLIC;

REVOKE ALL ON FUNCTION journal.check_transactions() FROM PUBLIC;

REVOKE ALL ON FUNCTION journal.count_commands(of_day date, principals text[], commands bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.count_commands(of_day date, principals text[], commands bigint[]) TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.drop_outbox_days(keep interval) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.drop_outbox_days(keep interval) TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.drop_quota_days() FROM PUBLIC;
GRANT ALL ON FUNCTION journal.drop_quota_days() TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.expect_accounts(nos bigint[], revisions integer[], sequences bigint[], drawn timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.expect_accounts(nos bigint[], revisions integer[], sequences bigint[], drawn timestamp with time zone) TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.expire_command_results(retention interval, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.expire_command_results(retention interval, most integer) TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.last_version_before(account bigint, before timestamp with time zone, through bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.last_version_before(account bigint, before timestamp with time zone, through bigint) TO counterfoil_app;
GRANT ALL ON FUNCTION journal.last_version_before(account bigint, before timestamp with time zone, through bigint) TO counterfoil_projector;
GRANT ALL ON FUNCTION journal.last_version_before(account bigint, before timestamp with time zone, through bigint) TO counterfoil_reader;

REVOKE ALL ON FUNCTION journal.last_version_recorded(account bigint, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.last_version_recorded(account bigint, at timestamp with time zone) TO counterfoil_app;
GRANT ALL ON FUNCTION journal.last_version_recorded(account bigint, at timestamp with time zone) TO counterfoil_projector;
GRANT ALL ON FUNCTION journal.last_version_recorded(account bigint, at timestamp with time zone) TO counterfoil_reader;

REVOKE ALL ON FUNCTION journal.leaves(after bigint, through bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.leaves(after bigint, through bigint) TO counterfoil_app;
GRANT ALL ON FUNCTION journal.leaves(after bigint, through bigint) TO counterfoil_projector;
GRANT ALL ON FUNCTION journal.leaves(after bigint, through bigint) TO counterfoil_reader;

REVOKE ALL ON FUNCTION journal.make_outbox_days(ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.make_outbox_days(ahead integer) TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.posted_before(account bigint, before timestamp with time zone, through bigint, OUT debits numeric, OUT credits numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.posted_before(account bigint, before timestamp with time zone, through bigint, OUT debits numeric, OUT credits numeric) TO counterfoil_app;
GRANT ALL ON FUNCTION journal.posted_before(account bigint, before timestamp with time zone, through bigint, OUT debits numeric, OUT credits numeric) TO counterfoil_projector;
GRANT ALL ON FUNCTION journal.posted_before(account bigint, before timestamp with time zone, through bigint, OUT debits numeric, OUT credits numeric) TO counterfoil_reader;

REVOKE ALL ON FUNCTION journal.rebuild_open_holds() FROM PUBLIC;
GRANT ALL ON FUNCTION journal.rebuild_open_holds() TO counterfoil_app;

REVOKE ALL ON FUNCTION journal.records(after bigint, through bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.records(after bigint, through bigint) TO counterfoil_app;
GRANT ALL ON FUNCTION journal.records(after bigint, through bigint) TO counterfoil_projector;
GRANT ALL ON FUNCTION journal.records(after bigint, through bigint) TO counterfoil_reader;

REVOKE ALL ON FUNCTION journal.refuse() FROM PUBLIC;

REVOKE ALL ON FUNCTION journal.totals_at(account bigint, effective timestamp with time zone, recorded timestamp with time zone, OUT version bigint, OUT posted_debits numeric, OUT posted_credits numeric, OUT pending_debits numeric, OUT pending_credits numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION journal.totals_at(account bigint, effective timestamp with time zone, recorded timestamp with time zone, OUT version bigint, OUT posted_debits numeric, OUT posted_credits numeric, OUT pending_debits numeric, OUT pending_credits numeric) TO counterfoil_app;
GRANT ALL ON FUNCTION journal.totals_at(account bigint, effective timestamp with time zone, recorded timestamp with time zone, OUT version bigint, OUT posted_debits numeric, OUT posted_credits numeric, OUT pending_debits numeric, OUT pending_credits numeric) TO counterfoil_projector;
GRANT ALL ON FUNCTION journal.totals_at(account bigint, effective timestamp with time zone, recorded timestamp with time zone, OUT version bigint, OUT posted_debits numeric, OUT posted_credits numeric, OUT pending_debits numeric, OUT pending_credits numeric) TO counterfoil_reader;

REVOKE ALL ON FUNCTION projections.publish_balances(schema text) FROM PUBLIC;
GRANT ALL ON FUNCTION projections.publish_balances(schema text) TO counterfoil_projector;

GRANT SELECT ON TABLE balances_v1.balances TO counterfoil_app;
GRANT SELECT ON TABLE balances_v1.balances TO counterfoil_reader;

GRANT SELECT ON TABLE counterfoil.counterfoil_migrations TO counterfoil_app;
GRANT SELECT ON TABLE counterfoil.counterfoil_migrations TO counterfoil_reader;

GRANT SELECT ON TABLE daily_totals_v1.days TO counterfoil_app;
GRANT SELECT ON TABLE daily_totals_v1.days TO counterfoil_reader;

GRANT SELECT ON TABLE holds_v1.holds TO counterfoil_app;
GRANT SELECT ON TABLE holds_v1.holds TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.account_changes TO counterfoil_app;
GRANT SELECT ON TABLE journal.account_changes TO counterfoil_projector;
GRANT SELECT ON TABLE journal.account_changes TO counterfoil_reader;

GRANT USAGE ON SEQUENCE journal.account_no TO counterfoil_app;

GRANT SELECT,INSERT ON TABLE journal.accounts TO counterfoil_app;
GRANT SELECT ON TABLE journal.accounts TO counterfoil_projector;
GRANT SELECT ON TABLE journal.accounts TO counterfoil_reader;

GRANT UPDATE(min_balance) ON TABLE journal.accounts TO counterfoil_app;

GRANT UPDATE(max_balance) ON TABLE journal.accounts TO counterfoil_app;

GRANT UPDATE(status) ON TABLE journal.accounts TO counterfoil_app;

GRANT UPDATE(metadata) ON TABLE journal.accounts TO counterfoil_app;

GRANT UPDATE(revision) ON TABLE journal.accounts TO counterfoil_app;

GRANT SELECT,INSERT ON TABLE journal.annotations TO counterfoil_app;
GRANT SELECT ON TABLE journal.annotations TO counterfoil_projector;
GRANT SELECT ON TABLE journal.annotations TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.command_results TO counterfoil_app;
GRANT SELECT ON TABLE journal.command_results TO counterfoil_projector;
GRANT SELECT ON TABLE journal.command_results TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.entries TO counterfoil_app;
GRANT SELECT ON TABLE journal.entries TO counterfoil_projector;
GRANT SELECT ON TABLE journal.entries TO counterfoil_reader;

GRANT SELECT ON TABLE journal.entries_0 TO counterfoil_projector;

GRANT SELECT,INSERT ON TABLE journal.ledgers TO counterfoil_app;
GRANT SELECT ON TABLE journal.ledgers TO counterfoil_projector;
GRANT SELECT ON TABLE journal.ledgers TO counterfoil_reader;

GRANT UPDATE(description) ON TABLE journal.ledgers TO counterfoil_app;

GRANT UPDATE(metadata) ON TABLE journal.ledgers TO counterfoil_app;

GRANT SELECT,INSERT,DELETE ON TABLE journal.open_holds TO counterfoil_app;
GRANT SELECT ON TABLE journal.open_holds TO counterfoil_projector;
GRANT SELECT ON TABLE journal.open_holds TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.outbox TO counterfoil_app;
GRANT SELECT ON TABLE journal.outbox TO counterfoil_projector;
GRANT SELECT ON TABLE journal.outbox TO counterfoil_reader;
GRANT SELECT ON TABLE journal.outbox TO counterfoil_cdc;

GRANT SELECT ON TABLE journal.outbox_days TO counterfoil_app;
GRANT SELECT ON TABLE journal.outbox_days TO counterfoil_projector;
GRANT SELECT ON TABLE journal.outbox_days TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.proofs TO counterfoil_app;
GRANT SELECT ON TABLE journal.proofs TO counterfoil_projector;
GRANT SELECT ON TABLE journal.proofs TO counterfoil_reader;

GRANT SELECT ON TABLE journal.quotas TO counterfoil_app;
GRANT SELECT ON TABLE journal.quotas TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.seals TO counterfoil_app;
GRANT SELECT ON TABLE journal.seals TO counterfoil_projector;
GRANT SELECT ON TABLE journal.seals TO counterfoil_reader;

GRANT SELECT,USAGE ON SEQUENCE journal.sequence TO counterfoil_app;
GRANT SELECT ON SEQUENCE journal.sequence TO counterfoil_projector;
GRANT SELECT ON SEQUENCE journal.sequence TO counterfoil_reader;

GRANT SELECT,INSERT ON TABLE journal.transactions TO counterfoil_app;
GRANT SELECT ON TABLE journal.transactions TO counterfoil_projector;
GRANT SELECT ON TABLE journal.transactions TO counterfoil_reader;

GRANT SELECT ON TABLE lines_v1.coverage TO counterfoil_app;
GRANT SELECT ON TABLE lines_v1.coverage TO counterfoil_reader;

GRANT SELECT ON TABLE lines_v1.lines TO counterfoil_app;
GRANT SELECT ON TABLE lines_v1.lines TO counterfoil_reader;

GRANT SELECT ON TABLE projections.checkpoints TO counterfoil_app;
GRANT SELECT ON TABLE projections.checkpoints TO counterfoil_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projections.checkpoints TO counterfoil_projector;

GRANT SELECT ON TABLE projections.complete TO counterfoil_app;
GRANT SELECT ON TABLE projections.complete TO counterfoil_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projections.complete TO counterfoil_projector;

GRANT SELECT ON TABLE projections.dead_letters TO counterfoil_app;
GRANT SELECT ON TABLE projections.dead_letters TO counterfoil_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projections.dead_letters TO counterfoil_projector;

GRANT SELECT ON TABLE projections.healed TO counterfoil_app;
GRANT SELECT ON TABLE projections.healed TO counterfoil_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projections.healed TO counterfoil_projector;

GRANT SELECT ON TABLE projections.slices TO counterfoil_app;
GRANT SELECT ON TABLE projections.slices TO counterfoil_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projections.slices TO counterfoil_projector;

GRANT SELECT ON TABLE projections.versions TO counterfoil_app;
GRANT SELECT ON TABLE projections.versions TO counterfoil_reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE projections.versions TO counterfoil_projector;

GRANT SELECT ON TABLE transactions_v1.annotations TO counterfoil_app;
GRANT SELECT ON TABLE transactions_v1.annotations TO counterfoil_reader;

GRANT SELECT ON TABLE transactions_v1.transactions TO counterfoil_app;
GRANT SELECT ON TABLE transactions_v1.transactions TO counterfoil_reader;

GRANT SELECT ON TABLE trial_balance_v1.applied TO counterfoil_app;
GRANT SELECT ON TABLE trial_balance_v1.applied TO counterfoil_reader;

GRANT SELECT ON TABLE trial_balance_v1.volumes TO counterfoil_app;
GRANT SELECT ON TABLE trial_balance_v1.volumes TO counterfoil_reader;

GRANT SELECT ON TABLE trial_balance_v1.sums TO counterfoil_app;
GRANT SELECT ON TABLE trial_balance_v1.sums TO counterfoil_reader;
