import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { loadConfig } from '../config.js';
import { isProjectionName, projections, type ProjectionName } from '../projections/projection.js';
import { UsageError } from './api.command.js';
import { databaseHelp } from './database.js';
import { GroupCommand } from './group.command.js';

const names = projections.map(({ name }) => name);
const namesHelp = `Projections: ${names.join(', ')}.`;

/** All of them when none is named. @throws UsageError */
function chosen(given: string[]): ProjectionName[] {
  const unknown = given.find((name) => !isProjectionName(name));
  if (unknown !== undefined) throw new UsageError(`${unknown} is not one of: ${names.join(', ')}`);
  return given.length === 0 ? names : names.filter((name) => given.includes(name));
}

function wholeNumber(option: string, value: string, least: number): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < least) {
    throw new UsageError(`${option} ${value} is not a whole number from ${least} on`);
  }
  return Number(value);
}

function brokersGiven(): string[] {
  const { kafkaBrokers } = loadConfig();
  if (kafkaBrokers.length === 0) throw new UsageError('--from kafka takes KAFKA_BROKERS');
  return kafkaBrokers;
}

interface JsonOption {
  json?: boolean;
}

@SubCommand({ name: 'list', description: 'Every version of every projection: which is read, which stand by' })
export class ProjectionsListCommand extends CommandRunner {
  async run(_: string[], { json }: JsonOption): Promise<void> {
    await (await import('./projections.js')).list(json ?? false);
  }

  @Option({ flags: '--json', description: 'for programs' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
${databaseHelp}

Example:
  counterfoil projections list

Exit status: 0 shown, 1 failed, 2 no database given.`;
  }
}

@SubCommand({
  name: 'status',
  description: 'How far behind the read model is, what was healed, dead letters, builds underway',
})
export class ProjectionsStatusCommand extends CommandRunner {
  async run(_: string[], { json }: JsonOption): Promise<void> {
    await (await import('./projections.js')).status(json ?? false);
  }

  @Option({ flags: '--json', description: 'for programs' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
${databaseHelp}

Example:
  counterfoil projections status
  counterfoil projections status --json | jq .lag_seconds

Exit status: 0 all well, 1 more than a minute behind, dead letters, or not built; 2 no database given.`;
  }
}

interface RebuildOptions {
  from?: 'journal' | 'kafka';
  parallel?: number;
  swap: boolean;
  dropOld?: boolean;
}

@SubCommand({
  name: 'rebuild',
  arguments: '[projections...]',
  description:
    'Build projections anew from the journal, beside those that are read, and put them in their place',
})
export class ProjectionsRebuildCommand extends CommandRunner {
  async run(given: string[], { from, parallel, swap, dropOld = false }: RebuildOptions): Promise<void> {
    if (!swap && dropOld) throw new UsageError('--drop-old goes with a swap, not with --no-swap');
    if (from === 'kafka' && (parallel !== undefined || !swap))
      throw new UsageError('--from kafka goes without --parallel and --no-swap');
    const brokers = from === 'kafka' ? { brokers: brokersGiven() } : {};
    const options = { ...brokers, parallel: parallel ?? 4, swap, dropOld };
    await (await import('./projections.js')).rebuildNow(chosen(given), options);
  }

  @Option({
    flags: '--from <source>',
    description: 'journal (default), or kafka: the topic, for a database that has no journal',
  })
  from(value: string): 'journal' | 'kafka' {
    if (value !== 'journal' && value !== 'kafka')
      throw new UsageError(`--from ${value} is not one of: journal, kafka`);
    return value;
  }

  @Option({ flags: '--parallel <n>', description: 'slices built at the same time (4)' })
  parallel(value: string): number {
    return wholeNumber('--parallel', value, 1);
  }

  @Option({ flags: '--no-swap', description: 'leave the new version as a standby, for `swap`' })
  noSwap(): boolean {
    return false;
  }

