import type { Caller, CallOptions } from './caller.js';
import type { components } from './schema.js';
import type { WalletCommit, WalletMove } from './types.js';

type Schemas = components['schemas'];

/** For services that know one account at a time: liability accounts of ledger `main`, whatever the client's ledger. */
export function wallet(call: Caller) {
  return {
    debit: (move: WalletMove, options?: CallOptions) =>
      call.post<Schemas['WalletMoved']>('debit', move, options),

    credit: (move: WalletMove, options?: CallOptions) =>
      call.post<Schemas['WalletMoved']>('credit', move, options),

    hold: (move: WalletMove, options?: CallOptions) =>
      call.post<Schemas['WalletHeld']>('hold', move, options),

    /** Takes what a hold reserved, all or an `amount` of it; the rest is released. */
    commit: (commit: WalletCommit, options?: CallOptions) =>
      call.post<Schemas['WalletCommitted']>('commit', commit, options),

    /** Releases what a hold reserved. */
    rollback: (hold_id: string, options?: CallOptions) =>
      call.post<Schemas['WalletRolledBack']>('rollback', { hold_id }, options),
  };
}
