import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { field, OneOf } from '../../platform/fields.js';
import type { RequestContext } from '../../platform/http/context.js';
import { invalid, Problem, problemBody, type FieldError } from '../errors.js';
import { Batcher } from '../journal/batcher.js';
import { fingerprint } from '../journal/fingerprint.js';
import type { Outcome, Request } from '../journal/request.js';
import { itemKinds, itemRequest } from './items.js';

const MAX_COMMANDS = 10_000;
const MAX_ENTRIES = 40_000;
/** Errors of an atomic bulk after which no further command is looked at. */
const MOST_ERRORS = 1_000;
/** Commands of one Postgres transaction: an independent bulk takes its turn with everybody else. */
export const SLICE = 500;

export class BulkBody {
  @OneOf(['independent', 'atomic'], {
    description: 'independent: each command stands for itself. atomic: all take effect, or none.',
  })
  mode: 'independent' | 'atomic';

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
            command: { type: 'string', enum: itemKinds },
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

/** Commands in order, each with its own outcome, stored under its own key or the outer key and its number. */
export class IndependentBulk extends Command<Outcome[]> {
  constructor(
    readonly ledger: string,
    /** A Problem stands for one that is refused without being looked at. */
    readonly commands: unknown[],
    readonly context: RequestContext,
    /** The number of the first of them. */
    readonly first = 0,
  ) {
    super();
  }
}

@CommandHandler(IndependentBulk)
export class IndependentBulkHandler implements ICommandHandler<IndependentBulk> {
  constructor(private readonly batcher: Batcher) {}

  /**
   * Outcomes in the order of the commands; a malformed one is refused alone.
   * @throws Problem OVERLOADED, UNAVAILABLE: some took effect; the same again goes on where this one stopped
   */
  async execute({ ledger, commands, context, first }: IndependentBulk): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let from = 0; from < commands.length; from += SLICE) {
      const slice = commands
        .slice(from, from + SLICE)
        .map((item, index) => itemRequest(ledger, item, first + from + index, context));
      try {
        outcomes.push(...(await this.submitSound(slice, context)));
      } catch (error) {
        throw from > 0 && error instanceof Problem ? goingOn(error, from, commands.length) : error;
      }
    }
    return outcomes;
  }

  /** What is malformed is answered without being submitted. */
  private async submitSound(items: (Request | Problem)[], context: RequestContext): Promise<Outcome[]> {
    const sound = items.filter((item): item is Request => !(item instanceof Problem));
    const answers = (sound.length > 0 ? await this.submit(sound) : []).values();
    return items.map((item) => (item instanceof Problem ? refused(item, context) : answers.next().value!));
  }

  /** If they fail for a reason that repeating doesn't mend, each is tried alone: a bad one fails no other. */
  private async submit(requests: Request[]): Promise<Outcome[]> {
    try {
      return await this.batcher.submit(requests);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (requests.length === 1) return [failed(requests[0]!, error)];
    }
    const outcomes: Outcome[] = [];
    for (const request of requests) outcomes.push(...(await this.submit([request])));
    return outcomes;
  }
}

/** All of them in one transaction, or none: `BULK_REJECTED` names the first that was refused. */
export class AtomicBulk extends Command<Outcome> {
  constructor(
    readonly ledger: string,
    readonly commands: unknown[],
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(AtomicBulk)
export class AtomicBulkHandler implements ICommandHandler<AtomicBulk> {
  constructor(private readonly batcher: Batcher) {}

  /** @throws Problem VALIDATION_FAILED naming everything that is wrong with any command */
  execute({ ledger, commands, context }: AtomicBulk): Promise<Outcome> {
    const parts: Request[] = [];
    const errors: FieldError[] = [];
    for (const [index, item] of storable(commands, context.bodyErrors).entries()) {
      const found = itemRequest(ledger, item, index, context);
      if (found instanceof Problem) errors.push(...errorsOf(found, `commands.${index}`));
      else if (found.idempotencyKey === context.idempotencyKey) errors.push(sameKey(index));
      else parts.push(found);
      if (errors.length >= MOST_ERRORS) break;
    }
    if (errors.length > 0) throw invalid(errors);
    const { principal, idempotencyKey, traceId } = context;
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/bulk`, { mode: 'atomic', commands });
    return this.batcher.submitOne({ ledger, principal, idempotencyKey, traceId, fingerprint: same, parts });
  }
}

function goingOn({ code, detail, fields, retryAfter }: Problem, completed: number, of: number): Problem {
  const before = `${completed} of ${of} commands are done, and the same again goes on from there`;
  return new Problem(code, `${before}; the next were not: ${detail}`, { ...fields, completed }, retryAfter);
}

function refused(problem: Problem, { traceId }: Pick<RequestContext, 'traceId'>): Outcome {
  return { status: problem.status, body: problemBody(problem, traceId), replayed: false };
}

function failed(request: Request, error: unknown): Outcome {
  new Logger('bulk').error(new Error(`a command failed, trace id ${request.traceId}`, { cause: error }));
  return refused(
    new Problem('INTERNAL', 'something went wrong here; the trace id finds it in the log'),
    request,
  );
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

/**
 * The commands, with a Problem instead of each in which the body's parser found what can't be stored.
 * @param errors with paths such as `commands.7.description`
 */
export function storable(commands: unknown[], errors: FieldError[] | null): unknown[] {
  if (!errors) return commands;
  const byIndex = new Map<number, FieldError[]>();
  for (const { path, message } of errors) {
    const [, index, ...rest] = path.split('.');
    const own = byIndex.get(Number(index)) ?? [];
    byIndex.set(Number(index), [...own, { path: rest.join('.'), message }]);
  }
  return commands.map((command, index) => (byIndex.has(index) ? invalid(byIndex.get(index)!) : command));
}

// A rejection is stored under the key of the whole: the result of a command there would be taken for one.
function sameKey(index: number): FieldError {
  return { path: `commands.${index}.idempotency_key`, message: 'must not be the key of the whole' };
}

function errorsOf({ fields }: Problem, prefix: string): FieldError[] {
  const errors = fields.errors as FieldError[];
  return errors.map(({ path, message }) => ({ path: path === '' ? prefix : `${prefix}.${path}`, message }));
}
