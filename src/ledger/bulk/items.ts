import type { Type } from '@nestjs/common';
import { shapeOf, Uuid, type Shape } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { toShape } from '../../platform/http/judge.js';
import { OpenAccountBody, openAccountCommand } from '../accounts/open-account.js';
import { invalid, Problem, type FieldError } from '../errors.js';
import { CaptureHoldBody, captureHoldCommand } from '../holds/capture-hold.js';
import { CreateHoldBody, createHoldCommand } from '../holds/create-hold.js';
import { VoidHoldBody, voidHoldCommand } from '../holds/void-hold.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Request } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { PostTransactionBody, postTransactionCommand } from '../transactions/post-transaction.js';
import { ReverseBody, reverseCommand } from '../transactions/reverse.js';
import { TransferBody, transferCommand } from '../transactions/transfer.js';

/** Errors told of one command. */
const MOST_ERRORS = 100;
/** Far more than any command has. */
const MOST_FIELDS = 100;

class CaptureItem extends CaptureHoldBody {
  @Uuid({ description: 'The hold.' }) hold_id: string;
}

class VoidItem extends VoidHoldBody {
  @Uuid({ description: 'The hold.' }) hold_id: string;
}

class ReverseItem extends ReverseBody {
  @Uuid({ description: 'The original.' }) transaction_id: string;
}

/** What each command of a bulk is: the fields of its own endpoint, and how they become a command. */
const kinds: Record<string, { body: Type; command: (body: never) => rules.Command }> = {
  open_account: { body: OpenAccountBody, command: openAccountCommand },
  transaction: { body: PostTransactionBody, command: postTransactionCommand },
  transfer: { body: TransferBody, command: transferCommand },
  hold: { body: CreateHoldBody, command: createHoldCommand },
  capture: { body: CaptureItem, command: (body: CaptureItem) => captureHoldCommand(body.hold_id, body) },
  void: { body: VoidItem, command: (body: VoidItem) => voidHoldCommand(body.hold_id, body) },
  reverse: { body: ReverseItem, command: (body: ReverseItem) => reverseCommand(body.transaction_id, body) },
};

export const itemKinds = Object.keys(kinds);

/**
 * The request of one command of a bulk, or what is wrong with its shape.
 * @param item a Problem is given back
 * @param name of the item under the outer key: `K→0`, which no caller can write as a key
 */
export function itemRequest(
  ledger: string,
  item: unknown,
  name: number,
  context: RequestContext,
): Request | Problem {
  if (item instanceof Problem) return item;
  try {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw invalid([{ path: '', message: 'must be an object' }]);
    }
    // Before they are copied, which is dear.
    if (Object.keys(item).length > MOST_FIELDS) {
      throw invalid([{ path: '', message: `must not have more than ${MOST_FIELDS} fields` }]);
    }
    const { command, idempotency_key: own, ...fields } = item as Record<string, unknown>;
    const kind = typeof command === 'string' && Object.hasOwn(kinds, command) ? kinds[command] : undefined;
    if (!kind) throw invalid([{ path: 'command', message: `must be one of ${itemKinds.join(', ')}` }]);
    const body = toShape(shapeOf(kind.body) as Shape<object>, fields);
    const idempotencyKey = itemKey(own) ?? `${context.idempotencyKey}→${name}`;
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/bulk/${String(command)}`, body);
    return { ...requestOf(context, ledger, kind.command(body as never), same), idempotencyKey };
  } catch (error) {
    if (error instanceof Problem) return cut(error);
    throw error;
  }
}

/** A command could be made of nothing but errors. */
function cut(problem: Problem): Problem {
  const errors = problem.fields.errors as FieldError[];
  return errors.length > MOST_ERRORS ? invalid(errors.slice(0, MOST_ERRORS)) : problem;
}

function itemKey(own: unknown): string | undefined {
  if (own === undefined || own === null || own === '') return undefined;
  if (typeof own !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(own)) {
    throw invalid([{ path: 'idempotency_key', message: 'must be 1 to 255 printable ASCII characters' }]);
  }
  return own;
}
