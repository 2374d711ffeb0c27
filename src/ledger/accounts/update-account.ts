import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Limit, Metadata } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { revisionsOf } from '../../platform/http/etag.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import { amount, refuseCrossed } from './open-account.js';

export class UpdateAccountBody {
  @Metadata({ description: 'A JSON merge patch: a null member is removed.' }) metadata?: Record<
    string,
    unknown
  >;
  @Limit({ example: '-50000' }) min_balance?: string | null;
  @Limit({ example: '1000000' }) max_balance?: string | null;
}

/**
 * Changes metadata and limits; what is absent stays. No idempotency key: the same patch again changes nothing.
 * Refused: `ACCOUNT_NOT_FOUND`, `REVISION_MISMATCH`, `ACCOUNT_CLOSED`.
 */
export class UpdateAccount extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly id: string,
    readonly body: UpdateAccountBody,
    /** The header: an ETag, or `*`. */
    readonly ifMatch: string | undefined,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(UpdateAccount)
export class UpdateAccountHandler implements ICommandHandler<UpdateAccount> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, id, body, ifMatch, context }: UpdateAccount): Promise<Outcome> {
    const { metadata, min_balance: min, max_balance: max } = body;
    const limits = {
      minBalance: min === undefined ? undefined : amount(min),
      maxBalance: max === undefined ? undefined : amount(max),
    };
    // Both in one body: wrong whatever the account is. One that crosses a limit kept is for the rules to see.
    refuseCrossed({ minBalance: limits.minBalance ?? null, maxBalance: limits.maxBalance ?? null });
    const ifRevisions = revisionsOf(ifMatch);
    const command = { command: 'update_account' as const, id, metadata, ...limits, ifRevisions };
    const same = fingerprint('PATCH', `/v1/ledgers/${ledger}/accounts/${id}`, body);
    return this.batcher.submitOne(requestOf(context, ledger, command, same));
  }
}
