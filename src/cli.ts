import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Module, type Type } from '@nestjs/common';
import type { Command } from 'commander';
import { CommandFactory, CommandRunnerService } from 'nest-commander';
import { UsageError } from './cli/api.command.js';
import { Unreachable } from './cli/client.js';
import { ConfigError } from './config.js';

type Providers = () => Promise<Type[]>;

/** Each command's classes, loaded only when it is the one that was called or help lists them all. */
const commands: Record<string, Providers> = {
  import: async () => [(await import('./cli/import.command.js')).ImportCommand],
  balances: async () => [(await import('./cli/balances.command.js')).BalancesCommand],
  statement: async () => [(await import('./cli/statement.command.js')).StatementCommand],
  'trial-balance': async () => [(await import('./cli/trial-balance.command.js')).TrialBalanceCommand],
  events: async () => (await import('./cli/events.command.js')).eventsProviders,
  holds: async () => (await import('./cli/holds.command.js')).holdsProviders,
  projections: async () => (await import('./cli/projections.command.js')).projectionsProviders,
  'dead-letters': async () => (await import('./cli/dead-letters.command.js')).deadLettersProviders,
  seals: async () => (await import('./cli/seals.command.js')).sealsProviders,
  prove: async () => [(await import('./cli/prove.command.js')).ProveCommand],
  verify: async () => [(await import('./cli/verify.command.js')).VerifyCommand],
  export: async () => [(await import('./cli/export.command.js')).ExportCommand],
  migrate: async () => [(await import('./cli/migrate.command.js')).MigrateCommand],
  connect: async () => (await import('./connect/connect.command.js')).connectProviders,
};

async function main(): Promise<void> {
  // `counterfoil balances | head` ends the pipe early; that is not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const called = commands[process.argv[2] ?? ''];
  const providers = called ? [called] : Object.values(commands);
  const classes = (await Promise.all(providers.map((load) => load()))).flat();
  class CliModule {}
  Module({ providers: classes })(CliModule);
  const app = await CommandFactory.createWithoutRunning(CliModule, {
    logger: false,
    abortOnError: false,
    serviceErrorHandler: fail,
  });
  const program = app.get(CommandRunnerService)['commander'];
  program.name('counterfoil').description('A double-entry ledger: imports, balances, statements, operations');
  program.version(version(), '-v, --version', 'print the version');
  program.addHelpText('after', '\nExample:\n  counterfoil import books.jsonl.gz && counterfoil balances');
  strict(program);
  await CommandFactory.runApplication(app);
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * Errors are thrown to `fail` instead of leaving with status 1, begin as ours do, and a superfluous argument is one
 * of them: nest-commander's commands inherit none of these settings from the program.
 */
function strict(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'counterfoil: ')) });
  command.allowExcessArguments(command.commands.length > 0);
  command.commands.forEach(strict);
}

/** Says in one line what went wrong. Status 1: refused or failed; 2: wrong usage, or no service there. */
function fail(error: Error & { code?: unknown; exitCode?: number }): void {
  if (typeof error.code === 'string' && error.code.startsWith('commander.')) {
    // commander has printed the message, or the help that was asked for.
    process.exitCode = error.exitCode ? 2 : 0;
    return;
  }
  process.stderr.write(`counterfoil: ${error instanceof Error ? error.message : String(error)}\n`);
  const unusable = [UsageError, ConfigError, Unreachable].some((kind) => error instanceof kind);
  process.exitCode = unusable ? 2 : 1;
}

await main().catch(fail);
