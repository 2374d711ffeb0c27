import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Currency, Id, Limit, Metadata, OneOf } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import { accountTypes, type AccountType } from '../rules/account.js';
import { limitsCross } from '../rules/accounts.js';
import type * as rules from '../rules/command.js';

export class OpenAccountBody {
  @Id({ description: 'Unique in the ledger, for ever.' }) id: string;

  @OneOf(accountTypes, {
    description: 'Assets and expenses are debit-normal, the others credit-normal.',
    example: 'liability',
  })
  type: AccountType;

  @Currency() currency: string;

  @Limit({ description: 'Least available balance; default "0", null is unbounded.', example: '0' })
  min_balance?: string | null;

  @Limit({
    description: 'Greatest posted balance with incoming holds; null (the default) is unbounded.',
    example: null,
  })
  max_balance?: string | null;

  @Metadata() metadata?: Record<string, unknown>;
}

/** Opens an account. Refused: `ALREADY_EXISTS`. */
export class OpenAccount extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly body: OpenAccountBody,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(OpenAccount)
export class OpenAccountHandler implements ICommandHandler<OpenAccount> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, body, context }: OpenAccount): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/accounts`, body);
    return this.batcher.submitOne(requestOf(context, ledger, openAccountCommand(body), same));
  }
}

/** @throws Problem VALIDATION_FAILED when the limits cross */
export function openAccountCommand(body: OpenAccountBody): rules.OpenAccount {
  const command: rules.OpenAccount = {
    command: 'open_account',
    id: body.id,
    type: body.type,
    currency: body.currency,
    minBalance: body.min_balance === undefined ? 0n : amount(body.min_balance),
    maxBalance: amount(body.max_balance ?? null),
    metadata: body.metadata ?? {},
  };
  refuseCrossed(command);
  return command;
}

/** @throws Problem VALIDATION_FAILED when the limits cross */
export function refuseCrossed(limits: { minBalance: bigint | null; maxBalance: bigint | null }): void {
  if (limitsCross(limits)) throw invalid([{ path: 'min_balance', message: 'is greater than max_balance' }]);
}

export function amount(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
