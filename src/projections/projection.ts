import { balances } from './balances/balances.js';
import { dailyTotals } from './daily-totals/daily-totals.js';
import { holds } from './holds/holds.js';
import { lines } from './lines/lines.js';
import { transactions } from './transactions/transactions.js';
import { trialBalance } from './trial-balance/trial-balance.js';

/**
 * A part of the read model that can be dropped and made again from the journal. `{schema}` in its texts is the
 * schema of the version at hand; `{incoming}` is a query that yields the rows to apply.
 */
export interface Projection {
  name: ProjectionName;
  /** Of tables and texts: the next number when either changes. */
  definition: number;
  tables: string;
  /** Statements that a build runs after it has filled the tables, since it is quicker so. */
  indexes: string[];
  /**
   * Statements over the rows it is fed with, the same live and in a build, run in this order. Applying a row again, or
   * late, changes nothing; one batch brings a row once.
   */
  apply: Apply[];
  compare: Comparison[];
}

export interface Apply {
  over: Rows;
  text: string;
  /** It reads or changes rows an account: whoever runs it is the only one to, for the accounts of the batch. */
  byAccount?: true;
  /** It does nothing with transactions that are no part of a hold. */
  onlyHolds?: true;
}

/** One a leg, one a transaction, one a change of a transaction's metadata. */
export type Rows = 'entries' | 'transactions' | 'annotations';

/**
 * What `verify` compares of a table: the rows of accounts (`account_no`), or of transactions (`sequence`), which the
 * projection's own statements make again; or all of it with what a query comes to, for sums over all accounts.
 */
export type Comparison = {
  table: string;
  /** Columns that name a row, for people and for repairs. */
  key: string[];
  /** The other columns that must agree. */
  columns: string[];
} & ({ by: 'accounts' | 'transactions' } | { by: 'whole'; expected: string });

export type ProjectionName =
  'transactions' | 'holds' | 'lines' | 'balances' | 'daily-totals' | 'trial-balance';

/** In the order in which they are applied; what is done an account at a time comes after all the rest. */
export const projections: Projection[] = [transactions, holds, lines, balances, dailyTotals, trialBalance];

export function isProjectionName(name: string): name is ProjectionName {
  return projections.some((projection) => projection.name === name);
}

export function schemaOf({ name, version }: { name: ProjectionName; version: number }): string {
  return `${name.replaceAll('-', '_')}_v${version}`;
}
