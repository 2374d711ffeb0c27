import type { Caller, ReadOptions, RecordOptions } from './caller.js';
import { path } from './encode.js';
import type { CaptureHold, CreateHold, Hold, HoldStep, Query, VoidHold } from './types.js';

export function holds(call: Caller) {
  return {
    /** By `from`, `to` and `amount`, or by `entries`. */
    create: (hold: CreateHold, options?: RecordOptions) => call.post<Hold>('holds', hold, options),

    /** As it is now. A hold is a transaction: of another kind, it is answered all the same. */
    get: (id: string, options?: ReadOptions) => call.get<Hold>(path`transactions/${id}`, undefined, options),

    /** Newest first, from the read model. */
    list: (query?: Query<'Holds.list'>, options?: ReadOptions) => call.list<Hold>('holds', query, options),

    /** All that remains, or an `amount` of it; the rest is released unless `keep_open`. */
    capture: (id: string, capture: CaptureHold = {}, options?: RecordOptions) =>
      call.post<HoldStep>(path`holds/${id}/capture`, capture, options),

    /** Releases all that remains. */
    void: (id: string, details: VoidHold = {}, options?: RecordOptions) =>
      call.post<HoldStep>(path`holds/${id}/void`, details, options),
  };
}
