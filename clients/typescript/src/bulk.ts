import type { Caller, CallOptions } from './caller.js';
import type { BulkCommand, BulkResult } from './types.js';

export function bulk(call: Caller) {
  return {
    /**
     * Each command stands for itself; its result is at the same place, told from a refusal by `isProblem(result.body)`.
     * A call that failed on the way goes on where it stopped when it is repeated under its key.
     */
    independent: async (commands: BulkCommand[], options?: CallOptions): Promise<BulkResult[]> => {
      const body = { mode: 'independent', commands };
      return (await call.post<{ results: BulkResult[] }>('bulk', body, options)).results;
    },
  };
}
