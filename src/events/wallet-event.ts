import { v5 as uuidv5 } from 'uuid';
import type { Transaction, WalletOperation } from '../ledger/rules/record.js';
import { walletEntry } from '../ledger/rules/wallet.js';
import { schemaOf, sourceOf, traceOf, type OutboxEvent } from './event.js';

const types: Record<WalletOperation, string> = {
  debit: 'wallet.debit.committed',
  credit: 'wallet.credit.committed',
  hold: 'wallet.hold.held',
  commit: 'wallet.hold.committed',
  rollback: 'wallet.hold.rolled_back',
};

/**
 * The wallet profile's own event, beside that of the transaction and with the same sequence. It depends on the
 * record alone; its id is made from the transaction's. Key: the account.
 */
export function walletEvent(transaction: Transaction): OutboxEvent {
  const { sequence, id, ledger, recordedAt, idempotencyKey, walletReference } = transaction;
  const type = types[transaction.wallet!];
  const entry = walletEntry(transaction);
  const amount = entry.posted > 0n ? entry.posted : entry.pending < 0n ? -entry.pending : entry.pending;
  const eventId = walletEventId(id);
  const payload = JSON.stringify({
    event_id: eventId,
    event_type: type,
    occurred_at: recordedAt,
    account_id: entry.account,
    amount_minor: String(amount),
    currency: entry.currency,
    reference_id: walletReference,
    idempotency_key: idempotencyKey,
    schema_version: '1',
  });
  return {
    sequence,
    eventId,
    aggregatetype: 'wallet.events',
    aggregateid: entry.account,
    type,
    source: sourceOf(ledger),
    time: recordedAt,
    dataschema: schemaOf(type),
    payload,
    traceparent: traceOf(transaction.trace).traceparent,
  };
}

/** The id of a wallet transaction's own event. */
export function walletEventId(transactionId: string): string {
  return uuidv5('wallet', transactionId);
}
