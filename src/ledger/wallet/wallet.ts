import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Amount, Currency, field, Id, Nested, PRINTABLE, Text, Uuid } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import type { WalletOperation } from '../rules/record.js';

/** Wallets are accounts of this ledger. */
const LEDGER = 'main';
/** So that `wallet:{operation}:{reference_id}` is a reference, of 255 characters at most. */
const MOST_CHARACTERS = 240;

export class MoneyBody {
  @Amount({ example: 1250 }) minor_units: string;
  @Currency() currency: string;
}

export class WalletMoveBody {
  @Id({ description: 'A liability account of the ledger main.', example: 'acc_1' }) account_id: string;
  @Nested(() => MoneyBody, { example: { minor_units: 1250, currency: 'USD' } }) amount: MoneyBody;
  @Text(1024, { optional: true, description: 'Becomes the description.', example: 'purchase' })
  reason?: string;
  @field(
    {
      parse: (value) =>
        typeof value === 'string' && PRINTABLE.test(value) && [...value].length <= MOST_CHARACTERS
          ? value
          : undefined,
      message: `must be 1 to ${MOST_CHARACTERS} printable characters`,
      schema: { type: 'string', minLength: 1, maxLength: MOST_CHARACTERS, pattern: PRINTABLE.source },
    },
    { description: 'Unique for ever among those of the same operation.', example: 'ord_1' },
  )
  reference_id: string;
}

export class WalletRollbackBody {
  @Uuid({ description: 'As `/hold` answered it.' }) hold_id: string;
}

export class WalletCommitBody extends WalletRollbackBody {
  @Nested(() => MoneyBody, {
    optional: true,
    description: 'A part; the rest is released. Default: all of it.',
    example: { minor_units: 1250, currency: 'USD' },
  })
  amount?: MoneyBody;
}

/**
 * An operation on one wallet, against the settlement account of its currency. Refused, in this order:
 * `HOLD_NOT_FOUND`, `REFERENCE_ALREADY_USED`, `UNKNOWN_ACCOUNT`, `NOT_A_WALLET`, `CURRENCY_MISMATCH`, then as
 * transfers, holds, captures and voids are.
 */
export class WalletCommand extends Command<Outcome> {
  constructor(
    readonly operation: WalletOperation,
    readonly body: WalletMoveBody | WalletCommitBody | WalletRollbackBody,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(WalletCommand)
export class WalletHandler implements ICommandHandler<WalletCommand> {
  constructor(private readonly batcher: Batcher) {}

  execute({ operation, body, context }: WalletCommand): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/wallet/${operation}`, body);
    const command = 'hold_id' in body ? closing(operation, body) : move(operation, body);
    return this.batcher.submitOne(requestOf(context, LEDGER, command, same));
  }
}

function move(operation: WalletOperation, body: WalletMoveBody): rules.WalletMove {
  const { account_id: account, amount, reason, reference_id: walletReference } = body;
  return {
    command: `wallet_${operation}` as rules.WalletMove['command'],
    account,
    amount: BigInt(amount.minor_units),
    currency: amount.currency,
    description: reason,
    reference: `wallet:${operation}:${walletReference}`,
    walletReference,
  };
}

function closing(
  operation: WalletOperation,
  { hold_id: holdId, amount }: WalletCommitBody,
): rules.WalletClose {
  return {
    command: `wallet_${operation}` as rules.WalletClose['command'],
    holdId,
    ...(amount && { amount: BigInt(amount.minor_units), currency: amount.currency }),
  };
}
