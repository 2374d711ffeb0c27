import { balancesView } from '../accounts/account.view.js';
import type { Transaction } from '../rules/record.js';

/** A transaction as the API answers with it; optional members are present as null. */
export function transactionView(transaction: Transaction) {
  return {
    id: transaction.id,
    ledger: transaction.ledger,
    kind: transaction.kind,
    status: 'posted',
    reference: transaction.reference,
    description: transaction.description,
    effective_at: transaction.effectiveAt,
    recorded_at: transaction.recordedAt,
    metadata: transaction.metadata ?? {},
    parent_id: transaction.parentId,
    entries: transaction.entries.map((entry) => ({
      account: entry.account,
      side: entry.side,
      amount: String(entry.posted),
      currency: entry.currency,
      version: entry.version,
      balances: balancesView(entry.accountType, entry),
    })),
  };
}
