import { common, type ReadOptions } from './caller.js';
import { path } from './encode.js';
import { listing, type Page } from './listing.js';
import type { Transport } from './transport.js';
import type { Ledger, PutLedger, Query } from './types.js';

export function ledgers({ call }: Transport) {
  return {
    /** Makes it, or replaces its description and metadata. */
    put: (id: string, ledger: PutLedger = {}, options?: ReadOptions) =>
      call<Ledger>({ method: 'PUT', path: path`/v1/ledgers/${id}`, body: ledger, ...common(options) }),

    get: (id: string, options?: ReadOptions) =>
      call<Ledger>({ method: 'GET', path: path`/v1/ledgers/${id}`, ...common(options) }),

    /** Newest first. */
    list: (query: Query<'Ledgers.list'> = {}, options?: ReadOptions) =>
      listing<Ledger>(
        (cursor) =>
          call<Page<Ledger>>({
            method: 'GET',
            path: '/v1/ledgers',
            query: { ...query, cursor },
            ...common(options),
          }),
        query.cursor,
      ),
  };
}
