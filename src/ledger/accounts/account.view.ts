import {
  available,
  balance,
  normalSide,
  type Account,
  type AccountType,
  type Totals,
} from '../rules/account.js';

/** Balances as every answer shows them: minor units as strings. */
export function balancesView(type: AccountType, totals: Totals) {
  return {
    posted: {
      debits: String(totals.postedDebits),
      credits: String(totals.postedCredits),
      balance: String(balance(type, totals)),
    },
    pending: { debits: String(totals.pendingDebits), credits: String(totals.pendingCredits) },
    available: String(available(type, totals)),
  };
}

/** An account as the API answers with it. */
export function accountView(account: Account) {
  return {
    id: account.id,
    ledger: account.ledger,
    type: account.type,
    normal_side: normalSide(account.type),
    currency: account.currency,
    status: account.status,
    min_balance: account.minBalance === null ? null : String(account.minBalance),
    max_balance: account.maxBalance === null ? null : String(account.maxBalance),
    metadata: account.metadata,
    version: account.version,
    revision: account.revision,
    balances: balancesView(account.type, account),
    opened_at: account.openedAt,
  };
}
