import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Amount, Text } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { ChildDetails, detailsOf } from './details.js';

export class ReverseBody extends ChildDetails {
  @Amount({
    optional: true,
    description: 'A part, where the original has two entries; default: all that is left.',
    example: '100',
  })
  amount?: string;
  @Text(1024, { optional: true, description: 'Becomes the description.', example: 'duplicate' })
  reason?: string;
}

/**
 * Mirror entries of a posting or a capture, never beyond it in all. Refused, in this order: `TRANSACTION_NOT_FOUND`,
 * `REFERENCE_ALREADY_USED`, `ACCOUNT_CLOSED`, `ACCOUNT_FROZEN`, `NOT_REVERSIBLE`, `AMOUNT_NOT_APPLICABLE`,
 * `REVERSAL_EXCEEDS_ORIGINAL`, `INSUFFICIENT_FUNDS`, `LIMIT_EXCEEDED`, `AMOUNT_OVERFLOW`.
 */
export class ReverseTransaction extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly id: string,
    readonly body: ReverseBody,
    readonly context: RequestContext,
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(ReverseTransaction)
export class ReverseTransactionHandler implements ICommandHandler<ReverseTransaction> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, id, body, context, dryRun }: ReverseTransaction): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/transactions/${id}/reverse`, body);
    return this.batcher.submitOne(requestOf(context, ledger, reverseCommand(id, body), same, dryRun));
  }
}

/** @throws Problem VALIDATION_FAILED: both a reason and a description */
export function reverseCommand(transactionId: string, body: ReverseBody): rules.Reverse {
  const { amount, reason, description } = body;
  if (reason !== undefined && description !== undefined) {
    throw invalid([{ path: 'reason', message: 'becomes the description: give one of them' }]);
  }
  return {
    command: 'reverse',
    transactionId,
    ...detailsOf(body),
    description: description ?? reason,
    amount: amount === undefined ? undefined : BigInt(amount),
  };
}
