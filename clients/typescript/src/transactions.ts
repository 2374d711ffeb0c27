import type { Caller, CallOptions, ReadOptions } from './caller.js';
import { path } from './encode.js';
import type { CreateTransfer, PostTransaction, Query, Transaction } from './types.js';

export function transactions(call: Caller) {
  return {
    /** 2–200 entries, balanced in each currency. */
    post: (transaction: PostTransaction, options?: CallOptions) =>
      call.post<Transaction>('transactions', transaction, options),

    get: (id: string, options?: ReadOptions) =>
      call.get<Transaction>(path`transactions/${id}`, undefined, options),

    /** Newest first, from the read model. */
    list: (query?: Query<'Transactions.list'>, options?: ReadOptions) =>
      call.list<Transaction>('transactions', query, options),
  };
}

export function transfers(call: Caller) {
  return {
    /** Debits `from`, credits `to`. */
    create: (transfer: CreateTransfer, options?: CallOptions) =>
      call.post<Transaction>('transfers', transfer, options),
  };
}
