import type { Caller, CallOptions } from './caller.js';
import type { BulkCommand, BulkResult } from './types.js';

export function bulk(call: Caller) {
  const run = async (mode: string, commands: BulkCommand[], options?: CallOptions) =>
    (await call.post<{ results: BulkResult[] }>('bulk', { mode, commands }, options)).results;

  return {
    /**
     * Each command stands for itself; its result is at the same place, told from a refusal by `isProblem(result.body)`.
     * A call that failed on the way goes on where it stopped when it is repeated under its key.
     */
    independent: (commands: BulkCommand[], options?: CallOptions): Promise<BulkResult[]> =>
      run('independent', commands, options),

    /** All of them or none: `BULK_REJECTED` has the `index` of the first that was refused, and its `problem`. */
    atomic: (commands: BulkCommand[], options?: CallOptions): Promise<BulkResult[]> =>
      run('atomic', commands, options),
  };
}
