import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { holdStatuses } from '../ledger/rules/record.js';
import { ApiCommand, type ApiOptions, ledgerPath, UsageError } from './api.command.js';
import { call, type Service } from './client.js';
import { databaseHelp } from './database.js';
import type { Hold } from './holds.js';
import { GroupCommand } from './group.command.js';

interface HoldsOptions extends ApiOptions {
  status?: string;
  account?: string;
  json?: boolean;
}

@SubCommand({ name: 'list', description: 'Holds, newest first: what is reserved, and what became of it' })
export class HoldsListCommand extends ApiCommand {
  async run(_: string[], options: HoldsOptions): Promise<void> {
    const found: Hold[] = [];
    for await (const page of pagesOf(this.service(options), options)) {
      if (options.json) page.forEach((hold) => process.stdout.write(`${JSON.stringify(hold)}\n`));
      else found.push(...page);
    }
    if (options.json) return;
    const { holdsTable } = await import('./holds.js');
    process.stdout.write(found.length ? `${holdsTable(found)}\n` : 'no holds\n');
  }

  @Option({ flags: '--status <status>', description: `only those: ${holdStatuses.join(', ')}` })
  status(value: string): string {
    if ((holdStatuses as readonly string[]).includes(value)) return value;
    throw new UsageError(`--status ${value} is not one of: ${holdStatuses.join(', ')}`);
  }

  @Option({ flags: '--account <id>', description: 'only those that touch this account' })
  account(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'one JSON object a line, as the API gives it (minor units)' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Amounts are in decimals of the currency.

Example:
  counterfoil holds list --status pending
  counterfoil holds list --account alice --json | jq -r '[.id, .hold.remaining] | @tsv'

Exit status: 0 shown, 1 refused, 2 wrong usage or service unreachable.`;
  }
}

@SubCommand({
  name: 'rebuild',
  description: 'Make the list of holds that may expire again from the journal',
})
export class HoldsRebuildCommand extends CommandRunner {
  async run(): Promise<void> {
    const { rebuildOpenHolds } = await import('./rebuild-holds.js');
    const count = await rebuildOpenHolds();
    process.stdout.write(`${count} open ${count === 1 ? 'hold' : 'holds'} may expire\n`);
  }

  @Help('after')
  examples(): string {
    return `
What a hold is comes from the journal; the sweep that releases holds past their time goes by a list made from it, which
this makes again. Safe at any time: new holds that may expire wait while it runs.

${databaseHelp}

Example:
  DATABASE_URL=postgres://counterfoil@db:5432/ledger counterfoil holds rebuild

Exit status: 0 done, 1 failed, 2 no database given.`;
  }
}

@Command({
  name: 'holds',
  description: 'What is reserved',
  subCommands: [HoldsListCommand, HoldsRebuildCommand],
})
export class HoldsCommand extends GroupCommand {
  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil holds list --status pending`;
  }
}

/** For the CLI's module. */
export const holdsProviders = [HoldsCommand, HoldsListCommand, HoldsRebuildCommand];

async function* pagesOf(service: Service, options: HoldsOptions): AsyncGenerator<Hold[]> {
  const query = new URLSearchParams({ limit: '1000' });
  if (options.status) query.set('status', options.status);
  if (options.account) query.set('account', options.account);
  for (;;) {
    const { text } = await call(service, { method: 'GET', path: `${ledgerPath(service)}/holds?${query}` });
    const page = JSON.parse(text) as { data: Hold[]; next_cursor: string | null };
    yield page.data;
    if (!page.next_cursor) return;
    query.set('cursor', page.next_cursor);
  }
}
