import type { Caller, CallOptions, ReadOptions, UpdateOptions } from './caller.js';
import { path } from './encode.js';
import { listing } from './listing.js';
import type {
  Account,
  AccountEntry,
  DailyTotals,
  OpenAccount,
  Query,
  Statement,
  StatementLine,
  UpdateAccount,
} from './types.js';

export function accounts(call: Caller) {
  const statement = (id: string, query: Query<'Statement.statement'> = {}, options?: ReadOptions) =>
    call.get<Statement>(path`accounts/${id}/statement`, query, options);

  return {
    /** Refused: `ALREADY_EXISTS`. */
    open: (account: OpenAccount, options?: CallOptions) => call.post<Account>('accounts', account, options),

    get: (id: string, query?: Query<'Accounts.read'>, options?: ReadOptions) =>
      call.get<Account>(path`accounts/${id}`, query, options),

    /** Newest first, from the read model. */
    list: (query?: Query<'Accounts.list'>, options?: ReadOptions) =>
      call.list<Account>('accounts', query, options),

    /** Limits, and metadata as a JSON merge patch. */
    update: (id: string, changes: UpdateAccount, options?: UpdateOptions) =>
      call.patch<Account>(path`accounts/${id}`, changes, options),

    /** No postings, holds or reversals from then on; captures, voids and expiries go on. */
    freeze: (id: string, options?: CallOptions) =>
      call.post<Account>(path`accounts/${id}/freeze`, undefined, options),

    unfreeze: (id: string, options?: CallOptions) =>
      call.post<Account>(path`accounts/${id}/unfreeze`, undefined, options),

    /** For good. Refused: `ACCOUNT_NOT_EMPTY`. */
    close: (id: string, options?: CallOptions) =>
      call.post<Account>(path`accounts/${id}/close`, undefined, options),

    /** By recorded time, newest first. */
    entries: (id: string, query?: Query<'Accounts.entries'>, options?: ReadOptions) =>
      call.list<AccountEntry>(path`accounts/${id}/entries`, query, options),

    /** What was posted on each effective day (UTC), oldest first, from the read model. */
    dailyTotals: (id: string, query?: Query<'DailyTotals.read'>, options?: ReadOptions) =>
      call.list<DailyTotals>(path`accounts/${id}/daily-totals`, query, options),

    /** One page of posted amounts by effective time, oldest first; `opening` and `closing` are of the whole range. */
    statement,

    /** The whole range as CSV in decimals, or as a page to print; with `limit` or `cursor` a page of it. */
    statementAs: async (
      type: 'text/csv' | 'text/html',
      id: string,
      query?: Query<'Statement.statement'>,
      options?: ReadOptions,
    ) => (await call.getAs(type, path`accounts/${id}/statement`, query, options)).text,

    /** The lines of all pages. */
    statementLines: (id: string, query: Query<'Statement.statement'> = {}, options?: ReadOptions) =>
      listing<StatementLine>(async (cursor) => {
        const { lines, next_cursor } = await statement(id, { ...query, cursor }, options);
        return { data: lines, next_cursor };
      }, query.cursor),
  };
}
