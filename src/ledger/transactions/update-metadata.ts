import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Metadata } from '../../platform/fields.js';
import { revisionsOf } from '../../platform/http/etag.js';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';

export class UpdateMetadataBody {
  @Metadata({ description: 'A JSON merge patch: a null member is removed.' }) metadata?: Record<
    string,
    unknown
  >;
}

/**
 * Appends a revision of a transaction's metadata; the transaction stays as it was recorded. No idempotency key: the
 * same patch again changes nothing. Refused: `TRANSACTION_NOT_FOUND`, `REVISION_MISMATCH`.
 */
export class UpdateMetadata extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly id: string,
    readonly body: UpdateMetadataBody,
    /** The header: ETags, or `*`. */
    readonly ifMatch: string | undefined,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(UpdateMetadata)
export class UpdateMetadataHandler implements ICommandHandler<UpdateMetadata> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, id, body, ifMatch, context }: UpdateMetadata): Promise<Outcome> {
    const ifRevisions = revisionsOf(ifMatch);
    const metadata = body.metadata ?? {};
    const command = { command: 'annotate' as const, transactionId: id, metadata, ifRevisions };
    const same = fingerprint('PATCH', `/v1/ledgers/${ledger}/transactions/${id}`, body);
    return this.batcher.submitOne(requestOf(context, ledger, command, same));
  }
}
