import { normalSide } from '../ledger/rules/account.js';
import type { Entry, Hold, Transaction, TransactionKind } from '../ledger/rules/record.js';
import { jsonObject, jsonPlain, jsonText } from '../platform/json.js';
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
  const hold = transaction.hold ? `"hold":${holdJson(transaction.hold)},` : '';
  const payload =
    `{"schema_version":"1","event_id":"${id}","event_type":"${type}","ledger":"${ledger}","sequence":"${sequence}",` +
    `"transaction":{"id":"${id}","root_id":"${root}","parent_id":${jsonPlain(parentId)},"kind":"${kind}",` +
    `"status":"${kind === 'hold' ? 'pending' : 'posted'}","reference":${jsonText(reference)},` +
    `"description":${jsonText(description)},"effective_at":"${effectiveAt}","recorded_at":"${recordedAt}",` +
    `"metadata":${jsonObject(metadata)}},${hold}"entries":[${transaction.entries.map(entryJson).join(',')}],` +
    `"idempotency_key":${jsonText(idempotencyKey)},"principal":"${principal}","trace_id":${jsonText(traceId)}}`;
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

function holdJson({ id, amount, captured, released, remaining, expiresAt }: Hold): string {
  return (
    `{"id":"${id}","amount":"${amount}","captured":"${captured}","released":"${released}",` +
    `"remaining":"${remaining}","expires_at":${jsonPlain(expiresAt)}}`
  );
}

function entryJson(entry: Entry): string {
  const { leg, account, accountNo, accountType, side, currency, version } = entry;
  return (
    `{"leg":${leg},"account":"${account}","account_no":"${accountNo}","account_type":"${accountType}",` +
    `"normal_side":"${normalSide(accountType)}","side":"${side}","currency":"${currency}","version":${version},` +
    `"posted":"${entry.posted}","pending":"${entry.pending}",` +
    `"posted_debits":"${entry.postedDebits}","posted_credits":"${entry.postedCredits}",` +
    `"pending_debits":"${entry.pendingDebits}","pending_credits":"${entry.pendingCredits}"}`
  );
}
