import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Chains of holds and reversals: what a step says of its chain is what its entries do, leg by leg. Runs as
 * counterfoil_owner.
 */
export class Chains1763700000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [transactions, entries, annotations, privileges]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

const transactions = `
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

const entries = `
-- Only holds and what builds on them move what is pending; a reversal's legs are judged with its chain.
create function journal.check_pending() returns trigger language plpgsql as $$
declare
  broken text;
begin
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

create trigger check_pending after insert on journal.entries
  referencing new table as fresh for each statement execute function journal.check_pending();
alter table journal.entries enable always trigger check_pending;
`;

const annotations = `
create function journal.check_annotations() returns trigger language plpgsql as $$
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

create trigger check_annotations after insert on journal.annotations
  referencing new table as fresh for each statement execute function journal.check_annotations();
alter table journal.annotations enable always trigger check_annotations;
`;

const privileges = `
revoke execute on function journal.check_pending(), journal.check_annotations() from public;
`;
