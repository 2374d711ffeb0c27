import { normalSide } from '../ledger/rules/account.js';
import type { AccountChange } from '../ledger/rules/record.js';
import { schemaOf, sourceOf, traceOf, type OutboxEvent } from './event.js';

/** The event of a change of an account, with the account's full state after it. Key: `{ledger}/{account}`. */
export function accountEvent(change: AccountChange): OutboxEvent {
  const { sequence, id, kind, recordedAt, account, principal, idempotencyKey } = change;
  const type = `ledger.account.${kind}`;
  const { traceId, traceparent } = traceOf(change.trace);
  const payload = JSON.stringify({
    schema_version: '1',
    event_id: id,
    event_type: type,
    ledger: account.ledger,
    sequence,
    account: {
      id: account.id,
      account_no: account.no,
      type: account.type,
      normal_side: normalSide(account.type),
      currency: account.currency,
      status: account.status,
      min_balance: account.minBalance === null ? null : String(account.minBalance),
      max_balance: account.maxBalance === null ? null : String(account.maxBalance),
      metadata: account.metadata,
      revision: account.revision,
      opened_at: account.openedAt,
    },
    recorded_at: recordedAt,
    idempotency_key: idempotencyKey,
    principal,
    trace_id: traceId,
  });
  return {
    sequence,
    eventId: id,
    aggregatetype: 'ledger.accounts',
    aggregateid: `${account.ledger}/${account.id}`,
    type,
    source: sourceOf(account.ledger),
    time: recordedAt,
    dataschema: schemaOf(type),
    payload,
    traceparent,
  };
}
