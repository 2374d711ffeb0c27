import { createHash } from 'node:crypto';
import type { Json } from '../../support/client.js';
import { answerOf, isDefinite, outcomeOf, type Leg, type Operation } from '../history.js';
import { groupBy } from './group.js';
import type { ChangeRow, EntryRow, Journal, TransactionRow } from './journal.js';
import type { Violation } from './violation.js';

/** What the journal has, found by the key of a command. */
export interface Recorded {
  journal: Journal;
  /** Transactions and changes of accounts by the key that they were recorded under. */
  transactions: Map<string, TransactionRow[]>;
  changes: Map<string, ChangeRow[]>;
  legs: Map<string, EntryRow[]>;
  accountIds: Map<string, string>;
  results: Map<string, Journal['results'][number]>;
  sequences: Map<string, string>;
}

export function indexed(journal: Journal): Recorded {
  const keyed = <T extends { idempotency_key: string | null }>(rows: T[]) =>
    groupBy(rows, ({ idempotency_key }) => idempotency_key ?? '');
  const accountIds = new Map(journal.accounts.map(({ no, id }) => [no, id]));
  // A settlement account is opened along with the transaction that first needs it.
  const asked = journal.changes.filter(
    ({ account_no }) => !accountIds.get(account_no)?.startsWith('wallet:'),
  );
  return {
    journal,
    transactions: keyed(journal.transactions),
    changes: keyed(asked),
    legs: groupBy(journal.entries, ({ transaction_sequence }) => transaction_sequence),
    accountIds,
    results: new Map(journal.results.map((row) => [row.key, row])),
    sequences: new Map(journal.transactions.map(({ id, sequence }) => [id, sequence])),
  };
}

/** Where an item of a bulk is kept. */
export const itemKey = (key: string, index: number) => `${key}→${index}`;

/** Every command took effect as often as its answer says, and as it says. */
export function checkEffects(recorded: Recorded, operations: Operation[]): Violation[] {
  return operations.flatMap((operation) =>
    [...sameAnswers(operation), ...effectsOf(recorded, operation)].map((what) => ({
      check: 'effects',
      what,
      operation,
    })),
  );
}

/** How often a command took effect, whoever was told of it. */
export function timesDone({ transactions, changes }: Recorded, { key, path, body }: Operation): number {
  const keys = path === 'bulk' ? body.commands.map((_: Json, n: number) => itemKey(key!, n)) : [key];
  const count = (rows: Map<string, unknown[]>) =>
    keys.reduce((sum: number, each: string) => sum + (rows.get(each)?.length ?? 0), 0);
  return count(transactions) + count(changes);
}

/** Status and body under a key are the same, byte for byte, whenever they are asked for. */
function sameAnswers({ key, attempts }: Operation): string[] {
  const stored = attempts.filter((each) => isDefinite(each) && isStored(each.status!));
  if (key === null || stored.length === 0) return [];
  const [first, ...rest] = stored;
  const others = rest.filter(({ status, text }) => status !== first!.status || text !== first!.text);
  return others.map(({ status, text }) => `is answered otherwise than before: ${status} ${text}`);
}

const isStored = (status: number) => status < 300 || status === 409 || status === 422;

function effectsOf(recorded: Recorded, operation: Operation): string[] {
  if (operation.dryRun) return dryRun(recorded, operation);
  if (operation.method === 'PATCH') return marked(recorded, operation);
  const outcome = outcomeOf(operation);
  const answer = answerOf(operation);
  const body = answer?.text === undefined ? undefined : JSON.parse(answer.text);
  if (operation.path === 'bulk') return bulk(recorded, operation, body);
  if (outcome === 'unknown') return once(recorded, operation.key!, { most: 1 });
  if (outcome === 'refused')
    return [...once(recorded, operation.key!, { most: 0 }), ...stored(recorded, operation.key!, answer!)];
  return [...acknowledged(recorded, operation, body), ...stored(recorded, operation.key!, answer!)];
}

function bulk(recorded: Recorded, { key, body: { mode, commands } }: Operation, body: Json): string[] {
  const items = commands.map((_: Json, n: number) => itemKey(key!, n)) as string[];
  const done = items.map((each) => once(recorded, each, { most: 1 }));
  if (!body) {
    const count = items.filter(
      (each) => recorded.transactions.has(each) || recorded.changes.has(each),
    ).length;
    const halved = mode === 'atomic' && count > 0 && count < items.length;
    return [...done.flat(), ...(halved ? [`is atomic, and ${count} of ${items.length} took effect`] : [])];
  }
  if (body.results === undefined) return items.flatMap((each) => once(recorded, each, { most: 0 }));
  return items.flatMap((each, n) => {
    const { status, body: shown } = body.results[n];
    const answer = { status, text: JSON.stringify(shown) };
    const effect = status < 300 ? command(recorded, each, shown, true) : once(recorded, each, { most: 0 });
    return [...effect, ...stored(recorded, each, answer)];
  });
}

function acknowledged(recorded: Recorded, operation: Operation, body: Json): string[] {
  const { key, path, legs } = operation;
  if (path.startsWith('/v1/wallet')) return wallet(recorded, key!, body);
  const opening = path === 'accounts';
  const wrong = command(recorded, key!, body, opening);
  return legs && body.entries && !sameLegs(legs, body.entries)
    ? [...wrong, `is answered with other legs than it asked for`]
    : wrong;
}

