import { jsonPlain, jsonText } from '../../platform/json.js';
import { available, balance } from '../rules/account.js';
import { holdStatus, type Chain, type Entry, type Hold } from '../rules/record.js';

/**
 * A transaction as the API answers with it, as JSON: entries as they were recorded, a hold's state and the metadata as
 * they are now. Optional members are present as null; `hold` is there for holds, captures, voids and expiries.
 */
export function transactionJson({ transaction, hold: now, newest, metadata }: Chain): string {
  const { id, ledger, kind, parentId, reference, description, effectiveAt, recordedAt } = transaction;
  const shown = now ?? transaction.hold;
  const hold = shown ? `"hold":${holdJson(shown)},` : '';
  return (
    `{"id":"${id}","ledger":"${ledger}","kind":"${kind}","status":"${now ? holdStatus(now, newest) : 'posted'}",` +
    `"reference":${jsonText(reference)},"description":${jsonText(description)},"effective_at":"${effectiveAt}",` +
    `"recorded_at":"${recordedAt}","metadata":${JSON.stringify(metadata)},"parent_id":${jsonPlain(parentId)},` +
    `${hold}"entries":[${transaction.entries.map(entryJson).join(',')}]}`
  );
}

/** A page of them. */
export function transactionsJson(chains: Chain[], nextCursor: string | null): string {
  return `{"data":[${chains.map(transactionJson).join(',')}],"next_cursor":${jsonPlain(nextCursor)}}`;
}

function entryJson(entry: Entry): string {
  const { account, accountType, side, currency, version } = entry;
  return (
    `{"account":"${account}","side":"${side}","amount":"${amountOf(entry)}","currency":"${currency}",` +
    `"version":${version},"balances":{` +
    `"posted":{"debits":"${entry.postedDebits}","credits":"${entry.postedCredits}",` +
    `"balance":"${balance(accountType, entry)}"},` +
    `"pending":{"debits":"${entry.pendingDebits}","credits":"${entry.pendingCredits}"},` +
    `"available":"${available(accountType, entry)}"}}`
  );
}

/** What an entry posts; where it posts nothing, what it reserves or releases. */
function amountOf({ posted, pending }: Entry): bigint {
  if (posted > 0n) return posted;
  return pending < 0n ? -pending : pending;
}

function holdJson({ amount, captured, released, remaining, expiresAt }: Hold): string {
  return (
    `{"amount":"${amount}","captured":"${captured}","released":"${released}","remaining":"${remaining}",` +
    `"expires_at":${jsonPlain(expiresAt)}}`
  );
}
