import { metadataCondition } from '../metadata.js';

export interface TransactionFilters {
  reference?: string;
  /** Id of an account that the transaction touches. */
  account?: string;
  kind?: string;
  /** `posted`, or the status of a hold. */
  status?: string;
  metadata?: Record<string, string>;
  /** `from` ≤ recorded_at < `to` */
  from?: string;
  to?: string;
}

export interface Found {
  sequence: string;
  id: string;
}

/** Adds a parameter and gives back its place. */
export type Bind = (value: unknown) => string;

/** What the filters, all but the account, come to. */
export interface Source {
  /** Tables of which `t` are the transactions. */
  from: string;
  /** The table whose `recorded_at` and `sequence` are in the index that gives the order. */
  key: 't' | 'h';
  conditions: string[];
}

/** Whether no transaction can match: only holds have a hold's status, and no other. */
export function isImpossible({ kind, status }: TransactionFilters): boolean {
  if (kind === undefined || status === undefined) return false;
  return (status === 'posted') === (kind === 'hold');
}

/** The status of a hold that is asked for, if any. */
export function holdStatus({ status }: TransactionFilters): string | undefined {
  return status === 'posted' ? undefined : status;
}

export function sourceOf(schema: string, ledger: string, filters: TransactionFilters, bind: Bind): Source {
  const { reference, kind, status, metadata = {}, from, to } = filters;
  const wanted = holdStatus(filters);
  const key = wanted === undefined ? 't' : 'h';
  const conditions = [`${key}.ledger = ${bind(ledger)}`];
  if (wanted !== undefined) conditions.push(`h.status = ${bind(wanted)}`);
  else if (kind !== undefined) conditions.push(`t.kind = ${bind(kind)}`);
  else if (status === 'posted') conditions.push(`t.kind <> 'hold'`);
  if (reference !== undefined)
    conditions.push(`t.ledger = ${bind(ledger)} and t.reference = ${bind(reference)}`);
  // Said again for the planner: the index leaves out transactions without metadata.
  if (Object.keys(metadata).length > 0) conditions.push(`t.metadata <> '{}'`);
  conditions.push(...metadataCondition('t.metadata', metadata, bind));
  if (from !== undefined) conditions.push(`${key}.recorded_at >= ${bind(from)}`);
  if (to !== undefined) conditions.push(`${key}.recorded_at < ${bind(to)}`);
  const transactions = `${schema}.transactions t`;
  return {
    from: key === 't' ? transactions : `${schema}.holds h join ${transactions} on t.id = h.id`,
    key,
    conditions,
  };
}
