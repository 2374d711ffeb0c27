import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The seals that close the journal range by range, and the text of a record that they are made over. */
export class Seals1763700000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(records);
    await runner.query(seals);
    await runner.query(guards);
  }

  async down(): Promise<void> {
    throw new Error('the journal is append-only: restore a backup instead of migrating down');
  }
}

/**
 * What was recorded with after < sequence <= through. The session's time zone must be UTC.
 *
 * The function below is made of it. A proof uses this text itself: whoever owns the database could put another function in
 * the place of that one.
 */
export const recordsBetween = (
  after: string,
  through: string,
): string => `  select t.ledger, t.sequence, 'transaction' as kind, t.id, row_to_json(r)::text as record
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
  where t.sequence > ${after} and t.sequence <= ${through}
  union all
  select a.ledger, c.sequence, 'account_change', c.id, row_to_json(r)::text
  from journal.account_changes c join journal.accounts a on a.no = c.account_no
  cross join lateral (
    select 'account_change' as record, c.sequence::text as sequence, c.id, a.ledger, a.no::text as account_no,
      a.id as account, a.type, a.currency, a.opened_at, c.revision, c.kind, c.min_balance::text as min_balance,
      c.max_balance::text as max_balance, c.status, c.metadata::text as metadata, c.recorded_at, c.principal,
      c.idempotency_key, c.trace
  ) r
  where c.sequence > ${after} and c.sequence <= ${through}
  union all
  select t.ledger, n.sequence, 'annotation', n.id, row_to_json(r)::text
  from journal.annotations n join journal.transactions t on t.id = n.transaction_id
  cross join lateral (
    select 'annotation' as record, n.sequence::text as sequence, n.id, t.ledger, n.transaction_id, n.revision,
      n.metadata::text as metadata, n.recorded_at, n.principal, n.idempotency_key, n.trace
  ) r
  where n.sequence > ${after} and n.sequence <= ${through}
`;

const records = `
-- What was recorded with after < sequence <= through, as the text whose bytes are sealed: one line of JSON in UTF-8 with
-- every column, of a transaction with all its entries. It never changes for what is recorded: a sealed record must come
-- to the same bytes in twenty years. Only xid is not in it, which says nothing about the books and differs in a copy that
-- was restored from a dump.
create function journal.records(after bigint, through bigint)
returns table (ledger text, sequence bigint, kind text, id uuid, record text)
language sql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
${recordsBetween('after', 'through')}$$;

-- A record's leaf in the tree of its seal, as in RFC 6962: SHA-256 of a zero byte and the text.
create function journal.leaves(after bigint, through bigint)
returns table (ledger text, sequence bigint, kind text, id uuid, leaf bytea)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select r.ledger, r.sequence, r.kind, r.id, sha256('\\x00'::bytea || convert_to(r.record, 'UTF8'))
  from journal.records(after, through) r
$$;

revoke execute on function journal.records(bigint, bigint), journal.leaves(bigint, bigint) from public;
grant execute on function journal.records(bigint, bigint), journal.leaves(bigint, bigint)
  to counterfoil_app, counterfoil_projector, counterfoil_reader;
`;

const seals = `
-- Of one ledger, what was recorded with after_sequence < sequence <= through_sequence. root: of the Merkle tree over the
-- leaves of its records in the order of their sequences; hash: over all that is said of the seal, the hash of the one
-- before (previous) included. The leaves are kept to say which record it is that differs.
create table journal.seals (
  ledger           text collate "C" not null,
  number           bigint not null check (number > 0),
  -- Of its event.
  sequence         bigint not null unique check (sequence > through_sequence),
  id               uuid not null,
  after_sequence   bigint not null check (after_sequence >= 0),
  through_sequence bigint not null check (through_sequence > after_sequence),
  root             bytea not null check (octet_length(root) = 32),
  previous         bytea not null check (octet_length(previous) = 32),
  hash             bytea not null check (octet_length(hash) = 32),
  sealed_at        timestamptz not null,
  -- Ed25519, over the hash; and which key.
  signature        bytea check (octet_length(signature) = 64),
  key_id           text check ((key_id is null) = (signature is null)),
  sequences        bigint[] not null check (cardinality(sequences) > 0),
  leaves           bytea not null check (octet_length(leaves) = 32 * cardinality(sequences)),
  xid              xid8 not null default pg_current_xact_id(),
  primary key (ledger, number)
);
-- Hashes don't compress.
alter table journal.seals alter column leaves set storage external;
create index seals_through on journal.seals (through_sequence);

create function journal.check_seals() returns trigger language plpgsql as $$
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
create trigger check_seals after insert on journal.seals
  referencing new table as fresh for each statement execute function journal.check_seals();
alter table journal.seals enable always trigger check_seals;
`;

const guards = `
create trigger refuse_change before update or delete or truncate on journal.seals
  for each statement execute function journal.refuse();
alter table journal.seals enable always trigger refuse_change;
create trigger refuse_row before update or delete on journal.seals
  for each row execute function journal.refuse();
alter table journal.seals enable always trigger refuse_row;
revoke all on function journal.check_seals() from public;
grant select, insert on journal.seals to counterfoil_app;
grant select on journal.seals to counterfoil_projector, counterfoil_reader;
`;
