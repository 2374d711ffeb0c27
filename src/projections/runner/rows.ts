import type pg from 'pg';
import { projections, schemaOf, type Projection, type Rows } from '../projection.js';
import { newest, type Incoming } from './incoming.js';

// The two sources of a projection's rows, with the same columns, so that the same text applies either.

const fromEvents: Record<Rows, string> = {
  transactions: `
select * from unnest(
  $1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
  $9::timestamptz[], $10::timestamptz[], $11::jsonb[], $12::numeric[], $13::numeric[]
) as t (sequence, id, ledger, kind, root_id, parent_id, reference, description,
        effective_at, recorded_at, metadata, hold_captured, hold_remaining)`,
  entries: `
select e.*, t.transaction_id, t.ledger, t.kind, t.reference, t.description, t.effective_at, t.recorded_at
from unnest(
  $1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[]
) as t (sequence, transaction_id, ledger, kind, reference, description, effective_at, recorded_at)
join unnest(
  $9::bigint[], $10::smallint[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::bigint[],
  $17::numeric[], $18::numeric[], $19::numeric[], $20::numeric[], $21::numeric[], $22::numeric[]
) as e (sequence, leg, account, account_no, account_type, side, currency, version,
        posted, pending, posted_debits, posted_credits, pending_debits, pending_credits) using (sequence)`,
  annotations: `
select * from unnest($1::bigint[], $2::uuid[], $3::int[], $4::jsonb[])
  as a (sequence, transaction_id, revision, metadata)`,
};

const fromJournal: Record<Rows, string> = {
  transactions: `
select sequence, id, ledger, kind, coalesce(root_id, id) as root_id, parent_id, reference, description,
       effective_at, recorded_at, coalesce(metadata::jsonb, '{}') as metadata, hold_captured, hold_remaining
from journal.transactions
where sequence > $1 and sequence <= $2`,
  entries: `
select t.sequence, t.id as transaction_id, t.ledger, t.kind, t.reference, t.description,
       t.effective_at, t.recorded_at, e.leg, a.id as account, e.account_no, a.type as account_type, e.side,
       a.currency, e.version, e.posted, e.pending,
       e.posted_debits, e.posted_credits, e.pending_debits, e.pending_credits
from journal.transactions t
cross join lateral unnest(t.account_nos, t.versions) as l (account_no, version)
join journal.entries e on e.account_no = l.account_no and e.version = l.version
join journal.accounts a on a.no = e.account_no
where t.sequence > $1 and t.sequence <= $2`,
  annotations: `
select sequence, transaction_id, revision, metadata::jsonb as metadata
from journal.annotations
where sequence > $1 and sequence <= $2`,
};

const statements = (incoming: Record<Rows, string>) =>
  projections.flatMap((projection) =>
    projection.apply.map(({ over, text }) => ({ over, text: statement(projection, text, incoming[over]) })),
  );

function statement(projection: Projection, text: string, incoming: string): string {
  return text.replace('{incoming}', incoming).replaceAll('{schema}', schemaOf(projection));
}

// Not named statements: their generic plan, blind to the length of the arrays, joins them by a nested loop.
const live = statements(fromEvents);
const replay = statements(fromJournal);

/** Applies decoded events to every projection. Twice, or in another order, comes to the same. */
export async function applyIncoming(client: pg.ClientBase, incoming: Incoming): Promise<void> {
  if (!newest(incoming)) return;
  for (const { over, text } of live) {
    const [sequences] = Object.values(incoming[over]);
    if (sequences!.length === 0) continue;
    const values = over === 'entries' ? entryValues(incoming) : Object.values(incoming[over]);
    await client.query(text, values);
  }
}

/** Applies the transactions `after` < sequence ≤ `through` of the journal to every projection. */
export async function applyJournal(client: pg.ClientBase, after: string, through: string): Promise<void> {
  for (const { text } of replay) await client.query(text, [after, through]);
}

function entryValues({ transactions: t, entries }: Incoming): unknown[] {
  const { sequence, id, ledger, kind, reference, description, effective_at, recorded_at } = t;
  return [
    ...[sequence, id, ledger, kind, reference, description, effective_at, recorded_at],
    ...Object.values(entries),
  ];
}
