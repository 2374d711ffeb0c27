import { parseTime } from '../../ledger/rules/time.js';
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
 * @param sequences of what came before, which is left out; what comes is added
 * @throws PoisonEvent for text that is not such an event
 */
export function decode(events: SourceEvent[], sequences = new Set<string>()): Incoming {
  const incoming: Incoming = {
    transactions: columns(transactionColumns),
    entries: columns(entryColumns),
    annotations: columns(annotationColumns),
  };
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

/** One after the other. */
export function together([first, ...others]: Incoming[]): Incoming {
  if (!first) return decode([]);
  if (others.length === 0) return first;
  const joined = (of: keyof Incoming) =>
    Object.fromEntries(
      Object.entries(first[of] as Record<string, unknown[]>).map(([name, column]) => [
        name,
        column.concat(...others.map((other) => (other[of] as Record<string, unknown[]>)[name]!)),
      ]),
    );
  return {
    transactions: joined('transactions'),
    entries: joined('entries'),
    annotations: joined('annotations'),
  } as Incoming;
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
  const sequence = checked(event, 'sequence', 'whole');
  // Every value is read before the first is added: a bad event leaves the columns of equal length.
  const row = {
    ...transactionRow(transaction, isObject(hold) ? hold : {}),
    account_nos: `{${entries.map((entry) => checked(entry, 'account_no', 'whole')).join(',')}}`,
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
    sequence: checked(event, 'sequence', 'whole'),
    transaction_id: checked(transaction, 'id', 'uuid'),
    revision: checked(transaction, 'revision', 'whole'),
    metadata: JSON.stringify(transaction.metadata ?? {}),
  };
  if (sequences.has(row.sequence)) return;
  sequences.add(row.sequence);
  for (const name of annotationColumns) annotations[name].push(row[name]);
}

function transactionRow(transaction: Json, hold: Json) {
  const { parent_id, reference, description, metadata } = transaction;
  const { captured, remaining, expires_at } = hold;
  return {
    id: checked(transaction, 'id', 'uuid'),
    kind: needed(transaction, 'kind'),
    root_id: checked(transaction, 'root_id', 'uuid'),
    parent_id: parent_id == null ? null : checked(transaction, 'parent_id', 'uuid'),
    reference: reference ?? null,
    description: description ?? null,
    effective_at: checked(transaction, 'effective_at', 'time'),
    recorded_at: checked(transaction, 'recorded_at', 'time'),
    metadata: JSON.stringify(metadata ?? {}),
    hold_captured: captured == null ? null : checked(hold, 'captured', 'amount'),
    hold_remaining: remaining == null ? null : checked(hold, 'remaining', 'amount'),
    expires_at: expires_at == null ? null : checked(hold, 'expires_at', 'time'),
  };
}

/** Of an entry; those that are not named are any text. */
const entryForms: Partial<Record<(typeof entryColumns)[number], keyof typeof forms>> = {
  leg: 'whole',
  account_no: 'whole',
  version: 'whole',
  posted: 'amount',
  pending: 'amount',
  posted_debits: 'amount',
  posted_credits: 'amount',
  pending_debits: 'amount',
  pending_credits: 'amount',
};

function entryRow(entry: Json, sequence: string): Record<(typeof entryColumns)[number], string> {
  const row = { sequence } as Record<(typeof entryColumns)[number], string>;
  for (const name of entryColumns) {
    const form = entryForms[name];
    if (name !== 'sequence') row[name] = form ? checked(entry, name, form) : needed(entry, name);
  }
  return row;
}

function needed(record: Json, name: string): string {
  const value = record[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new Error(`${name} is missing`);
}

const forms = {
  whole: { is: (value: string) => /^\d{1,18}$/.test(value), name: 'whole number' },
  amount: { is: (value: string) => /^-?\d{1,38}$/.test(value), name: 'amount' },
  uuid: { is: (value: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value), name: 'UUID' },
  time: { is: (value: string) => parseTime(value) !== undefined, name: 'time' },
};

/**
 * What Postgres would refuse is found out here: else a projection that doesn't use the value would take an event that the
 * others can't.
 */
function checked(record: Json, name: string, form: keyof typeof forms): string {
  const value = needed(record, name);
  if (!forms[form].is(value)) throw new Error(`${name} is no ${forms[form].name}`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
