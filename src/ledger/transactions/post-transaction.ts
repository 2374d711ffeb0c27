import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { detailsOf, Entries, legsOf, TransactionDetails, type EntryBody } from './details.js';

export class PostTransactionBody extends TransactionDetails {
  @Entries() entries: EntryBody[];
}

/**
 * Posts a transaction. Refused, in this order: `ALREADY_EXISTS`, `REFERENCE_ALREADY_USED`, `UNKNOWN_ACCOUNT`,
 * `CURRENCY_MISMATCH`, `UNBALANCED`, `ACCOUNT_CLOSED`, `ACCOUNT_FROZEN`, `CONDITION_FAILED`, `INSUFFICIENT_FUNDS`,
 * `LIMIT_EXCEEDED`, `AMOUNT_OVERFLOW`.
 */
export class PostTransaction extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly body: PostTransactionBody,
    readonly context: RequestContext,
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(PostTransaction)
export class PostTransactionHandler implements ICommandHandler<PostTransaction> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, body, context, dryRun }: PostTransaction): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/transactions`, body);
    return this.batcher.submitOne(requestOf(context, ledger, postTransactionCommand(body), same, dryRun));
  }
}

/** @throws Problem VALIDATION_FAILED */
export function postTransactionCommand(body: PostTransactionBody): rules.PostTransaction {
  return { command: 'transaction', id: body.id, ...detailsOf(body), entries: legsOf(body.entries) };
}
