import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { transactionEvent } from '../../src/events/transaction-event.js';
import type { Transaction } from '../../src/ledger/rules/record.js';

/** Writes the journal by hand within a transaction of the caller's, who decides when it commits. */

export interface Leg {
  account: string;
  side: 'debit' | 'credit';
  posted?: bigint;
  pending?: bigint;
}

type Extra = Partial<Transaction>;

/** Opens accounts of USD; `asset` for ids that begin with `cash`, else `liability`. */
export async function openAccounts(client: pg.ClientBase, ids: string[]): Promise<void> {
  await client.query(
    `insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
     select nextval('journal.account_no'), 'main', id, case when id like 'cash%' then 'asset' else 'liability' end,
            'USD', 'open', json_build_object('name', id, 'tier', 1), 1, clock_timestamp()
     from unnest($1::text[]) id`,
    [ids],
  );
}

/** Locks the accounts in order, as the service does, and appends one transaction with its event. */
export async function record(client: pg.ClientBase, legs: Leg[], extra: Extra = {}): Promise<Transaction> {
  const { rows: accounts } = await client.query(
    `select no, id, type from journal.accounts where ledger = 'main' and id = any($1) order by no for no key update`,
    [legs.map((leg) => leg.account)],
  );
  const { rows: heads } = await client.query(
    `select distinct on (account_no) account_no, version, posted_debits, posted_credits, pending_debits,
            pending_credits, max_effective_at
     from journal.entries where account_no = any($1) order by account_no, version desc`,
    [accounts.map((account) => account.no)],
  );
  const { rows: now } = await client.query(
    `select nextval('journal.sequence') as sequence, clock_timestamp() as time`,
  );
  const states = new Map(accounts.map((account) => [account.id, stateOf(account, heads)]));
  const { time, sequence } = now[0];
  const id = randomUUID();
  const entries = legs.map((leg, index) => entryOf(leg, index + 1, states.get(leg.account)!, time));
  const transaction: Transaction = {
    sequence,
    id,
    ledger: 'main',
    kind: 'posting',
    rootId: null,
    parentId: null,
    step: null,
    hold: null,
    reversed: null,
    wallet: null,
    walletReference: null,
    reference: null,
    description: null,
    effectiveAt: time,
    recordedAt: time,
    metadata: null,
    principal: 'test',
    idempotencyKey: null,
    trace: null,
    ...extra,
    entries,
  };
  await insert(client, transaction);
  return transaction;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Row = any;

function stateOf(account: Row, heads: Row[]) {
  const head = heads.find((row) => row.account_no === account.no) ?? {};
  const total = (name: string) => BigInt(head[name] ?? 0);
  return {
    no: account.no as string,
    type: account.type,
    version: Number(head.version ?? 0),
    maxEffectiveAt: (head.max_effective_at ?? '') as string,
    postedDebits: total('posted_debits'),
    postedCredits: total('posted_credits'),
    pendingDebits: total('pending_debits'),
    pendingCredits: total('pending_credits'),
  };
}

function entryOf(leg: Leg, number: number, state: ReturnType<typeof stateOf>, time: string) {
  const { posted = 0n, pending = 0n, side } = leg;
  state.version += 1;
  if (time > state.maxEffectiveAt) state.maxEffectiveAt = time;
  if (side === 'debit') {
    state.postedDebits += posted;
    state.pendingDebits += pending;
  } else {
    state.postedCredits += posted;
    state.pendingCredits += pending;
  }
  const { no: accountNo, type: accountType, ...totals } = state;
  return {
    leg: number,
    accountNo,
    account: leg.account,
    accountType,
    currency: 'USD',
    side,
    posted,
    pending,
    ...totals,
  };
}

async function insert(client: pg.ClientBase, t: Transaction): Promise<void> {
  const event = transactionEvent(t);
  const { hold } = t;
  await client.query(
    `with t as (
       insert into journal.transactions (sequence, id, ledger, kind, root_id, parent_id, account_nos, versions,
         reference, effective_at, recorded_at, description, metadata, principal, hold_captured, hold_remaining,
         hold_amount, hold_released, step)
       values ($1, $2, 'main', $3, $4, $5, $6, $7, $8, $9, $9, $10, $11, 'test', $12, $13, $22, $23, $24)
     ), e as (
       insert into journal.entries
       select (e->>'accountNo')::bigint, (e->>'version')::bigint, $1, (e->>'leg')::int, e->>'side',
              (e->>'posted')::numeric, (e->>'pending')::numeric, (e->>'postedDebits')::numeric,
              (e->>'postedCredits')::numeric, (e->>'pendingDebits')::numeric, (e->>'pendingCredits')::numeric,
              $9, (e->>'maxEffectiveAt')::timestamptz, $9
       from jsonb_array_elements($14::jsonb) e
     )
     insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload)
     values ($1, $15, 'ledger.transactions', $16, $17, $18, $19, $20, $21)`,
    [
      ...[t.sequence, t.id, t.kind, t.rootId, t.parentId],
      t.entries.map((entry) => entry.accountNo),
      t.entries.map((entry) => entry.version),
      ...[t.reference, t.recordedAt, t.description, t.metadata && JSON.stringify(t.metadata)],
      ...[hold && String(hold.captured), hold && String(hold.remaining)],
      JSON.stringify(t.entries, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      ...[t.id, event.aggregateid, event.type, event.source, event.time, event.dataschema, event.payload],
      ...[hold && String(hold.amount), hold && String(hold.released), t.step],
    ],
  );
}
