import { createHash } from 'node:crypto';
import type { EntryRow, Journal } from '../chaos/checker/journal.js';
import { createHistory, type History, type Leg, type Operation } from '../chaos/history.js';
import type { Json } from './client.js';
import type { TopicRecord } from './topic.js';

/** A journal, what clients were told of it, and what the topic has: all of it as it should be. */
export interface MadeUp {
  journal: Journal;
  history: History;
  records: TopicRecord[];
}

const names = ['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits'] as const;

/** A bank of two with 6,000 in all: two transfers, a hold with its capture, and a refusal, one after the other. */
export function madeUp(): MadeUp {
  const journal: Journal = {
    accounts: ['world', 'bank-1', 'bank-2'].map((id, n) => ({
      no: String(n + 1),
      id,
      type: n === 0 ? 'asset' : 'liability',
      currency: 'USD',
      min_balance: n === 0 ? null : '0',
      revision: 1,
      status: 'open',
    })),
    changes: [],
    transactions: [],
    entries: [],
    annotations: [],
    results: [],
    outbox: [],
  };
  journal.changes = journal.accounts.map(({ no }, n) => ({
    account_no: no,
    revision: 1,
    sequence: String(n + 1),
    kind: 'opened',
    status: 'open',
    metadata: '{}',
    idempotency_key: null,
  }));
  const history = createHistory();
  const world = { journal, history, records: [] };
  record(journal, 'funding', 'posting', 'world', 'bank-1', ['6000', '0']);
  told(world, 'transfer', 'first', record(journal, 'first', 'posting', 'bank-1', 'bank-2', ['50', '0']), 50);
  told(
    world,
    'transfer',
    'second',
    record(journal, 'second', 'posting', 'bank-2', 'bank-1', ['10', '0']),
    10,
  );
  const held = record(journal, 'held', 'hold', 'bank-1', 'bank-2', ['0', '20'], {
    amount: '20',
    remaining: '20',
  });
  told(world, 'hold', 'held', held, 20);
  const taken = { amount: '20', captured: '20', remaining: '0', parent: 'held', step: 1 };
  const captured = record(journal, 'captured', 'capture', 'bank-1', 'bank-2', ['20', '-20'], taken);
  told(world, 'capture', 'captured', captured);
  refused(world, 'refused');
  for (const consistency of ['strong', 'eventual'] as const)
    for (const { began, ended, version, balances } of readsOf(world))
      history.reads.push({
        reader: consistency,
        account: 'bank-1',
        consistency,
        began,
        ended,
        version,
        balances,
      });
  history.looks.push({ how: 'one snapshot', began: 1, total: '6000' });
  history.feed.events = journal.outbox.map(({ event_id }) => ({ event_id }));
  return { journal, history, records: journal.outbox.map(recordOf) };
}

interface Chain {
  amount: string;
  captured?: string;
  remaining: string;
  parent?: string;
  step?: number;
}

