import type { OutboxEvent } from '../../events/event.js';
import type { Account } from '../rules/account.js';
import type { AccountChange, Annotation, Entry, Hold, Transaction } from '../rules/record.js';
import { arrayLiteral } from '../../platform/array.js';
import * as types from '../../platform/binary-array.js';
import { binaryArray, type ElementType } from '../../platform/binary-array.js';
import { resultKey, type Outcome, type Work } from './request.js';

/** A result to be stored under its request's key. */
export interface NewResult {
  request: Work;
  outcome: Outcome;
  /** Of the transaction that the answer's body is made from again; null: the body itself is stored. */
  sequence: string | null;
}

const text = (value: bigint | null) => (value === null ? null : String(value));

/** Parameters of `append`: a column of each table an array. */
export function appendColumns(
  transactions: Transaction[],
  results: NewResult[],
  events: OutboxEvent[],
): Buffer[] {
  const t = <T>(type: ElementType<T>, pick: (row: Transaction) => T | null) =>
    binaryArray(type, transactions.map(pick));
  const r = <T>(type: ElementType<T>, pick: (row: NewResult) => T | null) =>
    binaryArray(type, results.map(pick));
  const o = (pick: (row: OutboxEvent) => string | null) => binaryArray(types.text, events.map(pick));
  const entries = transactions.flatMap((transaction) => transaction.entries);
  const e = <T>(type: ElementType<T>, pick: (row: Entry) => T) => binaryArray(type, entries.map(pick));
  const of = <T>(type: ElementType<T>, pick: (row: Transaction) => T) =>
    binaryArray(
      type,
      transactions.flatMap((row) => row.entries.map(() => pick(row))),
    );
  return [
    t(types.int8, (row) => row.sequence),
    t(types.uuid, (row) => row.id),
    t(types.text, (row) => row.ledger),
    t(types.text, (row) => row.kind),
    t(types.text, (row) => `{${row.entries.map((entry) => entry.accountNo).join(',')}}`),
    t(types.text, (row) => `{${row.entries.map((entry) => entry.version).join(',')}}`),
    t(types.text, (row) => row.reference),
    t(types.timestamptz, (row) => row.effectiveAt),
    t(types.timestamptz, (row) => row.recordedAt),
    t(types.text, (row) => row.description),
    t(types.json, (row) => row.metadata && JSON.stringify(row.metadata)),
    t(types.text, (row) => row.principal),
    t(types.text, (row) => row.idempotencyKey),
    t(types.text, (row) => row.trace),
    e(types.int8, (entry) => entry.accountNo),
    e(types.int8, (entry) => entry.version),
    of(types.int8, (row) => row.sequence),
    e(types.int2, (entry) => entry.leg),
    e(types.text, (entry) => entry.side),
    e(types.numeric, (entry) => entry.posted),
    e(types.numeric, (entry) => entry.pending),
    e(types.numeric, (entry) => entry.postedDebits),
    e(types.numeric, (entry) => entry.postedCredits),
    e(types.numeric, (entry) => entry.pendingDebits),
    e(types.numeric, (entry) => entry.pendingCredits),
    of(types.timestamptz, (row) => row.effectiveAt),
    e(types.timestamptz, (entry) => entry.maxEffectiveAt),
    of(types.timestamptz, (row) => row.recordedAt),
    r(types.uuid, ({ request }) => resultKey(request)),
    r(types.bytea, ({ request }) => request.fingerprint),
    r(types.int2, ({ outcome }) => outcome.status),
    r(types.text, ({ outcome, sequence }) => (sequence === null ? outcome.body : null)),
    r(types.int8, ({ sequence }) => sequence),
    binaryArray(
      types.int8,
      events.map((event) => event.sequence),
    ),
    o((event) => event.eventId),
    o((event) => event.aggregatetype),
    o((event) => event.aggregateid),
    o((event) => event.type),
    o((event) => event.source),
    o((event) => event.time),
    o((event) => event.dataschema),
    o((event) => event.payload),
    o((event) => event.traceparent),
    ...specialColumns(transactions.filter(isSpecial)),
  ];
}

/** What postings don't have. */
function isSpecial({ kind, wallet }: Transaction): boolean {
  return kind !== 'posting' || wallet !== null;
}

function specialColumns(transactions: Transaction[]): Buffer[] {
  const t = <T>(type: ElementType<T>, pick: (row: Transaction) => T | null) =>
    binaryArray(type, transactions.map(pick));
  const h = (pick: (hold: Hold) => bigint) => t(types.numeric, ({ hold }) => hold && pick(hold));
  return [
    t(types.int8, (row) => row.sequence),
    t(types.uuid, (row) => row.rootId),
    t(types.uuid, (row) => row.parentId),
    t(types.int4, (row) => row.step),
    h((hold) => hold.amount),
    h((hold) => hold.captured),
    h((hold) => hold.released),
    h((hold) => hold.remaining),
    t(types.timestamptz, ({ hold }) => hold && hold.expiresAt),
    t(types.numeric, (row) => row.reversed),
    t(types.text, (row) => row.wallet),
    t(types.text, (row) => row.walletReference),
  ];
}

export function annotationColumns(annotations: Annotation[]): unknown[] {
  const a = <T>(pick: (row: Annotation) => T) => arrayLiteral(annotations.map(pick));
  return [
    a((row) => row.transactionId),
    a((row) => row.revision),
    a((row) => row.sequence),
    a((row) => row.id),
    a((row) => JSON.stringify(row.metadata)),
    a((row) => row.recordedAt),
    a((row) => row.principal),
    a((row) => row.idempotencyKey),
    a((row) => row.trace),
  ];
}

export function accountColumns(accounts: Account[]): unknown[] {
  const a = <T>(pick: (row: Account) => T) => arrayLiteral(accounts.map(pick));
  return [
    a((row) => row.no),
    a((row) => row.ledger),
    a((row) => row.id),
    a((row) => row.type),
    a((row) => row.currency),
    a((row) => text(row.minBalance)),
    a((row) => text(row.maxBalance)),
    a((row) => row.status),
    a((row) => JSON.stringify(row.metadata)),
    a((row) => row.revision),
    a((row) => row.openedAt),
  ];
}

export function accountUpdateColumns(accounts: Account[]): unknown[] {
  const a = <T>(pick: (row: Account) => T) => arrayLiteral(accounts.map(pick));
  return [
    a((row) => row.no),
    a((row) => text(row.minBalance)),
    a((row) => text(row.maxBalance)),
    a((row) => row.status),
    a((row) => JSON.stringify(row.metadata)),
    a((row) => row.revision),
  ];
}

export function changeColumns(changes: AccountChange[]): unknown[] {
  const c = <T>(pick: (row: AccountChange) => T) => arrayLiteral(changes.map(pick));
  return [
    c((row) => row.account.no),
    c((row) => row.account.revision),
    c((row) => row.sequence),
    c((row) => row.id),
    c((row) => row.kind),
    c((row) => text(row.account.minBalance)),
    c((row) => text(row.account.maxBalance)),
    c((row) => row.account.status),
    c((row) => JSON.stringify(row.account.metadata)),
    c((row) => row.recordedAt),
    c((row) => row.principal),
    c((row) => row.idempotencyKey),
    c((row) => row.trace),
  ];
}

export function openHoldColumns(holds: Transaction[]): unknown[] {
  return [
    holds.map(({ id }) => id),
    holds.map(({ ledger }) => ledger),
    holds.map(({ hold }) => hold!.expiresAt),
  ];
}
