import { balances } from './balances/balances.js';
import { lines } from './lines/lines.js';
import { transactions } from './transactions/transactions.js';

/**
 * A part of the read model that can be dropped and made again from the journal. `{schema}` in its texts is the
 * schema of the version at hand; `{incoming}` is a query that yields the rows to apply.
 */
export interface Projection {
  name: string;
  version: number;
  tables: string;
  /**
   * A statement for each kind of row it is fed with, the same live and on replay, run in this order; applying a row
   * again, or late, changes nothing.
   */
  apply: { over: Rows; text: string }[];
}

/** One a leg, one a transaction, one a change of a transaction's metadata. */
export type Rows = 'entries' | 'transactions' | 'annotations';

/**
 * In the order in which they are applied. Those with a row an account come last: these rows are what workers wait
 * for each other on, and they are held until the commit only.
 */
export const projections: Projection[] = [transactions, lines, balances];

export function schemaOf({ name, version }: { name: string; version: number }): string {
  return `${name}_v${version}`;
}
