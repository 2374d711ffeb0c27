import type { Newest } from './checkpoint.js';

/**
 * What a batch of events brings, as columns for `unnest`: one element a transaction, one element an entry. What came
 * twice in the batch is in it once.
 * Amounts and times stay the text they are in the event.
 */
export interface Incoming {
  transactions: Record<(typeof transactionColumns)[number], unknown[]>;
  entries: Record<(typeof entryColumns)[number], unknown[]>;
  annotations: Record<(typeof annotationColumns)[number], unknown[]>;
}

const transactionColumns = [
  'sequence',
  'id',
  'ledger',
  'kind',
  'root_id',
  'parent_id',
  'reference',
  'description',
  'effective_at',
  'recorded_at',
  'metadata',
  'hold_captured',
  'hold_remaining',
  'expires_at',
  'account_nos',
] as const;

const entryColumns = [
  'sequence',
  'leg',
  'account',
  'account_no',
  'account_type',
  'side',
  'currency',
  'version',
  'posted',
  'pending',
  'posted_debits',
  'posted_credits',
  'pending_debits',
  'pending_credits',
] as const;

const annotationColumns = ['sequence', 'transaction_id', 'revision', 'metadata'] as const;

const recordedTypes = new Set(
  ['posted', 'held', 'captured', 'voided', 'expired', 'reversed'].map((verb) => `ledger.transaction.${verb}`),
);

/** An event that can't be applied however often it is tried. `position` is where it lies in its source. */
export class PoisonEvent extends Error {
  constructor(
    message: string,
    readonly position: string,
    options?: ErrorOptions,
  ) {
    super(`${message} (${position})`, options);
  }
}

export interface SourceEvent {
  /** For people: `ledger.transactions.v1[3]@17`, or `outbox 4711`. */
  position: string;
  /** The event's JSON text; null (a tombstone) is passed over. */
  payload: string | null;
  /** Of the Kafka record. */
  key?: string | null;
  headers?: Record<string, string>;
}

/**
 * Events of other types than a recorded transaction and a change of its metadata are passed over.
 * @throws PoisonEvent for text that is not such an event
 */
export function decode(events: SourceEvent[]): Incoming {
  const incoming: Incoming = {
    transactions: columns(transactionColumns),
    entries: columns(entryColumns),
    annotations: columns(annotationColumns),
  };
  const sequences = new Set<string>();
  for (const event of events) {
    if (event.payload === null) continue;
    try {
      add(incoming, sequences, JSON.parse(event.payload));
    } catch (error) {
      throw new PoisonEvent((error as Error).message, event.position, { cause: error });
    }
  }
  return incoming;
}

/** The greatest sequence in it and the latest time of recording, or undefined when it holds nothing. */
export function newest(...all: Incoming[]): Newest | undefined {
  const sequences = all.flatMap(({ transactions, annotations }) => [
    ...(transactions.sequence as string[]),
    ...(annotations.sequence as string[]),
  ]);
  if (sequences.length === 0) return undefined;
  const times = all.flatMap(({ transactions }) => transactions.recorded_at as string[]);
  return {
    sequence: String(sequences.map(BigInt).reduce((a, b) => (a > b ? a : b))),
    recordedAt: times.length === 0 ? undefined : times.reduce((a, b) => (a > b ? a : b)),
  };
}

function columns<Name extends string>(names: readonly Name[]): Record<Name, unknown[]> {
  return Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, unknown[]>;
}

type Json = Record<string, unknown>;

function add(incoming: Incoming, sequences: Set<string>, event: unknown): void {
  if (!isObject(event) || typeof event.event_type !== 'string')
    throw new Error('not an event: no event_type');
  if (event.event_type === 'ledger.transaction.annotated') return addAnnotation(incoming, sequences, event);
  if (!recordedTypes.has(event.event_type)) return;
  const { transaction, entries, hold } = event;
  if (!isObject(transaction)) throw new Error('no transaction');
  if (!Array.isArray(entries) || entries.length === 0 || !entries.every(isObject))
    throw new Error('no entries');
  const sequence = whole(event, 'sequence');
  // Every value is read before the first is added: a bad event leaves the columns of equal length.
  const row = {
    ...transactionRow(transaction, isObject(hold) ? hold : {}),
    account_nos: `{${entries.map((entry) => whole(entry, 'account_no')).join(',')}}`,
    sequence,
    ledger: needed(event, 'ledger'),
  };
  const legs = entries.map((entry) => entryRow(entry, sequence));
  if (sequences.has(sequence)) return;
  sequences.add(sequence);
  for (const name of transactionColumns) incoming.transactions[name].push(row[name]);
  for (const leg of legs) for (const name of entryColumns) incoming.entries[name].push(leg[name]);
}

function addAnnotation({ annotations }: Incoming, sequences: Set<string>, event: Json): void {
  const { transaction } = event;
  if (!isObject(transaction)) throw new Error('no transaction');
  const row = {
    sequence: whole(event, 'sequence'),
    transaction_id: needed(transaction, 'id'),
    revision: needed(transaction, 'revision'),
    metadata: JSON.stringify(transaction.metadata ?? {}),
  };
  if (sequences.has(row.sequence)) return;
  sequences.add(row.sequence);
  for (const name of annotationColumns) annotations[name].push(row[name]);
}

function transactionRow(transaction: Json, hold: Json) {
  return {
    id: needed(transaction, 'id'),
    kind: needed(transaction, 'kind'),
    root_id: needed(transaction, 'root_id'),
    parent_id: transaction.parent_id ?? null,
    reference: transaction.reference ?? null,
    description: transaction.description ?? null,
    effective_at: needed(transaction, 'effective_at'),
    recorded_at: needed(transaction, 'recorded_at'),
    metadata: JSON.stringify(transaction.metadata ?? {}),
    hold_captured: hold.captured ?? null,
    hold_remaining: hold.remaining ?? null,
    expires_at: hold.expires_at ?? null,
  };
}

function entryRow(entry: Json, sequence: string): Record<(typeof entryColumns)[number], string> {
  const row = { sequence } as Record<(typeof entryColumns)[number], string>;
  for (const name of entryColumns) if (name !== 'sequence') row[name] = needed(entry, name);
  return row;
}

function needed(record: Json, name: string): string {
  const value = record[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new Error(`${name} is missing`);
}

/** A bigint of Postgres's: what reads these numbers here must not be the first to find that they are none. */
function whole(record: Json, name: string): string {
  const value = needed(record, name);
  if (!/^\d{1,18}$/.test(value)) throw new Error(`${name} is no whole number`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
