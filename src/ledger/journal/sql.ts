/** The journal's statements, one constant each. `name`d ones are prepared once a connection. */

/** Stored results of a batch's keys, read after the locks. A success's body is made again from its transaction. */
export const storedResults = `
select r.key, r.fingerprint, r.status, r.body, r.transaction_sequence
from unnest($1::uuid[]) k (key)
cross join lateral (select * from journal.command_results where key = k.key limit 1) r`;

export const ledgerExists = `select id from journal.ledgers where id = any($1::text[])`;

export const accountNumbers = `
select a.no, a.ledger, a.id
from unnest($1::text[], $2::text[]) k (ledger, id)
cross join lateral (select * from journal.accounts where ledger = k.ledger and id = k.id limit 1) a`;

/** In one order everywhere, so that two batches can't wait for each other. Weaker than FOR UPDATE: readers and
 *  foreign keys are let through. Answers how many there are. */
export const lockAccounts = `
select count(*)::int as locked
from (select from journal.accounts where no = any($1::bigint[]) order by no for no key update) a`;

/** Which of them nobody holds a lock on. The locks taken here end with the statement. */
export const freeAccounts = `
select no from journal.accounts where no = any($1::bigint[]) for no key update skip locked`;

/**
 * What decisions look at: of the locked accounts $1, rows of another revision than $2, and newest entries of another
 * transaction than $3. A second statement on purpose: under READ COMMITTED its snapshot is taken after the locks were waited
 * for, the first one's before. Sequences are drawn here, after the locks, so that what follows on an account has the
 * greater number. The order matters to whoever asks up to where all is known (projections/complete.ts): a transaction id
 * before its sequences, and its time after them. The id and the timeline are what is needed to find out the fate of a
 * COMMIT that was not answered.
 */
export const readState = `
select pg_current_xact_id()::text as xid, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline,
  array_to_string(array(select nextval('journal.sequence') from generate_series(1, $4::int)), ',') as sequences,
  array_to_string(array(select nextval('journal.account_no') from generate_series(1, $5::int)), ',') as account_nos,
  clock_timestamp() as now,
  (select json_agg(json_build_object('no', a.no::text, 'ledger', a.ledger, 'id', a.id, 'type', a.type,
      'currency', a.currency, 'min_balance', a.min_balance::text, 'max_balance', a.max_balance::text,
      'status', a.status, 'metadata', a.metadata, 'revision', a.revision, 'opened_at', a.opened_at))
   from unnest($1::bigint[], $2::int[]) n (no, revision)
   cross join lateral (select * from journal.accounts where no = n.no limit 1) a
   where a.revision <> n.revision) as rows,
  (select json_agg(json_build_array(h.account_no::text, h.version, h.transaction_sequence::text,
      h.posted_debits::text, h.posted_credits::text,
      h.pending_debits::text, h.pending_credits::text, h.max_effective_at, h.recorded_at))
   from unnest($1::bigint[], $3::bigint[]) n (no, sequence)
   cross join lateral (
     select * from journal.entries e where e.account_no = n.no order by e.version desc limit 1
   ) h
   where h.transaction_sequence <> n.sequence) as heads`;

/** What an optimistic batch needs before its locks: the same, in the same order, and nothing of the accounts. */
export const draw = `
select pg_current_xact_id()::text as xid, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline,
  array_to_string(array(select nextval('journal.sequence') from generate_series(1, $1::int)), ',') as sequences,
  clock_timestamp() as now`;

/**
 * Fails (40001) when one of the locked accounts $1 is not of revision $2 or its newest entry not of the transaction $3, or
 * the locks were waited for since $4 for so long that the batch's time of recording would be old.
 */
export const expectAccounts = `select journal.expect_accounts($1::bigint[], $2::int[], $3::bigint[], $4::timestamptz)`;

export const transactionIds = `select id from journal.transactions where id = any($1::uuid[])`;

/** How far each of the transactions $1 has come: its newest step, and its metadata if that was ever changed. */
export const chainStates = `
select n.id, s.step, s.kind, s.hold_captured, s.hold_released, s.hold_remaining, s.reversed, a.revision, a.metadata
from unnest($1::uuid[]) n (id)
left join lateral (
  select * from journal.transactions t where t.parent_id = n.id order by t.step desc limit 1
) s on true
left join lateral (
  select * from journal.annotations c where c.transaction_id = n.id order by c.revision desc limit 1
) a on true`;

export const references = `
select t.ledger, t.reference, t.id
from unnest($1::text[], $2::text[]) k (ledger, reference)
cross join lateral (
  select * from journal.transactions where ledger = k.ledger and reference = k.reference limit 1
) t`;

