/** A row of the outbox: what Debezium makes a Kafka record of. `payload` is the JSON text as it will arrive. */
export interface OutboxEvent {
  sequence: string;
  eventId: string;
  aggregatetype: 'ledger.transactions' | 'ledger.accounts' | 'ledger.seals' | 'wallet.events';
  /** The record's key: events of one key stay in order. */
  aggregateid: string;
  type: string;
  source: string;
  time: string;
  dataschema: string;
  payload: string;
  traceparent: string | null;
}

/** CloudEvents `source` of a ledger. */
export function sourceOf(ledger: string): string {
  return `/ledgers/${ledger}`;
}

/** CloudEvents `dataschema`: the schema in `src/events/schemas/`, by its `$id`. */
export function schemaOf(type: string): string {
  if (type === 'ledger.transaction.annotated') return '/schemas/ledger.annotation.v1.json';
  if (type === 'ledger.journal.sealed') return '/schemas/ledger.seal.v1.json';
  if (type.startsWith('wallet.')) return '/schemas/wallet.event.v1.json';
  return `/schemas/${type.split('.').slice(0, 2).join('.')}.v1.json`;
}

const traceparentForm = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's trace as kept with a record: a W3C traceparent is passed on, anything else is an id alone. */
export function traceOf(trace: string | null): { traceId: string | null; traceparent: string | null } {
  const match = trace === null ? null : traceparentForm.exec(trace);
  return { traceId: match ? match[1]! : trace, traceparent: match ? trace : null };
}
