import type { Caller, ReadOptions, RecordOptions, UpdateOptions } from './caller.js';
import { path } from './encode.js';
import type { CreateTransfer, PostTransaction, Query, ReverseTransaction, Transaction } from './types.js';

export function transactions(call: Caller) {
  return {
    /** 2–200 entries, balanced in each currency. */
    post: (transaction: PostTransaction, options?: RecordOptions) =>
      call.post<Transaction>('transactions', transaction, options),

    get: (id: string, query?: Query<'Transactions.read'>, options?: ReadOptions) =>
      call.get<Transaction>(path`transactions/${id}`, query, options),

    /** Newest first, from the read model. */
    list: (query?: Query<'Transactions.list'>, options?: ReadOptions) =>
      call.list<Transaction>('transactions', query, options),

    /** All that is left of a posting or a capture, or an `amount` of it. */
    reverse: (id: string, reversal: ReverseTransaction = {}, options?: RecordOptions) =>
      call.post<Transaction>(path`transactions/${id}/reverse`, reversal, options),

    /** With the revision of its metadata, for the `ifMatch` of `updateMetadata`. */
    getRevised: async (id: string, options?: ReadOptions) => {
      const { value, revision } = await call.getRevised<Transaction>(path`transactions/${id}`, options);
      return { transaction: value, revision };
    },

    /** A JSON merge patch; appends a revision. `get` with `metadata_revision` shows earlier ones, the first is 1. */
    updateMetadata: (id: string, metadata: Record<string, unknown>, options?: UpdateOptions) =>
      call.patch<Transaction>(path`transactions/${id}`, { metadata }, options),
  };
}

export function transfers(call: Caller) {
  return {
    /** Debits `from`, credits `to`, one or several. */
    create: (transfer: CreateTransfer, options?: RecordOptions) =>
      call.post<Transaction>('transfers', transfer, options),
  };
}
