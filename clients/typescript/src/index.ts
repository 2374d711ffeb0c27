export type { CallOptions, ReadOptions, RecordOptions, UpdateOptions } from './caller.js';
export { createClient, type Client, type ClientOptions } from './client.js';
export { ConnectionError, CounterfoilError, isCode, isProblem } from './errors.js';
export type { EventLine, LedgerEvent, ReadEvents } from './events.js';
export type { Listing, Page } from './listing.js';
export type { RetryOptions } from './retry.js';
export type { components, operations, paths } from './schema.js';
export {
  createTransport,
  type Answer,
  type Request,
  type Transport,
  type TransportOptions,
} from './transport.js';
export type * from './types.js';
