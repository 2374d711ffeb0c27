import { balancesView } from '../accounts/account.view.js';
import { holdStatus, type Chain, type Entry, type Hold } from '../rules/record.js';

/**
 * A transaction as the API answers with it: entries as they were recorded, a hold's state and the metadata as they
 * are now. Optional members are present as null; `hold` is there for holds, captures, voids and expiries.
 */
export function transactionView({ transaction, hold: now, newest, metadata }: Chain) {
  const hold = now ?? transaction.hold;
  return {
    id: transaction.id,
    ledger: transaction.ledger,
    kind: transaction.kind,
    status: now ? holdStatus(now, newest) : 'posted',
    reference: transaction.reference,
    description: transaction.description,
    effective_at: transaction.effectiveAt,
    recorded_at: transaction.recordedAt,
    metadata,
    parent_id: transaction.parentId,
    ...(hold && { hold: holdView(hold) }),
    entries: transaction.entries.map((entry) => ({
      account: entry.account,
      side: entry.side,
      amount: String(amountOf(entry)),
      currency: entry.currency,
      version: entry.version,
      balances: balancesView(entry.accountType, entry),
    })),
  };
}

/** What an entry posts; where it posts nothing, what it reserves or releases. */
function amountOf({ posted, pending }: Entry): bigint {
  if (posted > 0n) return posted;
  return pending < 0n ? -pending : pending;
}

function holdView({ amount, captured, released, remaining, expiresAt }: Hold) {
  return {
    amount: String(amount),
    captured: String(captured),
    released: String(released),
    remaining: String(remaining),
    expires_at: expiresAt,
  };
}
