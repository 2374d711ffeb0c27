import { shown, type Seal } from '../proof/seals/seal.js';
import { schemaOf, sourceOf, type OutboxEvent } from './event.js';

/** The event of a seal: a copy that lies outside the database. Key: the ledger. */
export function sealEvent(seal: Seal): OutboxEvent {
  const { sequence, id, ledger, sealedAt } = seal;
  const type = 'ledger.journal.sealed';
  const payload = JSON.stringify({
    schema_version: '1',
    event_id: id,
    event_type: type,
    ledger,
    sequence,
    seal: shown(seal),
  });
  return {
    sequence,
    eventId: id,
    aggregatetype: 'ledger.seals',
    aggregateid: ledger,
    type,
    source: sourceOf(ledger),
    time: sealedAt,
    dataschema: schemaOf(type),
    payload,
    traceparent: null,
  };
}
