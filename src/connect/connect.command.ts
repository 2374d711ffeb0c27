import Table from 'cli-table3';
import { Command, CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import { ConfigError, loadConfig, type Config } from '../config.js';
import { republishJournal } from '../events/republish.js';
import { applyAnalysts, removeAnalysts } from './analysts.js';
import { applyStreaming } from './apply.js';
import { operateCommands } from './operate.command.js';
import { streamingStatus } from './status.js';
import { GroupCommand } from '../cli/group.command.js';

interface AnalystsOption {
  analysts?: boolean;
}

const environment = `
Environment:
  DATABASE_OWNER_URL or DATABASE_URL  the database, as this machine reaches it
  CDC_DATABASE_URL                    the database as Kafka Connect reaches it, login counterfoil_cdc (not for status)
  KAFKA_BROKERS                       host:port, …
  CONNECT_URL                         Kafka Connect (default http://127.0.0.1:8083)
`;

@SubCommand({
  name: 'apply',
  description: 'Make topics, replication slot and connector as connect/ says; safe to repeat',
})
export class ConnectApplyCommand extends CommandRunner {
  async run(_: string[], { analysts }: AnalystsOption): Promise<void> {
    const options = operation(loadConfig());
    await applyStreaming({ ...options, republish: republishJournal });
    if (analysts) await applyAnalysts(options);
  }

  @Option({
    flags: '--analysts',
    description: 'the second connector as well: ledger.entries.v1 and ledger.balances.v1, row by row',
  })
  analysts(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
What was recorded before is put on the topics too, with --analysts by reading both tables once. Without it, a second
connector that is there stays as it is.
${environment}
Example:
  CDC_DATABASE_URL=postgres://counterfoil_cdc:…@db:5432/ledger counterfoil connect apply
  counterfoil connect apply --analysts

Exit status: 0 the connectors run, 1 failed, 2 a setting is missing.`;
  }
}

@SubCommand({
  name: 'remove',
  description: 'Take the connector for analysts away again, with its slot, its publication and its topics',
})
export class ConnectRemoveCommand extends CommandRunner {
  async run(_: string[], { analysts }: AnalystsOption): Promise<void> {
    if (!analysts) throw new ConfigError('only the connector for analysts can be removed: say --analysts');
    await removeAnalysts(operation(loadConfig()));
  }

  @Option({ flags: '--analysts', description: 'ledger.entries.v1, ledger.balances.v1 and what fills them' })
  analysts(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
A slot that nobody reads holds back the WAL until the disk is full: remove what is no longer needed. What was on the
topics is gone with them; connect apply --analysts puts it there again from the tables.
${environment}
Example:
  counterfoil connect remove --analysts

Exit status: 0 none of it is there, 1 failed, 2 a setting or --analysts is missing.`;
  }
}

@SubCommand({
  name: 'status',
  description: 'Show the connector and its tasks, the slot and how far it is behind, the topics',
})
export class ConnectStatusCommand extends CommandRunner {
  async run(_: string[], { json }: { json?: boolean }): Promise<void> {
    const findings = await streamingStatus(where(loadConfig()));
    const healthy = findings.every((finding) => finding.healthy);
    if (!healthy) process.exitCode = 1;
    if (json) {
      const checks = findings.map(({ detail, ...finding }) => ({ ...finding, ...detail }));
      process.stdout.write(`${JSON.stringify({ healthy, checks })}\n`);
      return;
    }
    const table = new Table({ head: ['', 'health', 'state'], style: { head: [], border: [] } });
    for (const { what, healthy, state } of findings) table.push([what, healthy ? 'good' : 'BAD', state]);
    process.stdout.write(`${table.toString()}\n`);
  }

  @Option({
    flags: '--json',
    description: 'one JSON object: healthy, and a check for each part (bytes, seconds)',
  })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `${environment}
Example:
  KAFKA_BROKERS=kafka:9092 CONNECT_URL=http://connect:8083 counterfoil connect status
  counterfoil connect status --json | jq '.checks[] | select(.slot) | .lag_bytes'

Exit status: 0 healthy, 1 not, 2 a setting is missing.`;
  }
}

@Command({
  name: 'connect',
  description: 'The way of the events from the outbox to Kafka',
  subCommands: [ConnectApplyCommand, ConnectRemoveCommand, ConnectStatusCommand, ...operateCommands],
})
export class ConnectCommand extends GroupCommand {
  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil connect status`;
  }
}

/** For the CLI's module. */
export const connectProviders = [
  ConnectCommand,
  ConnectApplyCommand,
  ConnectRemoveCommand,
  ConnectStatusCommand,
  ...operateCommands,
];

function operation(config: Config) {
  const { cdcDatabaseUrl } = config;
  if (!cdcDatabaseUrl) throw new ConfigError('CDC_DATABASE_URL must be set');
  return { ...where(config), cdcDatabaseUrl, log: (line: string) => void process.stdout.write(`${line}\n`) };
}

function where(config: Config) {
  const databaseUrl = config.databaseOwnerUrl ?? config.databaseUrl;
  if (!databaseUrl) throw new ConfigError('DATABASE_OWNER_URL or DATABASE_URL must be set');
  if (config.kafkaBrokers.length === 0) throw new ConfigError('KAFKA_BROKERS must be set');
  return { databaseUrl, kafkaBrokers: config.kafkaBrokers, connectUrl: config.connectUrl };
}