  @Option({ flags: '--drop-old', description: 'drop the replaced versions, a minute after the swap' })
  dropOld(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
${namesHelp} All of them when none is named.

Readers and workers go on meanwhile, and never see a half-built state. Ctrl-C stops it, and so does any crash: the same
command goes on where it was; \`projections drop\` gives it up. The replaced version stays, with its room on disk, until
\`projections drop\`.

${databaseHelp} Kafka is not needed, but with --from kafka: KAFKA_BROKERS. That reads ledger.transactions.v1 from its
beginning, into a database that \`counterfoil migrate --read-model-only\` made, say.

Example:
  counterfoil projections rebuild
  counterfoil projections rebuild balances lines --parallel 8 --drop-old
  DATABASE_URL=postgres://…/reports KAFKA_BROKERS=… counterfoil projections rebuild --from kafka

Exit status: 0 built and swapped, 1 failed, 2 wrong usage or no database given, 130 stopped.`;
  }
}

interface VerifyOptions extends JsonOption {
  sample?: number;
  repair?: boolean;
}

@SubCommand({
  name: 'verify',
  arguments: '[projections...]',
  description: 'Compare the read model with the journal and print every difference',
})
export class ProjectionsVerifyCommand extends CommandRunner {
  async run(given: string[], { sample, repair = false, json = false }: VerifyOptions): Promise<void> {
    await (await import('./projections.js')).verifyNow(chosen(given), { sample, repair, json });
  }

  @Option({
    flags: '--sample <n>',
    description: 'so many accounts and transactions, by chance, instead of all',
  })
  sample(value: string): number {
    return wholeNumber('--sample', value, 1);
  }

  @Option({ flags: '--repair', description: 'put what the journal says in the place of what differs' })
  repair(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'differences as JSON lines' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
${namesHelp} All of them when none is named.

What is underway is no difference: compared is what the read model has, and what it is known to have all of. Safe at any
time. Sums over all accounts can't be mended by piece: with --repair, their projection is rebuilt.

${databaseHelp}

Example:
  counterfoil projections verify
  counterfoil projections verify balances --sample 1000
  counterfoil projections verify --repair

Exit status: 0 no difference, or all repaired; 1 differences; 2 wrong usage or no database given.`;
  }
}

@SubCommand({
  name: 'swap',
  arguments: '<projection> [version]',
  description: 'Let a standby catch up and put it in the place of the version that is read',
})
export class ProjectionsSwapCommand extends CommandRunner {
  async run([name, version]: string[]): Promise<void> {
    const [projection] = chosen([name!]);
    const number = version === undefined ? undefined : wholeNumber('version', version, 1);
    await (await import('./projections.js')).swapNow(projection!, number);
  }

  @Help('after')
  examples(): string {
    return `
Without a version, the newest standby. The version that was read becomes a standby, so the same command goes back.

${databaseHelp}

Example:
  counterfoil projections rebuild balances --no-swap && counterfoil projections swap balances

Exit status: 0 swapped, 1 failed, 2 wrong usage or no database given.`;
  }
}

@SubCommand({
  name: 'drop',
  arguments: '<projection> <version>',
  description: 'Drop a version that is not read: a standby, or a build that is given up',
})
export class ProjectionsDropCommand extends CommandRunner {
  async run([name, version]: string[]): Promise<void> {
    const [projection] = chosen([name!]);
    await (await import('./projections.js')).dropNow(projection!, wholeNumber('version', version!, 1));
  }

  @Help('after')
  examples(): string {
    return `
${databaseHelp}

Example:
  counterfoil projections drop balances 1

Exit status: 0 dropped, 1 refused, 2 wrong usage or no database given.`;
  }
}

@Command({
  name: 'projections',
  description: 'The read model: how it is, building it anew, comparing it with the journal',
  subCommands: [
    ProjectionsListCommand,
    ProjectionsStatusCommand,
    ProjectionsRebuildCommand,
    ProjectionsVerifyCommand,
    ProjectionsSwapCommand,
    ProjectionsDropCommand,
  ],
})
export class ProjectionsCommand extends GroupCommand {
  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil projections status`;
  }
}

/** For the CLI's module. */
export const projectionsProviders = [
  ProjectionsCommand,
  ProjectionsListCommand,
  ProjectionsStatusCommand,
  ProjectionsRebuildCommand,
  ProjectionsVerifyCommand,
  ProjectionsSwapCommand,
  ProjectionsDropCommand,
];
