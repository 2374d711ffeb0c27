import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Limit, Metadata } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import { amount } from './open-account.js';

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
    const command = {
      command: 'update_account' as const,
      id,
      metadata,
      minBalance: min === undefined ? undefined : amount(min),
      maxBalance: max === undefined ? undefined : amount(max),
      ifRevision: revisionOf(ifMatch),
    };
    const same = fingerprint('PATCH', `/v1/ledgers/${ledger}/accounts/${id}`, body);
    return this.batcher.submitOne(requestOf(context, ledger, command, same));
  }
}

function revisionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*' || ifMatch === '') return undefined;
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim());
  if (!match) throw invalid([{ path: 'If-Match', message: 'must be an ETag such as "1", or *' }]);
  return Number(match[1]);
}
