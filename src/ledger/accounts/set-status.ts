import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type { AccountStatus } from '../rules/account.js';

export const statusOf = { freeze: 'frozen', unfreeze: 'open', close: 'closed' } as const satisfies Record<
  string,
  AccountStatus
>;

/**
 * Freezes, unfreezes or closes an account; saying it again changes nothing.
 * Refused: `ACCOUNT_NOT_FOUND`, `ACCOUNT_CLOSED`, `ACCOUNT_NOT_EMPTY`.
 */
export class SetAccountStatus extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly id: string,
    readonly action: keyof typeof statusOf,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(SetAccountStatus)
export class SetAccountStatusHandler implements ICommandHandler<SetAccountStatus> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, id, action, context }: SetAccountStatus): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/accounts/${id}/${action}`, undefined);
    const command = { command: 'set_status' as const, id, status: statusOf[action] };
    return this.batcher.submitOne(requestOf(context, ledger, command, same));
  }
}
