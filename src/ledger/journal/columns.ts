import type { OutboxEvent } from '../../events/event.js';
import type { Account } from '../rules/account.js';
import type { AccountChange, Annotation, Hold, Transaction } from '../rules/record.js';
import { arrayLiteral } from '../../platform/array.js';
import type { Outcome, Work } from './request.js';

/** A result to be stored under its request's key. */
export interface NewResult {
  request: Work;
  outcome: Outcome;
}

const text = (value: bigint | null) => (value === null ? null : String(value));

/** Parameters of `append`: a column of each table an array. */
export function appendColumns(
  transactions: Transaction[],
  results: NewResult[],
  events: OutboxEvent[],
): unknown[] {
  const t = <T>(pick: (row: Transaction) => T) => arrayLiteral(transactions.map(pick));
  const r = <T>(pick: (row: NewResult) => T) => arrayLiteral(results.map(pick));
  const o = <T>(pick: (row: OutboxEvent) => T) => arrayLiteral(events.map(pick));
  const entries = transactions.flatMap((transaction) =>
    transaction.entries.map((entry) => ({ transaction, entry })),
  );
  const e = <T>(pick: (row: (typeof entries)[number]) => T) => arrayLiteral(entries.map(pick));
  return [
    t((row) => row.sequence),
    t((row) => row.id),
    t((row) => row.ledger),
    t((row) => row.kind),
    t((row) => `{${row.entries.map((entry) => entry.accountNo).join(',')}}`),
    t((row) => `{${row.entries.map((entry) => entry.version).join(',')}}`),
    t((row) => row.reference),
    t((row) => row.effectiveAt),
    t((row) => row.recordedAt),
    t((row) => row.description),
    t((row) => row.metadata && JSON.stringify(row.metadata)),
    t((row) => row.principal),
    t((row) => row.idempotencyKey),
    t((row) => row.trace),
    e(({ entry }) => entry.accountNo),
    e(({ entry }) => entry.version),
    e(({ transaction }) => transaction.sequence),
    e(({ entry }) => entry.leg),
    e(({ entry }) => entry.side),
    e(({ entry }) => text(entry.posted)),
    e(({ entry }) => text(entry.pending)),
    e(({ entry }) => text(entry.postedDebits)),
    e(({ entry }) => text(entry.postedCredits)),
    e(({ entry }) => text(entry.pendingDebits)),
    e(({ entry }) => text(entry.pendingCredits)),
    e(({ transaction }) => transaction.effectiveAt),
    e(({ entry }) => entry.maxEffectiveAt),
    e(({ transaction }) => transaction.recordedAt),
    r(({ request }) => request.ledger),
    r(({ request }) => request.principal),
    r(({ request }) => request.idempotencyKey),
    r(({ request }) => request.fingerprint),
    r(({ outcome }) => outcome.status),
    r(({ outcome }) => outcome.body),
    o((event) => event.sequence),
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

function specialColumns(transactions: Transaction[]): unknown[] {
  const t = <T>(pick: (row: Transaction) => T) => arrayLiteral(transactions.map(pick));
  const h = (pick: (hold: Hold) => bigint) => t(({ hold }) => hold && String(pick(hold)));
  return [
    t((row) => row.sequence),
    t((row) => row.rootId),
    t((row) => row.parentId),
    t((row) => row.step),
    h((hold) => hold.amount),
    h((hold) => hold.captured),
    h((hold) => hold.released),
    h((hold) => hold.remaining),
    t(({ hold }) => hold && hold.expiresAt),
    t((row) => text(row.reversed)),
    t((row) => row.wallet),
    t((row) => row.walletReference),
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
