import {
  Amount,
  Comparison,
  Currency,
  Flag,
  Id,
  Metadata,
  Nested,
  OneOf,
  Reference,
  Text,
  Time,
  Uuid,
  Whole,
} from '../../platform/fields.js';
import { invalid, type FieldError } from '../errors.js';
import type { Side } from '../rules/account.js';
import type { Bounds, Condition, Details, Leg } from '../rules/command.js';

/** What every command that records a transaction may say of it. */
export class ChildDetails {
  @Reference({ optional: true, description: 'Unique in the ledger for ever: guards beyond the key.' })
  reference?: string;
  @Text(1024, { optional: true }) description?: string;
  @Time({ optional: true, description: 'When it counts; default: when it is recorded.' })
  effective_at?: string;
  @Metadata({ example: { order: 'order-1' } }) metadata?: Record<string, unknown>;
}

/** Of a transaction that others may build on: its id may be known beforehand. */
export class TransactionDetails extends ChildDetails {
  @Uuid({ optional: true, description: 'Chosen by the caller; else made by the service.' }) id?: string;
}

export class ConditionBody {
  @Whole(0, Number.MAX_SAFE_INTEGER, {
    optional: true,
    description: 'The number of entries the account has.',
    example: 4,
  })
  version?: number;
  @Comparison({ description: 'Bounds of the posted balance.' }) posted?: Record<string, string>;
  @Comparison({ description: 'Bounds of the available balance.' }) available?: Record<string, string>;
}

export class EntryBody {
  @Id({ example: 'cash' }) account: string;
  @OneOf(['debit', 'credit']) side: Side;
  @Amount({ example: '1000' }) amount: string;
  @Currency({ optional: true, description: 'If given, it must be the account’s.' }) currency?: string;
  @Nested(() => ConditionBody, {
    optional: true,
    description: 'What must hold of the account before the command, else `CONDITION_FAILED`.',
    example: { available: { gte: '100' } },
  })
  if?: ConditionBody;
}

/** `entries` of a transaction or a hold. */
export const Entries = (options: { optional?: boolean } = {}) =>
  Nested(() => EntryBody, {
    array: true,
    min: 2,
    max: 200,
    description: 'Debits equal credits in each currency.',
    example: [
      { account: 'cash', side: 'debit', amount: '1000' },
      { account: 'alice', side: 'credit', amount: '1000' },
    ],
    ...options,
  });

export class DryRunQuery {
  @Flag({ description: 'Everything is checked and answered with status 200, nothing is recorded.' })
  dry_run?: boolean;
}

export function detailsOf({
  reference,
  description,
  effective_at,
  metadata,
}: ChildDetails): Omit<Details, 'id'> {
  return { reference, description, effectiveAt: effective_at, metadata };
}

/** @throws Problem VALIDATION_FAILED for a condition that says nothing */
export function legsOf(entries: EntryBody[]): Leg[] {
  const errors: FieldError[] = [];
  const legs = entries.map((entry, index) => {
    const { account, side, amount, currency } = entry;
    const condition = entry.if && conditionOf(entry.if);
    if (condition && Object.keys(condition).length === 0) {
      errors.push({ path: `entries.${index}.if`, message: 'must have version, posted or available' });
    }
    return { account, side, amount: BigInt(amount), currency, ...(condition && { condition }) };
  });
  if (errors.length > 0) throw invalid(errors);
  return legs;
}

function conditionOf({ version, posted, available }: ConditionBody): Condition {
  return {
    ...(version !== undefined && { version }),
    ...(posted && { posted: boundsOf(posted) }),
    ...(available && { available: boundsOf(available) }),
  };
}

function boundsOf(bounds: Record<string, string>): Bounds {
  return Object.fromEntries(Object.entries(bounds).map(([name, bound]) => [name, BigInt(bound)]));
}
