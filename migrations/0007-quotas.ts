import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What principals with a quota have used of it, by all processes. Runs as counterfoil_owner. */
export class Quotas1763700000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(quotas);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

const quotas = `
create table journal.quotas (
  principal text collate "C" not null,
  day       date not null,
  used      bigint not null check (used >= 0),
  primary key (principal, day)
);

-- Adds to what principals have used on a day, and says how much that is now.
create function journal.count_commands(of_day date, principals text[], commands bigint[])
returns table (principal text, used bigint)
language sql security definer set search_path = pg_catalog, pg_temp as $$
  insert into journal.quotas as q (principal, day, used)
  -- In one order, so that two processes don't wait for each other.
  select n.principal, of_day, n.commands from unnest(principals, commands) n (principal, commands) order by 1
  on conflict (principal, day) do update set used = q.used + excluded.used
  returning q.principal, q.used
$$;

create function journal.drop_quota_days() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from journal.quotas where day < (clock_timestamp() at time zone 'UTC')::date - 7
$$;

grant select on journal.quotas to counterfoil_app, counterfoil_reader;
revoke execute on function journal.count_commands(date, text[], bigint[]), journal.drop_quota_days() from public;
grant execute on function journal.count_commands(date, text[], bigint[]), journal.drop_quota_days() to counterfoil_app;
`;
