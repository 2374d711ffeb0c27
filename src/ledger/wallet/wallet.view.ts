import type { Transaction } from '../rules/record.js';
import { walletEntry } from '../rules/wallet.js';

/** What the wallet profile answers: the entry of the wallet's own account, `{transaction_id}.{leg}`, and its hold. */
export function walletView(transaction: Transaction) {
  const { id, rootId } = transaction;
  const { leg } = walletEntry(transaction);
  switch (transaction.wallet) {
    case 'hold':
      return { status: 'held', hold_id: id };
    case 'rollback':
      return { status: 'rolled_back', hold_id: rootId };
    case 'commit':
      return { status: 'committed', entry_id: `${id}.${leg}`, hold_id: rootId };
    default:
      return { status: 'committed', entry_id: `${id}.${leg}` };
  }
}
