import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Type } from '@nestjs/common';
import { OneOf } from '../../platform/fields.js';
import { field, shapeOf, type Shape } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { toShape } from '../../platform/http/pipe.js';
import { OpenAccountBody, openAccountCommand } from '../accounts/open-account.js';
import { invalid, Problem, problemBody, type FieldError } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import { requestOf, type Outcome, type Request } from '../journal/request.js';
import type * as rules from '../rules/command.js';
import { PostTransactionBody, postTransactionCommand } from '../transactions/post-transaction.js';
import { TransferBody, transferCommand } from '../transactions/transfer.js';

const MAX_COMMANDS = 10_000;
const MAX_ENTRIES = 40_000;
/** Commands of one Postgres transaction: a bulk takes its turn with everybody else. */
const SLICE = 500;

/** What each command of a bulk is: the fields of its own endpoint, and how they become a command. */
const kinds: Record<string, { body: Type; command: (body: never) => rules.Command }> = {
  open_account: { body: OpenAccountBody, command: openAccountCommand },
  transaction: { body: PostTransactionBody, command: postTransactionCommand },
  transfer: { body: TransferBody, command: transferCommand },
};

export class BulkBody {
  @OneOf(['independent'], { description: 'Each command stands for itself; their results come in order.' })
  mode: 'independent';

  @field(
    {
      parse: (value) =>
        Array.isArray(value) && value.length >= 1 && value.length <= MAX_COMMANDS ? value : undefined,
      message: `must be a list of 1 to ${MAX_COMMANDS} commands`,
      schema: {
        type: 'array',
        minItems: 1,
        maxItems: MAX_COMMANDS,
        items: {
          type: 'object',
          required: ['command'],
          properties: {
            command: { type: 'string', enum: Object.keys(kinds) },
            idempotency_key: { type: 'string', minLength: 1, maxLength: 255 },
          },
          additionalProperties: true,
        },
      },
    },
    {
      description: `Up to ${MAX_COMMANDS} commands and ${MAX_ENTRIES} entries, each with the fields of its own endpoint.`,
      example: [{ command: 'transfer', from: 'alice', to: 'bob', amount: '250' }],
    },
  )
  commands: unknown[];
}

/**
 * Commands in order, each with its own outcome, stored under its own key or the outer key and its index: `K→0`,
 * which no caller can write as a key.
 */
export class Bulk extends Command<Outcome[]> {
  constructor(
    readonly ledger: string,
    readonly body: BulkBody,
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(Bulk)
export class BulkHandler implements ICommandHandler<Bulk> {
  constructor(private readonly batcher: Batcher) {}

  /** Outcomes in the order of the commands. */
  async execute({ ledger, body, context }: Bulk): Promise<Outcome[]> {
    const requests = body.commands.map((command, index) => itemRequest(ledger, command, index, context));
    const outcomes: Outcome[] = [];
    for (let from = 0; from < requests.length; from += SLICE) {
      const slice = requests.slice(from, from + SLICE);
      const sound = slice.filter((request): request is Request => !(request instanceof Problem));
      const answers = (sound.length > 0 ? await this.batcher.submit(sound) : []).values();
      for (const request of slice) {
        outcomes.push(request instanceof Problem ? malformed(request, context) : answers.next().value!);
      }
    }
    return outcomes;
  }
}

function malformed(problem: Problem, { traceId }: RequestContext): Outcome {
  return { status: problem.status, body: problemBody(problem, traceId), replayed: false };
}

/** @throws Problem VALIDATION_FAILED */
export function refuseTooManyEntries(commands: unknown[]): void {
  const entries = commands.reduce<number>((sum, command) => {
    const { entries, to } = (command ?? {}) as { entries?: unknown; to?: unknown };
    if (Array.isArray(entries)) return sum + entries.length;
    return sum + (Array.isArray(to) ? to.length + 1 : 2);
  }, 0);
  if (entries > MAX_ENTRIES) {
    throw invalid([{ path: 'commands', message: `must not have more than ${MAX_ENTRIES} entries in all` }]);
  }
}

/** The request of one command, or what is wrong with its shape: that refuses this command alone. */
function itemRequest(
  ledger: string,
  item: unknown,
  index: number,
  context: RequestContext,
): Request | Problem {
  try {
    refuseUnstorable(context.bodyErrors, `commands.${index}`);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw invalid([{ path: '', message: 'must be an object' }]);
    }
    const { command, idempotency_key: own, ...fields } = item as Record<string, unknown>;
    const kind = typeof command === 'string' && Object.hasOwn(kinds, command) ? kinds[command] : undefined;
    if (!kind) {
      throw invalid([{ path: 'command', message: `must be one of ${Object.keys(kinds).join(', ')}` }]);
    }
    const body = toShape(shapeOf(kind.body) as Shape<object>, fields);
    const idempotencyKey = itemKey(own) ?? `${context.idempotencyKey}→${index}`;
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/bulk/${String(command)}`, body);
    return { ...requestOf(context, ledger, kind.command(body as never), same), idempotencyKey };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** @throws Problem VALIDATION_FAILED for what the parser of the body found in this item */
function refuseUnstorable(errors: FieldError[] | null, item: string): void {
  const own = errors?.filter(({ path }) => path === item || path.startsWith(`${item}.`));
  if (own?.length)
    throw invalid(own.map(({ path, message }) => ({ path: path.slice(item.length + 1), message })));
}

function itemKey(own: unknown): string | undefined {
  if (own === undefined || own === null || own === '') return undefined;
  if (typeof own !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(own)) {
    throw invalid([{ path: 'idempotency_key', message: 'must be 1 to 255 printable ASCII characters' }]);
  }
  return own;
}
