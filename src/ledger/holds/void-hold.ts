import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { ChildDetails, detailsOf } from '../transactions/details.js';

export class VoidHoldBody extends ChildDetails {}

/**
 * Releases all that remains of a hold, whatever the state of its accounts. Refused, in this order: `HOLD_NOT_FOUND`,
 * `REFERENCE_ALREADY_USED`, `HOLD_EXPIRED`, `HOLD_NOT_OPEN`.
 */
export class VoidHold extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly id: string,
    readonly body: VoidHoldBody,
    readonly context: RequestContext,
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(VoidHold)
export class VoidHoldHandler implements ICommandHandler<VoidHold> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, id, body, context, dryRun }: VoidHold): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/holds/${id}/void`, body);
    return this.batcher.submitOne(requestOf(context, ledger, voidHoldCommand(id, body), same, dryRun));
  }
}

export function voidHoldCommand(holdId: string, body: VoidHoldBody): rules.VoidHold {
  return { command: 'void', holdId, ...detailsOf(body) };
}
