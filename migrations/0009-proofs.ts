import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What `counterfoil verify` proved and when. Runs as counterfoil_owner. */
export class Proofs1763700000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(proofs);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

const proofs = `
-- A row for each part of a proof that was finished.
create table journal.proofs (
  id          bigint generated always as identity primary key,
  part        text collate "C" not null,
  began_at    timestamptz not null,
  finished_at timestamptz not null default clock_timestamp(),
  -- Nothing beyond it was looked at.
  horizon     bigint not null,
  looked      jsonb not null,
  findings    bigint not null check (findings >= 0)
);
create index proofs_newest on journal.proofs (part, id);

create trigger refuse_change before update or delete or truncate on journal.proofs
  for each statement execute function journal.refuse();
alter table journal.proofs enable always trigger refuse_change;

grant select on journal.proofs to counterfoil_app, counterfoil_projector, counterfoil_reader;
grant insert on journal.proofs to counterfoil_app;
`;