/** Accounts in the order of their ids: the order in which two batches meet on the unique index. */
export const insertAccounts = `
insert into journal.accounts
  (no, ledger, id, type, currency, min_balance, max_balance, status, metadata, revision, opened_at)
select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::numeric[],
  $8::text[], $9::json[], $10::int[], $11::timestamptz[]) a (no, ledger, id)
order by ledger, id`;

export const updateAccounts = `
update journal.accounts a
set min_balance = n.min_balance, max_balance = n.max_balance, status = n.status, metadata = n.metadata,
    revision = n.revision
from unnest($1::bigint[], $2::numeric[], $3::numeric[], $4::text[], $5::json[], $6::int[])
  n (no, min_balance, max_balance, status, metadata, revision)
where a.no = n.no`;

export const insertChanges = `
insert into journal.account_changes (account_no, revision, sequence, id, kind, min_balance, max_balance, status,
  metadata, recorded_at, principal, idempotency_key, trace)
select * from unnest($1::bigint[], $2::int[], $3::bigint[], $4::uuid[], $5::text[], $6::numeric[], $7::numeric[],
  $8::text[], $9::json[], $10::timestamptz[], $11::text[], $12::text[], $13::text[])`;

export const insertAnnotations = `
insert into journal.annotations (transaction_id, revision, sequence, id, metadata, recorded_at, principal,
  idempotency_key, trace)
select * from unnest($1::uuid[], $2::int[], $3::bigint[], $4::uuid[], $5::json[], $6::timestamptz[], $7::text[],
  $8::text[], $9::text[])`;

/** Holds that may expire, for the sweep: those made, then those that were closed. */
export const openHolds = `
insert into journal.open_holds (id, ledger, expires_at) select * from unnest($1::uuid[], $2::text[], $3::timestamptz[])`;
export const closeHolds = `delete from journal.open_holds where id = any($1::uuid[])`;

/**
 * Transactions, entries, stored results and outbox rows in one statement: the database checks that a transaction
 * comes whole. Results sorted by key and transactions by reference, the order in which two batches meet on the
 * unique indexes.
 */
export const append = `
with transactions as (
  insert into journal.transactions (sequence, id, ledger, kind, account_nos, versions, reference, effective_at,
    recorded_at, description, metadata, principal, idempotency_key, trace, root_id, parent_id, step, hold_amount,
    hold_captured, hold_released, hold_remaining, expires_at, reversed, wallet, wallet_reference)
  select sequence, id, ledger, kind, account_nos::bigint[], versions::bigint[], reference, effective_at, recorded_at,
    description, metadata, principal, idempotency_key, trace, root_id, parent_id, step, hold_amount, hold_captured,
    hold_released, hold_remaining, expires_at, reversed, wallet, wallet_reference
  from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::json[], $12::text[], $13::text[], $14::text[])
    t (sequence, id, ledger, kind, account_nos, versions, reference, effective_at, recorded_at, description, metadata,
       principal, idempotency_key, trace)
  -- What postings don't have comes for the others only.
  left join unnest($44::bigint[], $45::uuid[], $46::uuid[], $47::int[], $48::numeric[], $49::numeric[], $50::numeric[],
    $51::numeric[], $52::timestamptz[], $53::numeric[], $54::text[], $55::text[])
    s (sequence, root_id, parent_id, step, hold_amount, hold_captured, hold_released, hold_remaining, expires_at,
       reversed, wallet, wallet_reference) using (sequence)
  order by ledger, reference
), entries as (
  insert into journal.entries (account_no, version, transaction_sequence, leg, side, posted, pending, posted_debits,
    posted_credits, pending_debits, pending_credits, effective_at, max_effective_at, recorded_at)
  select * from unnest($15::bigint[], $16::bigint[], $17::bigint[], $18::smallint[], $19::text[], $20::numeric[],
    $21::numeric[], $22::numeric[], $23::numeric[], $24::numeric[], $25::numeric[], $26::timestamptz[],
    $27::timestamptz[], $28::timestamptz[])
), results as (
  insert into journal.command_results (key, fingerprint, status, body, transaction_sequence)
  select * from unnest($29::uuid[], $30::bytea[], $31::smallint[], $32::text[], $33::bigint[]) r (key)
  order by key
)
insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload,
  traceparent)
select * from unnest($34::bigint[], $35::text[], $36::text[], $37::text[], $38::text[], $39::text[], $40::text[],
  $41::text[], $42::text[], $43::text[])`;

/** The fate of a transaction, and the timeline to know that it is still the same primary's history. */
export const commitStatus = `
select pg_xact_status($1::xid8) as status, left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) as timeline`;

/** Whether the event ($2), or where there is none the stored result, of transaction $1 is there. */
export const isWritten = `
select case when $2::text is not null
  then exists (select from journal.outbox where xid = $1::xid8 and event_id = $2)
  else exists (select from journal.command_results
               where key = $3 and body = $4)
end as written`;
