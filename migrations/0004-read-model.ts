import type { MigrationInterface, QueryRunner } from 'typeorm';

const versions = `
drop table projections.active;
-- Each version of a projection has a schema of its own. Readers use the active one, live events go to it alone; a
-- standby has everything up to through_sequence, and catches up from there before it becomes the active one.
create table projections.versions (
  projection       text collate "C" not null,
  version          integer not null check (version > 0),
  definition       integer not null,
  state            text collate "C" not null check (state in ('building', 'standby', 'active')),
  through_sequence bigint not null default 0,
  made_at          timestamptz not null default clock_timestamp(),
  active_since     timestamptz,
  left_at          timestamptz,
  primary key (projection, version)
);
create unique index versions_active on projections.versions (projection) where state = 'active';

-- What a version that is being built is made of; done in the transaction that does it, so that a build goes on where it
-- was when its process died.
create table projections.slices (
  projection text collate "C" not null,
  version    integer not null,
  number     integer not null,
  work       jsonb not null,
  entries    double precision not null,
  done_at    timestamptz,
  primary key (projection, version, number),
  foreign key (projection, version) references projections.versions on delete cascade
);
`;

const complete = `
-- Everything up to this sequence is in the read model, and so everything recorded before as_of: see complete.ts.
create table projections.complete (
  one      boolean primary key default true check (one),
  sequence bigint not null default 0,
  as_of    timestamptz not null default 'epoch',
  next     bigint,
  noted_at timestamptz,
  noted    xid8
);
insert into projections.complete default values;

-- Events that did not come, or came too late, and were applied from the journal.
create table projections.healed (
  id             bigint generated always as identity primary key,
  events         integer not null,
  first_sequence bigint not null,
  last_sequence  bigint not null,
  healed_at      timestamptz not null default clock_timestamp()
);
`;

const deadLetters = `
-- What a projection could not apply. One row for a projection and a place in the source, however often it came.
create table projections.dead_letters (
  id          bigint generated always as identity primary key,
  projection  text collate "C" not null,
  source      text collate "C" not null,   -- topic[partition]@offset, or outbox sequence
  event_id    text collate "C",
  event_type  text collate "C",
  sequence    bigint,
  key         text,
  payload     text,
  headers     jsonb not null default '{}',
  cause       text not null,
  stack       text not null,
  state       text collate "C" not null default 'open' check (state in ('open', 'replayed', 'healed', 'discarded')),
  times       integer not null default 1,
  first_seen  timestamptz not null default clock_timestamp(),
  last_seen   timestamptz not null default clock_timestamp(),
  published_at timestamptz,   -- when its copy went to the dead-letter topic, where there is Kafka
  closed_at   timestamptz,
  closed_by   text,
  reason      text,
  check ((state = 'open') = (closed_at is null)),
  check (state <> 'discarded' or reason is not null)
);
create unique index dead_letters_source on projections.dead_letters (projection, source, coalesce(event_id, ''));
create index dead_letters_unpublished on projections.dead_letters (id) where published_at is null;
create index dead_letters_sequence on projections.dead_letters (sequence) where state = 'open';
create index dead_letters_open on projections.dead_letters (projection, id) where state = 'open';
`;

const rights = `
grant select on all tables in schema projections to counterfoil_app, counterfoil_reader;
grant select, insert, update, delete on all tables in schema projections to counterfoil_projector;
`;

/** What the read model keeps of itself, wherever it is. */
export const kept = [versions, complete, deadLetters, rights];

const journalRights = `
-- A build reads the entries page by page, a partition after the other; writing there stays refused.
do $$
begin
  for n in 0..31 loop
    execute format('grant select on journal.entries_%s to counterfoil_projector', n);
  end loop;
end $$;
`;

/** What the read model keeps of itself: versions of projections, builds, gaps, dead letters. */
export class ReadModel1763700000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const text of [...kept, journalRights]) await runner.query(text);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}
