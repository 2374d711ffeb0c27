import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import type { LetterState, Wanted } from '../projections/dead-letters/letters.js';
import { isProjectionName, projections, type ProjectionName } from '../projections/projection.js';
import { UsageError } from './api.command.js';
import { databaseHelp } from './database.js';
import { GroupCommand } from './group.command.js';

const names = projections.map(({ name }) => name);
const states: LetterState[] = ['open', 'replayed', 'healed', 'discarded'];

interface Chosen {
  projection?: ProjectionName;
  all?: boolean;
}

function idOf(text: string): string {
  if (!/^[1-9]\d{0,17}$/.test(text)) throw new UsageError(`${text} is not the number of a dead letter`);
  return text;
}

/** Those named, or by --all; never all of them by an omission. @throws UsageError */
function wantedOf(ids: string[], { projection, all }: Chosen): Wanted {
  if (ids.length > 0 && (all || projection)) throw new UsageError('name letters, or choose them by options');
  if (ids.length > 0) return { ids: ids.map(idOf) };
  if (!all && !projection) throw new UsageError('name letters by their ids, or say --all or --projection');
  return projection ? { projection } : {};
}

/** The options by which several letters are chosen. */
abstract class ChoosingCommand extends CommandRunner {
  @Option({ flags: '--projection <name>', description: `only those of: ${names.join(', ')}` })
  projection(value: string): ProjectionName {
    if (!isProjectionName(value)) throw new UsageError(`${value} is not one of: ${names.join(', ')}`);
    return value;
  }
}

interface ListOptions extends Chosen {
  state?: LetterState;
  json?: boolean;
}

@SubCommand({ name: 'list', description: 'Events that a projection could not apply, oldest first' })
export class DeadLettersListCommand extends ChoosingCommand {
  async run(_: string[], { projection, state = 'open', all, json }: ListOptions): Promise<void> {
    const wanted = { ...(projection && { projection }), ...(!all && { state }) };
    await (await import('./dead-letters.js')).list(wanted, json ?? false);
  }

  @Option({ flags: '--state <state>', description: `${states.join(', ')} (open)` })
  state(value: string): LetterState {
    const found = states.find((state) => state === value);
    if (!found) throw new UsageError(`--state ${value} is not one of: ${states.join(', ')}`);
    return found;
  }

  @Option({ flags: '--all', description: 'in whatever state' })
  all(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'one JSON object a line, with payload and stack' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
${databaseHelp}

Example:
  counterfoil dead-letters list
  counterfoil dead-letters list --projection balances --json | jq -r .cause

Exit status: 0 shown, 1 failed, 2 wrong usage or no database given.`;
  }
}

@SubCommand({
  name: 'show',
  arguments: '<id>',
  description: 'One of them: cause, stack, where it lies, headers, payload',
})
export class DeadLettersShowCommand extends CommandRunner {
  async run([id]: string[]): Promise<void> {
    await (await import('./dead-letters.js')).show(idOf(id!));
  }

  @Help('after')
  examples(): string {
    return `
${databaseHelp}

Example:
  counterfoil dead-letters show 17

Exit status: 0 shown, 1 no such letter, 2 wrong usage or no database given.`;
  }
}

interface ReplayOptions extends Chosen {
  rate?: number;
  dryRun?: boolean;
}

@SubCommand({
  name: 'replay',
  arguments: '[ids...]',
  description: 'Apply open ones again, once the cause is mended',
})
export class DeadLettersReplayCommand extends ChoosingCommand {
  async run(ids: string[], options: ReplayOptions): Promise<void> {
    const { rate, dryRun = false } = options;
    await (await import('./dead-letters.js')).replayNow(wantedOf(ids, options), { rate, dryRun });
  }

  @Option({ flags: '--all', description: 'all that are open' })
  all(): boolean {
    return true;
  }

  @Option({ flags: '--rate <n>', description: 'at most so many a second' })
  rate(value: string): number {
    if (!/^\d{1,6}(\.\d{1,3})?$/.test(value) || Number(value) <= 0) {
      throw new UsageError(`--rate ${value} is not a number above 0`);
    }
    return Number(value);
  }

  @Option({ flags: '--dry-run', description: 'find out whether they could be applied; nothing is changed' })
  dryRun(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
What the journal has of an event is applied, whatever came; what it doesn't know is tried as it came. One that fails
again stays open, with the new cause.

${databaseHelp}

Example:
  counterfoil dead-letters replay --all --dry-run
  counterfoil dead-letters replay --projection balances --rate 100
  counterfoil dead-letters replay 17 18

Exit status: 0 all applied, 1 some failed, 2 wrong usage or no database given.`;
  }
}

interface DiscardOptions extends Chosen {
  reason?: string;
}

@SubCommand({
  name: 'discard',
  arguments: '[ids...]',
  description: 'Give open ones up; who did it, when and why is kept',
})
export class DeadLettersDiscardCommand extends ChoosingCommand {
  async run(ids: string[], options: DiscardOptions): Promise<void> {
    const reason = options.reason?.trim();
    if (!reason) throw new UsageError('--reason says why: it is kept with the letter');
    await (await import('./dead-letters.js')).discardNow(wantedOf(ids, options), reason);
  }

  @Option({ flags: '--all', description: 'all that are open' })
  all(): boolean {
    return true;
  }

  @Option({ flags: '--reason <text>', description: 'why; required' })
  reason(value: string): string {
    return value;
  }

  @Help('after')
  examples(): string {
    return `
Nothing of the books is lost by it: the journal has them.

${databaseHelp}

Example:
  counterfoil dead-letters discard 17 --reason 'a test message of the broker team, not an event of ours'

Exit status: 0 discarded, 1 failed, 2 wrong usage or no database given.`;
  }
}

@Command({
  name: 'dead-letters',
  description: 'Events that could not be applied to the read model',
  subCommands: [
    DeadLettersListCommand,
    DeadLettersShowCommand,
    DeadLettersReplayCommand,
    DeadLettersDiscardCommand,
  ],
})
export class DeadLettersCommand extends GroupCommand {
  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil dead-letters list`;
  }
}

/** For the CLI's module. */
export const deadLettersProviders = [
  DeadLettersCommand,
  DeadLettersListCommand,
  DeadLettersShowCommand,
  DeadLettersReplayCommand,
  DeadLettersDiscardCommand,
];
