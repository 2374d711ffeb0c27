import { setTimeout as sleep } from 'node:timers/promises';
import { hasAnalysts } from './analysts.js';
import {
  connectorStatus,
  firstTrace,
  hasFailed,
  hasLostItsPlace,
  isRunning,
  newestDelivered,
  readTemplate,
  type ConnectorStatus,
  type StreamName,
} from './connector.js';
import { formatBytes, readSlots, type SlotHealth } from './slot-health.js';
import { withClient } from './slot.js';
import { partitionDrift, readTopics } from './topics.js';

/** Whoever asks wants an answer, also that nothing is there. */
const ANSWER_MS = 3_000;

export interface StreamingStatusOptions {
  databaseUrl: string;
  kafkaBrokers: string[];
  connectUrl: string;
}

export interface Finding {
  what: string;
  healthy: boolean;
  state: string;
  /** The same for programs, in bytes, seconds and times; with a slot, `slot` is its name. */
  detail?: Record<string, unknown>;
}

/** The whole stream, each part looked at by itself, so that one that is away doesn't hide the others; and the
 * analysts' where it was set up. */
export async function streamingStatus(options: StreamingStatusOptions): Promise<Finding[]> {
  const analysts = await hasAnalysts(options.databaseUrl).catch(() => false);
  const streams: StreamName[] = analysts ? ['outbox', 'analysts'] : ['outbox'];
  return (await Promise.all(streams.map((stream) => findings(options, stream)))).flat();
}

function findings(
  { connectUrl, databaseUrl, kafkaBrokers }: StreamingStatusOptions,
  stream: StreamName,
): Promise<Finding[]> {
  const { name, config } = readTemplate(stream);
  const slot = config['slot.name']!;
  const topics = readTopics(stream);
  const remedy = `counterfoil connect apply${stream === 'analysts' ? ' --analysts' : ''}`;
  return Promise.all([
    finding(`connector ${name}`, async () => describeConnector(connectUrl, name, remedy)),
    finding(`replication slot ${slot}`, () => describeSlot(databaseUrl, slot, remedy)),
    finding(`topics of ${name}`, async () =>
      describeTopics(await partitionDrift(kafkaBrokers, topics, { hasty: true }), topics.length),
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

async function describeConnector(connectUrl: string, name: string, remedy: string): Promise<State> {
  const status = await connectorStatus(connectUrl, name, ANSWER_MS);
  if (!status) return { healthy: false, state: `not there: ${remedy} makes it` };
  const newest = await newestDelivered(connectUrl, name, ANSWER_MS);
  const age = newest && Math.max(0, Math.round((Date.now() - newest.getTime()) / 1000));
  const tasks = status.tasks.map((task) => `task ${task.id} ${task.state}`).join(', ') || 'no task';
  const delivered = age === undefined ? 'no event delivered yet' : `newest event delivered ${age} s old`;
  return {
    healthy: isRunning(status),
    state: `${status.state}, ${tasks}, ${delivered}${adviceOn(status, remedy)}${traceOf(status)}`,
    detail: {
      connector: name,
      status: status.state,
      tasks: status.tasks,
      newest_event_at: newest?.toISOString() ?? null,
      newest_event_age_seconds: age ?? null,
    },
  };
}

/** The command that helps, where one does for certain. */
function adviceOn(status: ConnectorStatus, remedy: string): string {
  if (status.state === 'PAUSED') return '\nTo go on: counterfoil connect resume';
  if (status.state === 'STOPPED' || hasLostItsPlace(status)) return `\nTo recover: ${remedy}`;
  if (hasFailed(status)) return '\nWhen the cause below is mended: counterfoil connect restart';
  return '';
}

function traceOf(status: ConnectorStatus): string {
  const silent = isRunning(status) || !status.tasks.some((task) => task.trace);
  return silent ? '' : `\n${firstTrace(status)}`;
}

/** The connector says RUNNING while Postgres is away or a topic is missing; an inactive slot gives it away. */
async function describeSlot(databaseUrl: string, name: string, remedy: string): Promise<State> {
  const stream = { slot: name, optional: false, remedy };
  const look = async () => (await withClient(databaseUrl, (client) => readSlots(client, [stream])))[0]!;
  let found = await look();
  // Right after a restart the connector says that it runs, and is about to take up its slot.
  for (let waited = 0; found.state === 'inactive' && waited < ANSWER_MS; waited += 500) {
    await sleep(500);
    found = await look();
  }
  const { slot, state, lagBytes, walStatus, safeWalBytes } = found;
  return {
    healthy: state === 'ok',
    state: inWords(found),
    detail: { slot, status: state, lag_bytes: lagBytes, wal_status: walStatus, safe_wal_bytes: safeWalBytes },
  };
}

function inWords({ state, remedy, lagBytes, walStatus, safeWalBytes }: SlotHealth): string {
  if (state === 'missing') return `not there: ${remedy} makes it`;
  if (state === 'lost') return `lost, Postgres gave it up: ${remedy} recovers it`;
  const room =
    safeWalBytes === null
      ? 'kept without bound (max_slot_wal_keep_size is -1)'
      : `lost after ${formatBytes(safeWalBytes)} more`;
  const reader = state === 'ok' ? 'active' : 'nobody reads it';
  return `${reader}, ${lagBytes} bytes behind, WAL ${walStatus}, ${room}`;
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
