import Table from 'cli-table3';
import { Command, CommandRunner, Help, SubCommand } from 'nest-commander';
import { ConfigError, loadConfig, type Config } from '../config.js';
import { republishJournal } from '../events/republish.js';
import { applyStreaming } from './apply.js';
import { streamingStatus } from './status.js';

const environment = `
Environment:
  DATABASE_OWNER_URL or DATABASE_URL  the database, as this machine reaches it
  CDC_DATABASE_URL                    the database as Kafka Connect reaches it, login counterfoil_cdc (apply)
  KAFKA_BROKERS                       host:port, …
  CONNECT_URL                         Kafka Connect (default http://127.0.0.1:8083)
`;

@SubCommand({
  name: 'apply',
  description: 'Make topics, replication slot and connector as connect/ says; safe to repeat',
})
export class ConnectApplyCommand extends CommandRunner {
  async run(): Promise<void> {
    const config = loadConfig();
    if (!config.cdcDatabaseUrl) throw new ConfigError('CDC_DATABASE_URL must be set');
    await applyStreaming({
      ...where(config),
      cdcDatabaseUrl: config.cdcDatabaseUrl,
      republish: republishJournal,
      log: (line) => process.stdout.write(`${line}\n`),
    });
  }

  @Help('after')
  examples(): string {
    return `${environment}
Example:
  CDC_DATABASE_URL=postgres://counterfoil_cdc:…@db:5432/ledger counterfoil connect apply

Exit status: 0 the connector runs, 1 failed, 2 a setting is missing.`;
  }
}

@SubCommand({
  name: 'status',
  description: 'Show the connector and its tasks, the slot and how far it is behind, the topics',
})
export class ConnectStatusCommand extends CommandRunner {
  async run(): Promise<void> {
    const findings = await streamingStatus(where(loadConfig()));
    const table = new Table({ head: ['', 'health', 'state'], style: { head: [], border: [] } });
    for (const { what, healthy, state } of findings) table.push([what, healthy ? 'good' : 'BAD', state]);
    process.stdout.write(`${table.toString()}\n`);
    if (findings.some((finding) => !finding.healthy)) process.exitCode = 1;
  }

  @Help('after')
  examples(): string {
    return `${environment}
Example:
  KAFKA_BROKERS=kafka:9092 CONNECT_URL=http://connect:8083 counterfoil connect status

Exit status: 0 healthy, 1 not, 2 a setting is missing.`;
  }
}

@Command({
  name: 'connect',
  description: 'The way of the events from the outbox to Kafka',
  subCommands: [ConnectApplyCommand, ConnectStatusCommand],
})
export class ConnectCommand extends CommandRunner {
  run([unknown]: string[]): Promise<void> {
    if (unknown !== undefined) this.command.error(`error: unknown command '${unknown}'`);
    this.command.help({ error: true });
  }

  @Help('after')
  examples(): string {
    return `
Example:
  counterfoil connect status`;
  }
}

/** For the CLI's module. */
export const connectProviders = [ConnectCommand, ConnectApplyCommand, ConnectStatusCommand];

function where(config: Config) {
  const databaseUrl = config.databaseOwnerUrl ?? config.databaseUrl;
  if (!databaseUrl) throw new ConfigError('DATABASE_OWNER_URL or DATABASE_URL must be set');
  if (config.kafkaBrokers.length === 0) throw new ConfigError('KAFKA_BROKERS must be set');
  return { databaseUrl, kafkaBrokers: config.kafkaBrokers, connectUrl: config.connectUrl };
}
