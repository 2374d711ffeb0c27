import type pg from 'pg';
import type { Target } from '../versions.js';
import { projections, type Apply, type Rows } from '../projection.js';
import { newest, type Incoming } from './incoming.js';
import type { RowSource } from './journal-rows.js';

/** A batch of events as rows, with the columns of the journal's rows, so that the same text applies either. */
const fromEvents: Record<Rows, string> = {
  transactions: `
select t.*, t.accounts::bigint[] as account_nos from unnest(
  $1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
  $9::timestamptz[], $10::timestamptz[], $11::jsonb[], $12::numeric[], $13::numeric[], $14::timestamptz[], $15::text[]
) as t (sequence, id, ledger, kind, root_id, parent_id, reference, description,
        effective_at, recorded_at, metadata, hold_captured, hold_remaining, expires_at, accounts)`,
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

interface Step extends Apply {
  target: Target;
}

/** What is done an account at a time comes last: others wait for it, until the commit only. */
function stepsOf(targets: Target[]): Step[] {
  const steps = projections.flatMap(({ name, apply }) =>
    targets
      .filter(({ projection }) => projection === name)
      .flatMap((target) => apply.map((step) => ({ ...step, target }))),
  );
  return [...steps.filter(({ byAccount }) => !byAccount), ...steps.filter(({ byAccount }) => byAccount)];
}

/** A projection's text over rows of a source, for one version of it. */
export function statement(text: string, incoming: string, schema: string): string {
  return text.replace('{incoming}', () => incoming).replaceAll('{schema}', schema);
}

/**
 * Applies decoded events to versions of projections. Twice, or in another order, comes to the same.
 * @param targets as `appliedTo` or `appliedAlone` gave them in this transaction
 */
export async function applyIncoming(
  client: pg.ClientBase,
  incoming: Incoming,
  targets: Target[],
): Promise<void> {
  if (!newest(incoming)) return;
  let locked = false;
  for (const { over, text, byAccount, target } of stepsOf(targets)) {
    if (sizeOf(incoming, over) === 0) continue;
    if (byAccount && !locked) {
      await lockAccounts(client, incoming.entries.account_no);
      locked = true;
    }
    const values = over === 'entries' ? entryValues(incoming) : Object.values(incoming[over]);
    // Not a named statement: its generic plan, blind to the length of the arrays, joins them by a nested loop.
    await client.query(statement(text, fromEvents[over], target.schema), values);
  }
}

/** Applies rows of the journal to versions of projections that nobody else applies to meanwhile. */
export async function applyJournal(
  client: pg.ClientBase,
  sources: Partial<Record<Rows, RowSource>>,
  targets: Target[],
): Promise<void> {
  for (const { over, text, target } of stepsOf(targets)) {
    const source = sources[over];
    if (source) await client.query(statement(text, source.text, target.schema), source.values);
  }
}

const LOCKS = 64;

/**
 * Until the commit nobody else applies to these accounts, nor to others of their buckets; what is read afterwards is
 * what they left. Rows to lock would have to be made first; and a lock an account would fill Postgres's table of them.
 */
async function lockAccounts(client: pg.ClientBase, accounts: unknown[]): Promise<void> {
  const buckets = new Set(accounts.map((no) => Number(BigInt(no as string) % BigInt(LOCKS))));
  await client.query(
    `select pg_advisory_xact_lock(hashtext('projections.accounts'), bucket)
     from (select bucket from unnest($1::int[]) bucket order by bucket) b`,
    [[...buckets]],
  );
}

function sizeOf(incoming: Incoming, over: Rows): number {
  return Object.values(incoming[over])[0]!.length;
}

function entryValues({ transactions: t, entries }: Incoming): unknown[] {
  const { sequence, id, ledger, kind, reference, description, effective_at, recorded_at } = t;
  return [
    ...[sequence, id, ledger, kind, reference, description, effective_at, recorded_at],
    ...Object.values(entries),
  ];
}
