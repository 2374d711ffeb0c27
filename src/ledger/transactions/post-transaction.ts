import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  Amount,
  Currency,
  Id,
  Metadata,
  Nested,
  OneOf,
  Reference,
  Text,
  Time,
  Uuid,
} from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type { Side } from '../rules/account.js';
import type * as rules from '../rules/command.js';

/** What every command that records a transaction may say of it. */
export class TransactionDetails {
  @Uuid({ optional: true, description: 'Chosen by the caller; else made by the service.' }) id?: string;
  @Reference({ optional: true, description: 'Unique in the ledger for ever: guards beyond the key.' })
  reference?: string;
  @Text(1024, { optional: true }) description?: string;
  @Time({ optional: true, description: 'When it counts; default: when it is recorded.' })
  effective_at?: string;
  @Metadata({ example: { order: 'order-1' } }) metadata?: Record<string, unknown>;
}

export class EntryBody {
  @Id({ example: 'cash' }) account: string;
  @OneOf(['debit', 'credit']) side: Side;
  @Amount({ example: '1000' }) amount: string;
  @Currency({ optional: true, description: 'If given, it must be the account’s.' }) currency?: string;
}

export class PostTransactionBody extends TransactionDetails {
  @Nested(() => EntryBody, {
    array: true,
    min: 2,
    max: 200,
    description: 'Debits equal credits in each currency.',
    example: [
      { account: 'cash', side: 'debit', amount: '1000' },
      { account: 'alice', side: 'credit', amount: '1000' },
    ],
  })
  entries: EntryBody[];
}

/**
 * Posts a transaction. Refused, in this order: `ALREADY_EXISTS`, `REFERENCE_ALREADY_USED`, `UNKNOWN_ACCOUNT`,
 * `CURRENCY_MISMATCH`, `UNBALANCED`, `ACCOUNT_CLOSED`, `ACCOUNT_FROZEN`, `INSUFFICIENT_FUNDS`, `LIMIT_EXCEEDED`,
 * `AMOUNT_OVERFLOW`.
 */
export class PostTransaction extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly body: PostTransactionBody,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(PostTransaction)
export class PostTransactionHandler implements ICommandHandler<PostTransaction> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, body, context }: PostTransaction): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/transactions`, body);
    return this.batcher.submitOne(requestOf(context, ledger, postTransactionCommand(body), same));
  }
}

export function postTransactionCommand(body: PostTransactionBody): rules.PostTransaction {
  const entries = body.entries.map(({ account, side, amount, currency }) => ({
    account,
    side,
    amount: BigInt(amount),
    currency,
  }));
  return { command: 'transaction', ...detailsOf(body), entries };
}

export function detailsOf({
  id,
  reference,
  description,
  effective_at,
  metadata,
}: TransactionDetails): rules.Details {
  return { id, reference, description, effectiveAt: effective_at, metadata };
}
