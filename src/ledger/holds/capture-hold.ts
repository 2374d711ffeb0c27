import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Amount, Flag } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { ChildDetails, detailsOf } from '../transactions/details.js';

export class CaptureHoldBody extends ChildDetails {
  @Amount({ optional: true, description: 'Default: all that remains.', example: '300' }) amount?: string;
  @Flag({ description: 'Keeps what is not captured reserved, instead of releasing it.' })
  keep_open?: boolean;
}

/**
 * Posts what was reserved, all or a part. Refused, in this order: `HOLD_NOT_FOUND`, `REFERENCE_ALREADY_USED`,
 * `ACCOUNT_CLOSED`, `HOLD_EXPIRED`, `HOLD_NOT_OPEN`, `AMOUNT_NOT_APPLICABLE`, `CAPTURE_EXCEEDS_HOLD`,
 * `AMOUNT_OVERFLOW`.
 */
export class CaptureHold extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly id: string,
    readonly body: CaptureHoldBody,
    readonly context: RequestContext,
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(CaptureHold)
export class CaptureHoldHandler implements ICommandHandler<CaptureHold> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, id, body, context, dryRun }: CaptureHold): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/holds/${id}/capture`, body);
    return this.batcher.submitOne(requestOf(context, ledger, captureHoldCommand(id, body), same, dryRun));
  }
}

export function captureHoldCommand(holdId: string, body: CaptureHoldBody): rules.CaptureHold {
  const { amount, keep_open: keepOpen = false } = body;
  return {
    command: 'capture',
    holdId,
    ...detailsOf(body),
    amount: amount === undefined ? undefined : BigInt(amount),
    keepOpen,
  };
}
