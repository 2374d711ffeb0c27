import type { Annotation } from '../ledger/rules/record.js';
import { schemaOf, sourceOf, traceOf, type OutboxEvent } from './event.js';

/** The event of a change of a transaction's metadata: all of it, with its revision, and no entries. */
export function annotationEvent(annotation: Annotation): OutboxEvent {
  const { sequence, id, ledger, transactionId, rootId, kind, revision, metadata } = annotation;
  const { recordedAt, idempotencyKey, principal } = annotation;
  const type = 'ledger.transaction.annotated';
  const { traceId, traceparent } = traceOf(annotation.trace);
  const payload = JSON.stringify({
    schema_version: '1',
    event_id: id,
    event_type: type,
    ledger,
    sequence,
    transaction: { id: transactionId, root_id: rootId, kind, revision, metadata },
    entries: [],
    recorded_at: recordedAt,
    idempotency_key: idempotencyKey,
    principal,
    trace_id: traceId,
  });
  return {
    sequence,
    eventId: id,
    aggregatetype: 'ledger.transactions',
    aggregateid: rootId,
    type,
    source: sourceOf(ledger),
    time: recordedAt,
    dataschema: schemaOf(type),
    payload,
    traceparent,
  };
}