/** @returns the body of its answer */
function record(
  journal: Journal,
  key: string,
  kind: string,
  from: string,
  to: string,
  [posted, pending]: [string, string],
  hold?: Chain,
): Json {
  const id = `tx-${key}`;
  const sequence = String(journal.changes.length + journal.transactions.length + 1);
  const legs = [from, to].map((account, n): EntryRow => {
    const account_no = journal.accounts.find((row) => row.id === account)!.no;
    const before = journal.entries.findLast((row) => row.account_no === account_no);
    const side = n === 0 ? 'debit' : 'credit';
    const totals = Object.fromEntries(
      names.map((name) => {
        const moved = name === `posted_${side}s` ? posted : name === `pending_${side}s` ? pending : '0';
        return [name, String(BigInt(before?.[name] ?? 0) + BigInt(moved))];
      }),
    ) as Pick<EntryRow, (typeof names)[number]>;
    const version = String(Number(before?.version ?? 0) + 1);
    const recorded_at = `2026-11-22 00:00:0${sequence}+00`;
    const of = {
      account_no,
      version,
      transaction_sequence: sequence,
      leg: n + 1,
      side,
      posted,
      pending,
    } as const;
    return { ...of, ...totals, recorded_at };
  });
  journal.entries.push(...legs);
  journal.transactions.push({
    sequence,
    ledger: 'main',
    id,
    kind,
    root_id: null,
    parent_id: hold?.parent ? `tx-${hold.parent}` : null,
    step: hold?.step ?? null,
    account_nos: legs.map(({ account_no }) => account_no),
    versions: legs.map(({ version }) => version),
    reference: null,
    description: null,
    idempotency_key: key,
    recorded_at: legs[0]!.recorded_at,
    hold_amount: hold?.amount ?? null,
    hold_captured: hold ? (hold.captured ?? '0') : null,
    hold_released: hold ? '0' : null,
    hold_remaining: hold?.remaining ?? null,
  });
  const aggregateid = hold?.parent ? `tx-${hold.parent}` : id;
  journal.outbox.push({
    sequence,
    ledger: 'main',
    event_id: id,
    aggregatetype: 'ledger.transactions',
    aggregateid,
    payload: id,
  });
  return { id, kind, entries: legs.map((leg, n) => shown(leg, n === 0 ? from : to)) };
}

function shown(leg: EntryRow, account: string): Json {
  const [debits, credits, pendingDebits, pendingCredits] = names.map((name) => leg[name]);
  const balances = {
    posted: { debits, credits, balance: String(BigInt(credits!) - BigInt(debits!)) },
    pending: { debits: pendingDebits, credits: pendingCredits },
  };
  const amount = leg.posted === '0' ? leg.pending : leg.posted;
  return { account, side: leg.side, amount, version: Number(leg.version), balances };
}

function told({ journal, history }: MadeUp, kind: string, key: string, body: Json, amount?: number): void {
  const legs: Leg[] | undefined =
    amount === undefined
      ? undefined
      : body.entries.map(({ account, side }: Leg) => ({ account, side, amount: String(amount) }));
  answered(history, { kind, path: `${kind}s`, key, ...(legs && { legs }) }, 201, JSON.stringify(body));
  const sequence = journal.transactions.find(({ id }) => id === body.id)!.sequence;
  journal.results.push({ key: digest(key), status: 201, body: null, transaction_sequence: sequence });
}

function refused({ journal, history }: MadeUp, key: string): void {
  const text = JSON.stringify({ code: 'INSUFFICIENT_FUNDS' });
  answered(history, { kind: 'transfer', path: 'transfers', key }, 422, text);
  journal.results.push({ key: digest(key), status: 422, body: text, transaction_sequence: null });
}

/** One after the other: what begins does so after the one before was answered. */
function answered({ operations }: History, of: Partial<Operation>, status: number, text: string): void {
  const number = operations.length;
  const attempt = { api: 'api-1', began: number * 10, ended: number * 10 + 5, status, text };
  const operation = { method: 'POST', body: {}, client: 'client', number, attempts: [attempt], ...of };
  operations.push(operation as Operation);
}

/** Of bank-1, after each command. */
function readsOf({ history }: MadeUp) {
  return history.operations.flatMap(({ attempts: [attempt] }) => {
    const entry = JSON.parse(attempt!.text!).entries?.find(({ account }: Leg) => account === 'bank-1');
    if (!entry) return [];
    const { version, balances } = entry;
    return [{ began: attempt!.ended + 1, ended: attempt!.ended + 2, version, balances }];
  });
}

function recordOf(row: Journal['outbox'][number], n: number): TopicRecord {
  const { event_id, aggregateid, payload } = row;
  return { partition: 0, offset: String(n), key: aggregateid, value: payload, headers: { ce_id: event_id } };
}

const digest = (key: string) =>
  createHash('sha256').update(`main\nanonymous\n${key}`).digest('hex').slice(0, 32);
