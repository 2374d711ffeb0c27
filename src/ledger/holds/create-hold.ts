import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Amount, Id, Time, Whole } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid, type FieldError } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { detailsOf, Entries, legsOf, TransactionDetails, type EntryBody } from '../transactions/details.js';

/** A hundred years. */
const MOST_SECONDS = 3_155_760_000;

export class CreateHoldBody extends TransactionDetails {
  @Id({ optional: true, description: 'Is debited when it is captured.', example: 'alice' }) from?: string;
  @Id({ optional: true, description: 'Is credited when it is captured.', example: 'bob' }) to?: string;
  @Amount({ optional: true, description: 'What is reserved.', example: '500' }) amount?: string;
  @Entries({ optional: true }) entries?: EntryBody[];
  @Time({
    optional: true,
    description: 'What remains then is released by itself; default: never.',
    example: '2199-12-31T00:00:00Z',
  })
  expires_at?: string;
  @Whole(1, MOST_SECONDS, {
    optional: true,
    description: 'Instead of `expires_at`: in so many seconds.',
    example: 3600,
  })
  expires_in?: number;
}

/**
 * Reserves: by `from`, `to` and `amount`, or by entries. Refused as a transaction of the same entries would be.
 */
export class CreateHold extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly body: CreateHoldBody,
    readonly context: RequestContext,
    readonly dryRun = false,
  ) {
    super();
  }
}

@CommandHandler(CreateHold)
export class CreateHoldHandler implements ICommandHandler<CreateHold> {
  constructor(private readonly batcher: Batcher) {}

  execute({ ledger, body, context, dryRun }: CreateHold): Promise<Outcome> {
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/holds`, body);
    return this.batcher.submitOne(requestOf(context, ledger, createHoldCommand(body), same, dryRun));
  }
}

/** @throws Problem VALIDATION_FAILED: neither form or both, one account on both ends, two ways to expire */
export function createHoldCommand(body: CreateHoldBody): rules.CreateHold {
  const errors = formErrors(body);
  if (errors.length > 0) throw invalid(errors);
  const { id, from, to, amount, entries, expires_at: expiresAt, expires_in: expiresIn } = body;
  const legs: rules.Leg[] = entries
    ? legsOf(entries)
    : [
        { account: from!, side: 'debit', amount: BigInt(amount!) },
        { account: to!, side: 'credit', amount: BigInt(amount!) },
      ];
  const isTransfer = entries === undefined;
  return { command: 'hold', id, ...detailsOf(body), entries: legs, isTransfer, expiresAt, expiresIn };
}

function formErrors(body: CreateHoldBody): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['from', 'to', 'amount'] as const) {
    if (body.entries !== undefined && body[name] !== undefined) {
      errors.push({ path: name, message: 'must not come with entries' });
    }
    if (body.entries === undefined && body[name] === undefined) {
      errors.push({ path: name, message: 'is required, or entries' });
    }
  }
  if (body.from !== undefined && body.from === body.to) {
    errors.push({ path: 'to', message: 'must be another account than from' });
  }
  if (body.expires_at !== undefined && body.expires_in !== undefined) {
    errors.push({ path: 'expires_in', message: 'must not come with expires_at' });
  }
  return errors;
}
