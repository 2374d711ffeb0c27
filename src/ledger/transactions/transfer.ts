import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Amount, Id } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { detailsOf, TransactionDetails } from './post-transaction.js';

export class TransferBody extends TransactionDetails {
  @Id({ description: 'Is debited.', example: 'alice' }) from: string;
  @Id({ description: 'Is credited.', example: 'bob' }) to: string;
  @Amount({ example: '250' }) amount: string;
}

/** A transaction of two entries: debits `from`, credits `to`. Refused as a transaction is. */
export class Transfer extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly body: TransferBody,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(Transfer)
export class TransferHandler implements ICommandHandler<Transfer> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, body, context }: Transfer): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/transfers`, body);
    return this.batcher.submitOne(requestOf(context, ledger, transferCommand(body), same));
  }
}

/** @throws Problem VALIDATION_FAILED when both ends are one account */
export function transferCommand(body: TransferBody): rules.Transfer {
  if (body.from === body.to) throw invalid([{ path: 'to', message: 'must be another account than from' }]);
  return {
    command: 'transfer',
    ...detailsOf(body),
    from: body.from,
    to: body.to,
    amount: BigInt(body.amount),
  };
}
