import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the analysts' connector needs when the read model's balances move to another schema. Runs as counterfoil_owner. */
export class Analysts1763700000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(publishBalances);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

export const publishBalances = `
-- To be called in the transaction that makes another version of the balances the active one, with its schema: from its
-- commit on, that version's changes are what the topic gets. Does nothing while no analyst is listening. Who calls it, or
-- makes the publication, holds the lock of projections.versions: so neither overlooks the other.
-- Changing a publication takes the ownership of it and of its tables: the owner is a member of counterfoil_projector.
create function projections.publish_balances(schema text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
end $$;
revoke execute on function projections.publish_balances(text) from public;
grant execute on function projections.publish_balances(text) to counterfoil_projector;
`;
