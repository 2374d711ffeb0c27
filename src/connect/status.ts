import { hasAnalysts } from './analysts.js';
import {
  connectorStatus,
  firstTrace,
  isRunning,
  readTemplate,
  type ConnectorStatus,
  type StreamName,
} from './connector.js';
import { isLost, slotStatus, type SlotStatus } from './slot.js';
import { partitionDrift, readTopics } from './topics.js';

export interface StreamingStatusOptions {
  databaseUrl: string;
  kafkaBrokers: string[];
  connectUrl: string;
}

export interface Finding {
  what: string;
  healthy: boolean;
  state: string;
}

/** The whole stream, each part looked at by itself, so that one that is away doesn't hide the others; and the
 * analysts' where it was set up. */
export async function streamingStatus(options: StreamingStatusOptions): Promise<Finding[]> {
  const analysts = await hasAnalysts(options.databaseUrl).catch(() => false);
  const streams: StreamName[] = analysts ? ['outbox', 'analysts'] : ['outbox'];
  return (await Promise.all(streams.map((stream) => findings(options, stream)))).flat();
}

function findings(options: StreamingStatusOptions, stream: StreamName): Promise<Finding[]> {
  const { name, config } = readTemplate(stream);
  const slot = config['slot.name']!;
  const topics = readTopics(stream);
  return Promise.all([
    finding(`connector ${name}`, async () =>
      describeConnector(await connectorStatus(options.connectUrl, name)),
    ),
    finding(`replication slot ${slot}`, async () =>
      describeSlot(await slotStatus(options.databaseUrl, slot)),
    ),
    finding(`topics of ${name}`, async () =>
      describeTopics(await partitionDrift(options.kafkaBrokers, topics), topics.length),
    ),
  ]);
}

type State = Omit<Finding, 'what'>;

async function finding(what: string, look: () => Promise<State>): Promise<Finding> {
  try {
    return { what, ...(await look()) };
  } catch (error) {
    return { what, healthy: false, state: reason(error as Error) };
  }
}

function describeConnector(status: ConnectorStatus | undefined): State {
  if (!status) return { healthy: false, state: 'not there: counterfoil connect apply makes it' };
  const tasks = status.tasks.map((task) => `task ${task.id} ${task.state}`).join(', ') || 'no task';
  const trace =
    isRunning(status) || !status.tasks.some((task) => task.trace) ? '' : `\n${firstTrace(status)}`;
  return { healthy: isRunning(status), state: `${status.state}, ${tasks}${trace}` };
}

/** The connector says RUNNING while Postgres is away or a topic is missing; an inactive slot gives it away. */
function describeSlot(status: SlotStatus | undefined): State {
  if (!status) return { healthy: false, state: 'not there: counterfoil connect apply makes it' };
  const state = `${status.active ? 'active' : 'nobody reads it'}, ${status.lagBytes} bytes behind, WAL ${status.walStatus}`;
  return { healthy: status.active && !isLost(status), state };
}

function describeTopics(drift: string[], count: number): State {
  if (drift.length > 0) return { healthy: false, state: drift.join('\n') };
  return { healthy: true, state: `all ${count} as in connect/topics.json` };
}

/** `fetch failed` says nothing without its cause; other messages repeat theirs. */
function reason(error: Error & { code?: string }): string {
  const cause = (error.cause as Error | undefined)?.message ?? '';
  if (cause && !error.message.includes(cause)) return `${error.message}: ${cause}`;
  return error.message || error.code || error.name;
}
