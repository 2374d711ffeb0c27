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
/** Commands of one Postgres transaction: an independent bulk takes its turn with everybody else. */
const SLICE = 500;

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

/** Commands in order, each with its own outcome, stored under its own key or the outer key and its index. */
export class IndependentBulk extends Command<Outcome[]> {
  constructor(
    readonly ledger: string,
    readonly commands: unknown[],
    readonly context: RequestContext,
  ) {
    super();
  }
}

@CommandHandler(IndependentBulk)
export class IndependentBulkHandler implements ICommandHandler<IndependentBulk> {
  constructor(private readonly batcher: Batcher) {}

  /** Outcomes in the order of the commands; a malformed one is refused alone. */
  async execute({ ledger, commands, context }: IndependentBulk): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let from = 0; from < commands.length; from += SLICE) {
      const slice = commands.slice(from, from + SLICE).map((item, index) => {
        const name = from + index;
        return unstorable(context.bodyErrors, name) ?? itemRequest(ledger, item, name, context);
      });
      outcomes.push(...(await submitSound(this.batcher, slice, context)));
    }
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
    for (const [index, item] of commands.entries()) {
      const found = unstorable(context.bodyErrors, index) ?? itemRequest(ledger, item, index, context);
      if (found instanceof Problem) errors.push(...errorsOf(found, `commands.${index}`));
      else parts.push(found);
    }
    if (errors.length > 0) throw invalid(errors);
    const { principal, idempotencyKey, traceId } = context;
    const same = fingerprint('POST', `/v1/ledgers/${ledger}/bulk`, { mode: 'atomic', commands });
    return this.batcher.submitOne({ ledger, principal, idempotencyKey, traceId, fingerprint: same, parts });
  }
}

/** Outcomes in the order of the commands; what is malformed is answered without being submitted. */
export async function submitSound(
  batcher: Batcher,
  items: (Request | Problem)[],
  context: RequestContext,
): Promise<Outcome[]> {
  const sound = items.filter((item): item is Request => !(item instanceof Problem));
  const answers = (sound.length > 0 ? await batcher.submit(sound) : []).values();
  return items.map((item) => (item instanceof Problem ? malformed(item, context) : answers.next().value!));
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

/** What the parser of the body found in one item that can't be stored. */
function unstorable(errors: FieldError[] | null, index: number): Problem | undefined {
  const item = `commands.${index}`;
  const own = errors?.filter(({ path }) => path === item || path.startsWith(`${item}.`));
  if (!own?.length) return undefined;
  return invalid(own.map(({ path, message }) => ({ path: path.slice(item.length + 1), message })));
}

function errorsOf({ fields }: Problem, prefix: string): FieldError[] {
  const errors = fields.errors as FieldError[];
  return errors.map(({ path, message }) => ({ path: path === '' ? prefix : `${prefix}.${path}`, message }));
}
