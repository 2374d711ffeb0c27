import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRunner, Help, SubCommand } from 'nest-commander';
import { ConfigError, loadConfig } from '../config.js';
import {
  connectorExists,
  pauseConnector,
  restartConnector,
  resumeConnector,
  waitUntilRunning,
} from './connector.js';
import { formatBytes, readSlots } from './slot-health.js';
import { withClient } from './slot.js';
import { readStreams, type Stream } from './streams.js';

const environment = `
Environment:
  CONNECT_URL                         Kafka Connect (default http://127.0.0.1:8083)
`;

@SubCommand({
  name: 'restart',
  description: 'Restart the connectors and their tasks, failed or not, and wait until they run',
})
export class ConnectRestartCommand extends CommandRunner {
  async run(): Promise<void> {
    const { connectUrl } = loadConfig();
    for (const { connector } of await present(connectUrl)) {
      await restartConnector(connectUrl, connector, { onlyFailed: false });
      // Connect answers before it has begun: what runs must run a while later too.
      for (let looks = 0; looks < 3; looks += 1) {
        await sleep(1_000);
        await waitUntilRunning(connectUrl, connector);
      }
      process.stdout.write(`Connector ${connector}: restarted, running\n`);
    }
  }

  @Help('after')
  examples(): string {
    return `
It goes on from where it was; no event is skipped, and exactly-once delivery spares most repeats. A worker with
CONNECT_URL does the same by itself when a task fails. What a restart doesn't mend, connect status explains.
${environment}
Example:
  counterfoil connect restart

Exit status: 0 all run, 1 one does not, or doesn't exist, 2 a setting is wrong.`;
  }
}

@SubCommand({
  name: 'pause',
  description: 'Have Debezium hold still; Postgres keeps the events in its WAL meanwhile',
})
export class ConnectPauseCommand extends CommandRunner {
  async run(): Promise<void> {
    const { connectUrl, databaseOwnerUrl, databaseUrl } = loadConfig();
    const database = databaseOwnerUrl ?? databaseUrl;
    if (!database) throw new ConfigError('DATABASE_OWNER_URL or DATABASE_URL must be set');
    for (const stream of await present(connectUrl)) {
      await pauseConnector(connectUrl, stream.connector);
      process.stdout.write(`Connector ${stream.connector}: paused. ${await roomFor(database, stream)}\n`);
    }
    process.stdout.write('To go on: counterfoil connect resume\n');
  }

  @Help('after')
  examples(): string {
    return `
Commands are taken as ever. Their events wait in the WAL, which Postgres keeps for the replication slot until it has
kept max_slot_wal_keep_size of it; beyond that it gives the slot up, and connect apply has to recover it. The command
says how much may still be written. The pause outlives restarts of Connect.
${environment}  DATABASE_OWNER_URL or DATABASE_URL  the database, as this machine reaches it

Example:
  counterfoil connect pause && counterfoil connect resume

Exit status: 0 paused, 1 failed, or there is no connector, 2 a setting is missing.`;
  }
}

@SubCommand({ name: 'resume', description: 'End a pause, and wait until the connectors run' })
export class ConnectResumeCommand extends CommandRunner {
  async run(): Promise<void> {
    const { connectUrl } = loadConfig();
    for (const { connector } of await present(connectUrl)) {
      await resumeConnector(connectUrl, connector);
      await waitUntilRunning(connectUrl, connector);
      process.stdout.write(`Connector ${connector}: running\n`);
    }
  }

  @Help('after')
  examples(): string {
    return `${environment}
Example:
  counterfoil connect resume

Exit status: 0 all run, 1 one does not, or doesn't exist, 2 a setting is wrong.`;
  }
}

export const operateCommands = [ConnectRestartCommand, ConnectPauseCommand, ConnectResumeCommand];

/** @throws when one that is not optional doesn't exist */
async function present(connectUrl: string): Promise<Stream[]> {
  const found: Stream[] = [];
  for (const stream of readStreams()) {
    if (await connectorExists(connectUrl, stream.connector)) found.push(stream);
    else if (!stream.optional)
      throw new Error(`Connector ${stream.connector} does not exist: ${stream.remedy} makes it`);
  }
  return found;
}

async function roomFor(databaseUrl: string, stream: Stream): Promise<string> {
  const [slot] = await withClient(databaseUrl, (client) => readSlots(client, [stream]));
  if (!slot || slot.state === 'missing' || slot.state === 'lost') return `Its slot is gone: ${stream.remedy}`;
  const { safeWalBytes: room } = slot;
  if (room === null) return 'The WAL is kept without bound (max_slot_wal_keep_size is -1): watch the disk';
  return `Safe until ${formatBytes(room)} more of WAL are written`;
}
