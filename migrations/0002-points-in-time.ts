import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Balances at a point in time, with back-dated entries among them. Runs as counterfoil_owner. */
export class PointsInTime1763700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [index, totals, privileges]) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

const index = `
-- With the version in it, back-dated entries that the running totals contain already are passed over in the index.
-- It also gives statements their order, ties included.
drop index journal.entries_back_dated;
create index entries_back_dated on journal.entries (account_no, effective_at, version)
  where effective_at < max_effective_at;
`;

const totals = `
-- An account's totals of the entries effective at a time or before it, among those recorded at a time or before it;
-- null: whenever. Running totals of the last version whose running maximum of effective time is not later (times have
-- microseconds, so not later is before the next one), and the back-dated entries that came after it.
-- version: that last version; without a time of effect, the account's version when that was recorded.
create function journal.totals_at(account bigint, effective timestamptz, recorded timestamptz,
  out version bigint, out posted_debits numeric, out posted_credits numeric,
  out pending_debits numeric, out pending_credits numeric)
language plpgsql stable parallel safe as $$
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
`;

const privileges = `
revoke execute on function journal.totals_at(bigint, timestamptz, timestamptz) from public;
grant execute on function journal.totals_at(bigint, timestamptz, timestamptz)
  to counterfoil_app, counterfoil_projector, counterfoil_reader;
`;
