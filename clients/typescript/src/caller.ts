import { newKey, path } from './encode.js';
import { listing, type Listing, type Page } from './listing.js';
import type { Answer, Request, Transport } from './transport.js';

/** What every call takes besides its own fields. */
export interface ReadOptions {
  /** Ends the call, its waits and retries; the call throws the signal's reason. */
  signal?: AbortSignal;
  /** W3C trace context, carried to the service's log and to the events. */
  traceparent?: string;
}

export interface CallOptions extends ReadOptions {
  /** One is made for each call without it. Give your own to repeat a call later, from a store or after a crash. */
  idempotencyKey?: string;
}

export interface UpdateOptions extends ReadOptions {
  /** The revision that was read: the change is made only while it is at that one (`REVISION_MISMATCH`). */
  ifMatch?: number | string;
}

export interface RecordOptions extends CallOptions {
  /** Everything is checked and the answer shown, nothing is recorded: neither the transaction nor the key. */
  dryRun?: boolean;
}

/** The calls that the resources are made of; `place` is below the ledger, ids encoded. */
export interface Caller {
  get<T>(place: string, query?: object, options?: ReadOptions): Promise<T>;
  /** With the revision that its ETag names. */
  getRevised<T>(place: string, options?: ReadOptions): Promise<{ value: T; revision: number }>;
  /** An answer that is no JSON; `waitMs` is the time that the service was asked to take for it. */
  getAs(
    accept: string,
    place: string,
    query?: object,
    options?: ReadOptions & { waitMs?: number },
  ): Promise<Answer>;
  list<T>(place: string, query?: { cursor?: string }, options?: ReadOptions): Listing<T>;
  /** Records something, under a key. */
  post<T>(place: string, body?: unknown, options?: RecordOptions): Promise<T>;
  patch<T>(place: string, body: unknown, options?: UpdateOptions): Promise<T>;
}

export function createCaller(transport: Transport, base: string): Caller {
  const get = <T>(place: string, query?: object, options?: ReadOptions) =>
    transport.call<T>({ method: 'GET', path: base + place, query, ...common(options) });

  return {
    get,
    getRevised: async <T>(place: string, options?: ReadOptions) => {
      const answer = await transport.ask({ method: 'GET', path: base + place, ...common(options) });
      return { value: answer.body as T, revision: revisionOf(answer.headers.get('etag')) };
    },
    getAs: (accept, place, query, { waitMs, ...options } = {}) =>
      transport.ask({ method: 'GET', path: base + place, accept, query, waitMs, ...common(options) }),
    list: <T>(place: string, query: { cursor?: string } = {}, options?: ReadOptions) =>
      listing((cursor) => get<Page<T>>(place, { ...query, cursor }, options), query.cursor),
    post: (place, body, options = {}) => {
      const { dryRun = false, idempotencyKey = newKey() } = options;
      const how = dryRun ? { query: { dry_run: true } } : { key: idempotencyKey };
      return transport.call({ method: 'POST', path: base + place, body, ...how, ...common(options) });
    },
    patch: (place, body, { ifMatch, ...options } = {}) => {
      const { headers, ...rest } = common(options);
      return transport.call({
        method: 'PATCH',
        path: base + place,
        body,
        headers: { ...headers, ...(ifMatch !== undefined && { 'if-match': etagOf(ifMatch) }) },
        ...rest,
        // Done by an attempt whose answer was lost, it would fail its own condition.
        repeatable: ifMatch === undefined,
      });
    },
  };
}

export const ledgerBase = (ledger: string) => path`/v1/ledgers/${ledger}/`;

export function common({ signal, traceparent }: ReadOptions = {}): Pick<Request, 'signal' | 'headers'> {
  return { signal, headers: traceparent === undefined ? {} : { traceparent } };
}

function revisionOf(etag: string | null): number {
  return Number(/^(?:W\/)?"(\d+)"$/.exec(etag ?? '')?.[1]);
}

/** A revision as its ETag; a text is taken as an ETag already. */
function etagOf(revision: number | string): string {
  return typeof revision === 'number' ? `"${revision}"` : revision;
}
