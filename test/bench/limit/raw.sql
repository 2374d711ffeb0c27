-- The same rows by the simplest correct means: what Postgres does when nobody is in between. Both accounts are locked
-- in order; a transfer is two entries with running totals, a transaction, a stored result and an outbox row.
create schema raw;
create table raw.accounts (
  no             bigint primary key,
  version        bigint not null default 0,
  posted_debits  numeric(38, 0) not null default 0,
  posted_credits numeric(38, 0) not null default 0
) with (fillfactor = 50);
create sequence raw.sequence;
create table raw.transactions (sequence bigint primary key, id uuid not null unique, recorded_at timestamptz not null);
create table raw.entries (
  account_no     bigint not null,
  version        bigint not null,
  sequence       bigint not null,
  side           text collate "C" not null,
  posted         numeric(38, 0) not null,
  posted_debits  numeric(38, 0) not null,
  posted_credits numeric(38, 0) not null,
  recorded_at    timestamptz not null,
  primary key (account_no, version)
);
create table raw.results (key text collate "C" primary key, status smallint not null, body text not null);
create table raw.outbox (sequence bigint not null, event_id text not null, payload text not null,
  xid xid8 not null default pg_current_xact_id());
create index outbox_xid on raw.outbox (xid);

create function raw.transfer(debit bigint, credit bigint, amount numeric, result text, payload text) returns bigint
language plpgsql as $$
declare
  now constant timestamptz := clock_timestamp();
  id constant uuid := gen_random_uuid();
  s bigint;
  d raw.accounts;
  c raw.accounts;
begin
  perform from raw.accounts where no in (debit, credit) order by no for no key update;
  s := nextval('raw.sequence');
  update raw.accounts set version = version + 1, posted_debits = posted_debits + amount
    where no = debit returning * into d;
  update raw.accounts set version = version + 1, posted_credits = posted_credits + amount
    where no = credit returning * into c;
  insert into raw.transactions values (s, id, now);
  insert into raw.entries values
    (debit, d.version, s, 'debit', amount, d.posted_debits, d.posted_credits, now),
    (credit, c.version, s, 'credit', amount, c.posted_debits, c.posted_credits, now);
  insert into raw.results values (id::text, 201, result);
  insert into raw.outbox values (s, id::text, payload);
  return s;
end $$;

-- `size` transfers in one transaction, set-wise: one hot account is debited, or any.
create function raw.batch(size int, accounts int, hot boolean, result text, payload text) returns bigint
language plpgsql as $$
declare
  now constant timestamptz := clock_timestamp();
  debits bigint[];
  credits bigint[];
  written bigint;
begin
  select array_agg(d), array_agg(1 + (d + floor(random() * (accounts - 1))::int) % accounts) into debits, credits
  from (select case when hot then 1 else 1 + floor(random() * accounts)::int end as d from generate_series(1, size)) r;
  perform from raw.accounts where no = any(debits || credits) order by no for no key update;
  with wanted as materialized (
    select nextval('raw.sequence') as s, gen_random_uuid() as id, w.*
    from unnest(debits, credits) w (debit, credit)
  ), legs as (
    select s, no, side, 1 as amount from wanted
    cross join lateral (values (debit, 'debit'), (credit, 'credit')) l (no, side)
  ), numbered as materialized (
    select l.*, a.version + row_number() over w as version,
      a.posted_debits + sum(case side when 'debit' then amount else 0 end) over w as posted_debits,
      a.posted_credits + sum(case side when 'credit' then amount else 0 end) over w as posted_credits
    from legs l join raw.accounts a using (no)
    window w as (partition by no order by s rows unbounded preceding)
  ), moved as (
    update raw.accounts a set version = h.version, posted_debits = h.posted_debits, posted_credits = h.posted_credits
    from (select distinct on (no) * from numbered order by no, version desc) h where a.no = h.no
  ), transactions as (
    insert into raw.transactions select s, id, now from wanted
  ), results as (
    insert into raw.results select id::text, 201, result from wanted
  ), outbox as (
    insert into raw.outbox select s, id::text, payload from wanted
  )
  insert into raw.entries select no, version, s, side, amount, posted_debits, posted_credits, now from numbered;
  get diagnostics written = row_count;
  return written / 2;
end $$;
