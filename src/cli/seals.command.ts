import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { databaseHelp, withDatabase } from './database.js';
import { GroupCommand } from './group.command.js';

interface ListOptions {
  ledger?: string | null;
  json?: boolean;
}

@SubCommand({
  name: 'list',
  description: 'The newest seals: what they close, their hashes, which key signed them',
})
export class SealsListCommand extends CommandRunner {
  async run(_: string[], { ledger = null, json = false }: ListOptions): Promise<void> {
    const { listSeals } = await import('./seals.js');
    const session = { role: 'counterfoil_reader', name: 'counterfoil seals', max: 1 } as const;
    await withDatabase(session, (pool) => listSeals(pool, ledger, json));
  }

  @Option({ flags: '--ledger <id>', description: 'only those of this ledger' })
  ledger(value: string): string {
    return value;
  }

  @Option({
    flags: '--json',
    description: 'every seal, oldest first, one event of ledger.seals.v1 a line: a copy to keep',
  })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
${databaseHelp}

Example:
  counterfoil seals list
  counterfoil seals list --json > seals-$(date +%F).jsonl

Exit status: 0 shown, 1 failed, 2 wrong usage or no database given.`;
  }
}

@Command({
  name: 'seals',
  description: 'What closes the journal range by range, so that nobody can change it unseen',
  subCommands: [SealsListCommand],
})
export class SealsCommand extends GroupCommand {
  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil seals list`;
  }
}

/** For the CLI's module. */
export const sealsProviders = [SealsCommand, SealsListCommand];
