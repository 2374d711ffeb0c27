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
  from: string;
  /** The table, `t`ransactions or `h`olds, whose index gives the order; it has id, sequence and recorded_at. */
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

/** Of the versions that are read. */
export interface Schemas {
  transactions: string;
  holds: string;
}

export function sourceOf(schemas: Schemas, ledger: string, filters: TransactionFilters, bind: Bind): Source {
  const { reference, kind, status, metadata = {}, from, to } = filters;
  const wanted = holdStatus(filters);
  const key = wanted === undefined ? 't' : 'h';
  const conditions = [`${key}.ledger = ${bind(ledger)}`];
  // What closed a hold may be there before the hold itself.
  if (wanted !== undefined) conditions.push(`h.status = ${bind(wanted)}`, 'h.sequence is not null');
  else if (kind !== undefined) conditions.push(`t.kind = ${bind(kind)}`);
  else if (status === 'posted') conditions.push(`t.kind <> 'hold'`);
  if (from !== undefined) conditions.push(`${key}.recorded_at >= ${bind(from)}`);
  if (to !== undefined) conditions.push(`${key}.recorded_at < ${bind(to)}`);
  const described = [
    ...(reference === undefined ? [] : [`t.ledger = ${bind(ledger)}`, `t.reference = ${bind(reference)}`]),
    ...metadataCondition('t.metadata', metadata, bind),
  ];
  // Said again for the planner: the index leaves out transactions without metadata.
  if (Object.keys(metadata).length > 0) described.push(`t.metadata <> '{}'`);
  return {
    from: fromOf(schemas, key, described.length > 0),
    key,
    conditions: [...conditions, ...described],
  };
}

function fromOf({ transactions, holds }: Schemas, key: Source['key'], described: boolean): string {
  if (key === 't') return `${transactions}.transactions t`;
  return described
    ? `${holds}.holds h join ${transactions}.transactions t on t.id = h.id`
    : `${holds}.holds h`;
}
