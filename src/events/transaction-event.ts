import { normalSide } from '../ledger/rules/account.js';
import type { Entry, Hold, Transaction, TransactionKind } from '../ledger/rules/record.js';
import { schemaOf, sourceOf, traceOf, type OutboxEvent } from './event.js';

const types: Record<TransactionKind, string> = {
  posting: 'ledger.transaction.posted',
  hold: 'ledger.transaction.held',
  capture: 'ledger.transaction.captured',
  void: 'ledger.transaction.voided',
  expiry: 'ledger.transaction.expired',
  reversal: 'ledger.transaction.reversed',
};

/**
 * The event of a transaction. It depends on the record alone, so the journal can make it again byte for byte;
 * the transaction's id is the event's id, since each transaction has one such event.
 */
export function transactionEvent(transaction: Transaction): OutboxEvent {
  const { sequence, id, ledger, kind, rootId, parentId, reference, description } = transaction;
  const { effectiveAt, recordedAt, metadata, idempotencyKey, principal } = transaction;
  const type = types[kind];
  const { traceId, traceparent } = traceOf(transaction.trace);
  const root = rootId ?? id;
  const payload = JSON.stringify({
    schema_version: '1',
    event_id: id,
    event_type: type,
    ledger,
    sequence,
    transaction: {
      id,
      root_id: root,
      parent_id: parentId,
      kind,
      status: kind === 'hold' ? 'pending' : 'posted',
      reference,
      description,
      effective_at: effectiveAt,
      recorded_at: recordedAt,
      metadata: metadata ?? {},
    },
    ...(transaction.hold && { hold: holdOf(transaction.hold) }),
    entries: transaction.entries.map(entryOf),
    idempotency_key: idempotencyKey,
    principal,
    trace_id: traceId,
  });
  return {
    sequence,
    eventId: id,
    aggregatetype: 'ledger.transactions',
    aggregateid: root,
    type,
    source: sourceOf(ledger),
    time: recordedAt,
    dataschema: schemaOf(type),
    payload,
    traceparent,
  };
}

function holdOf({ id, amount, captured, released, remaining, expiresAt }: Hold): Record<string, unknown> {
  return {
    id,
    amount: String(amount),
    captured: String(captured),
    released: String(released),
    remaining: String(remaining),
    expires_at: expiresAt,
  };
}

function entryOf(entry: Entry): Record<string, unknown> {
  return {
    leg: entry.leg,
    account: entry.account,
    account_no: entry.accountNo,
    account_type: entry.accountType,
    normal_side: normalSide(entry.accountType),
    side: entry.side,
    currency: entry.currency,
    version: entry.version,
    posted: String(entry.posted),
    pending: String(entry.pending),
    posted_debits: String(entry.postedDebits),
    posted_credits: String(entry.postedCredits),
    pending_debits: String(entry.pendingDebits),
    pending_credits: String(entry.pendingCredits),
  };
}
