import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Amount, field, Id, Nested } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid, type FieldError } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { parseShare } from '../rules/split.js';
import { detailsOf, TransactionDetails } from './details.js';

/** Where a part of a transfer goes: a fixed `amount`, or a `share` of what the fixed ones leave. */
export class PartBody {
  @Id({ description: 'Is credited.', example: 'fee' }) account: string;
  @Amount({ optional: true, example: '30' }) amount?: string;
  @field(
    {
      parse: (value) =>
        value === 'remaining' || (typeof value === 'string' && parseShare(value) !== undefined)
          ? value
          : undefined,
      message:
        'must be a percentage such as "70%" or "12.5%" (above 0, up to 100, ten decimals), or "remaining"',
      schema: {
        type: 'string',
        pattern: '^(remaining|(?!0(\\.0+)?%)(0|[1-9][0-9]?)(\\.[0-9]{1,10})?%|100(\\.0{1,10})?%)$',
      },
    },
    { optional: true, description: 'Of what the fixed amounts leave.', example: '70%' },
  )
  share?: string;
}

export class TransferBody extends TransactionDetails {
  @Id({ description: 'Is debited.', example: 'alice' }) from: string;
  @Nested(() => PartBody, {
    array: true,
    min: 1,
    max: 199,
    orId: true,
    description:
      'Is credited; or a list of those between whom the amount is split, to the unit: fixed amounts first, then ' +
      'shares of what is left by largest remainder, at most one "remaining".',
    example: 'bob',
  })
  to: string | PartBody[];
  @Amount({ optional: true, example: '250' }) amount?: string;
  @Amount({
    optional: true,
    description: 'Instead of `amount`: as much as `from` has available, at most this.',
    example: '500',
  })
  up_to?: string;
}

/** Debits `from`, credits `to`, one or several. Refused as a transaction is; `UNBALANCED` where parts don't add up. */
export class Transfer extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly body: TransferBody,
    readonly context: RequestContext,
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(Transfer)
export class TransferHandler implements ICommandHandler<Transfer> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, body, context, dryRun }: Transfer): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/transfers`, body);
    return this.batcher.submitOne(requestOf(context, ledger, transferCommand(body), same, dryRun));
  }
}

/** @throws Problem VALIDATION_FAILED: both ends one account, not one of `amount` and `up_to`, parts that say too much */
export function transferCommand(body: TransferBody): rules.Transfer {
  const { id, from, to, amount, up_to: upTo } = body;
  const errors = [
    ...amountErrors(body),
    ...(typeof to === 'string' ? endErrors(from, to) : partErrors(from, to)),
  ];
  if (errors.length > 0) throw invalid(errors);
  return {
    command: 'transfer',
    id,
    ...detailsOf(body),
    from,
    to: typeof to === 'string' ? to : to.map(partOf),
    amount: BigInt((amount ?? upTo)!),
    upTo: upTo !== undefined,
  };
}

function amountErrors({ amount, up_to }: TransferBody): FieldError[] {
  if ((amount === undefined) !== (up_to === undefined)) return [];
  const message = amount === undefined ? 'is required, or up_to' : 'must not come with up_to';
  return [{ path: 'amount', message }];
}

function endErrors(from: string, to: string, path = 'to'): FieldError[] {
  return from === to ? [{ path, message: 'must be another account than from' }] : [];
}

function partErrors(from: string, parts: PartBody[]): FieldError[] {
  const errors = parts.flatMap(({ account, amount, share }, index) => {
    const found = endErrors(from, account, `to.${index}.account`);
    if ((amount === undefined) === (share === undefined)) {
      found.push({ path: `to.${index}`, message: 'must have either amount or share' });
    }
    return found;
  });
  const remaining = parts.flatMap(({ share }, index) => (share === 'remaining' ? index : []));
  if (remaining.length > 1) {
    errors.push({ path: `to.${remaining[1]}.share`, message: 'is the second "remaining"' });
  }
  return errors;
}

function partOf({ account, amount, share }: PartBody): rules.Part {
  if (amount !== undefined) return { account, amount: BigInt(amount) };
  return share === 'remaining' ? { account, remaining: true } : { account, share: parseShare(share!)! };
}