function sameLegs(asked: Leg[], shown: Json[]): boolean {
  const text = ({ account, side, amount }: Leg) => `${account} ${side} ${amount}`;
  return asked.map(text).join() === shown.map(text).join();
}

/** A transaction or an account, as it was answered. */
function command(recorded: Recorded, key: string, body: Json, opening: boolean): string[] {
  return body.entries ? transaction(recorded, key, body) : account(recorded, key, body, opening);
}

function transaction(recorded: Recorded, key: string, body: Json): string[] {
  const wrong = once(recorded, key, { least: 1, most: 1 });
  const row = recorded.transactions.get(key)?.[0];
  if (!row) return wrong;
  if (row.id !== body.id || row.kind !== body.kind)
    return [...wrong, `is ${row.kind} ${row.id} in the journal, ${body.kind} ${body.id} in the answer`];
  const legs = (recorded.legs.get(row.sequence) ?? []).toSorted((a, b) => a.leg - b.leg);
  const kept = legs.map((entry) => {
    const account = recorded.accountIds.get(entry.account_no);
    const { side, version, posted_debits, posted_credits, pending_debits, pending_credits } = entry;
    return [account, side, version, posted_debits, posted_credits, pending_debits, pending_credits].join();
  });
  const shown = body.entries.map(({ account, side, version, balances: { posted, pending } }: Json) =>
    [account, side, version, posted.debits, posted.credits, pending.debits, pending.credits].join(),
  );
  return kept.join(';') === shown.join(';')
    ? wrong
    : [...wrong, `has other entries than it was answered: ${kept.join('; ')}`];
}

/** An account that was already so is answered as it is, and nothing is recorded. */
function account(recorded: Recorded, key: string, body: Json, opening: boolean): string[] {
  const wrong = once(recorded, key, { least: opening ? 1 : 0, most: 1 });
  const row = recorded.changes.get(key)?.[0];
  if (row && (row.revision !== body.revision || row.status !== body.status))
    wrong.push(`is revision ${row.revision}, ${row.status} in the journal, not as answered`);
  return wrong;
}

function wallet(recorded: Recorded, key: string, { entry_id, hold_id }: Json): string[] {
  const wrong = once(recorded, key, { least: 1, most: 1 });
  const row = recorded.transactions.get(key)?.[0];
  const id = entry_id?.split('.')[0] ?? (row?.kind === 'hold' ? hold_id : undefined);
  if (row && id && row.id !== id) wrong.push(`is ${row.id} in the journal, ${id} in the answer`);
  return wrong;
}

function once({ transactions, changes }: Recorded, key: string, { least = 0, most = 1 }): string[] {
  const times = (transactions.get(key)?.length ?? 0) + (changes.get(key)?.length ?? 0);
  if (times < least) return [`was acknowledged and is not in the journal (${key})`];
  if (times > most) return [`took effect ${times} times, where ${most} is the most (${key})`];
  return [];
}

/** The result is kept with what it tells of. */
function stored(
  { results, sequences }: Recorded,
  key: string,
  { status, text }: { status?: number; text?: string },
): string[] {
  if (!isStored(status!)) return [];
  const row = results.get(createHash('sha256').update(`main\nanonymous\n${key}`).digest('hex').slice(0, 32));
  if (!row) return [`has no stored result (${key})`];
  if (row.status !== status) return [`is stored with status ${row.status}, and was answered ${status}`];
  if (row.body !== null) return row.body === text ? [] : [`is stored with another body: ${row.body}`];
  const { id, entry_id, hold_id } = JSON.parse(text!);
  const sequence = sequences.get(id ?? entry_id?.split('.')[0] ?? hold_id);
  const ends = id === undefined && entry_id === undefined;
  return row.transaction_sequence === sequence || ends
    ? []
    : [`is stored as transaction ${row.transaction_sequence}`];
}

function dryRun({ journal, transactions }: Recorded, { mark, key }: Operation): string[] {
  const left = journal.transactions.some(({ description }) => description === mark);
  return left || (key && transactions.has(key)) ? ['was a dry run and is in the journal'] : [];
}

/** A PATCH says what shall be: done again it changes nothing, unless somebody else came between. */
function marked({ journal }: Recorded, operation: Operation): string[] {
  const { mark, path } = operation;
  const of = path.split('/')[1];
  const outcome = outcomeOf(operation);
  if (path.startsWith('accounts')) {
    const times = journal.changes.filter(({ metadata }) => metadata.includes(mark!)).length;
    return outcome === 'acknowledged' && times === 0 ? ['was acknowledged and is not in the journal'] : [];
  }
  const revisions = journal.annotations.filter(({ transaction_id }) => transaction_id === of);
  const first = revisions.findIndex(({ metadata }) => metadata.includes(mark!));
  if (outcome === 'acknowledged' && first < 0) return ['was acknowledged and is not in the journal'];
  if (outcome === 'refused' && first >= 0) return ['was refused and is in the journal'];
  const lost = first >= 0 && revisions.slice(first).some(({ metadata }) => !metadata.includes(mark!));
  return lost ? ['is gone from a later revision of the metadata'] : [];
}
