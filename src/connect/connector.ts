import { setTimeout as sleep } from 'node:timers/promises';
import { fill, readConnectFile } from './files.js';

export interface Connector {
  name: string;
  config: Record<string, string>;
}

export interface ConnectorStatus {
  /** RUNNING, PAUSED, STOPPED, FAILED, UNASSIGNED or RESTARTING. */
  state: string;
  tasks: { id: number; state: string; trace?: string }[];
}

/** What Kafka Connect answered when it refused; `status` is the HTTP status. */
export class ConnectError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Two connectors, each with a file `connect/NAME.json`; that for analysts is optional. */
export type StreamName = 'outbox' | 'analysts';

/** As it lies in `connect/`, with its placeholders. */
export function readTemplate(stream: StreamName): Connector {
  return JSON.parse(readConnectFile(`${stream}.json`)) as Connector;
}

/** The connector with its placeholders filled in from the URL by which Connect reaches Postgres. */
export function readConnector(stream: StreamName, cdcDatabaseUrl: string): Connector {
  const url = new URL(cdcDatabaseUrl);
  const values: Record<string, string> = {
    CDC_HOST: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    CDC_PORT: url.port || '5432',
    CDC_DATABASE: decodeURIComponent(url.pathname.slice(1)),
    CDC_USER: decodeURIComponent(url.username),
    // `${env:CDC_PASSWORD}` passes unchanged: the worker then reads its own environment.
    CDC_PASSWORD: decodeURIComponent(url.password),
    CDC_SSLMODE: url.searchParams.get('sslmode') ?? 'prefer',
  };
  const connector = readTemplate(stream);
  const filled = Object.entries(connector.config).map(([key, value]) => [key, fill(value, values)]);
  return { name: connector.name, config: Object.fromEntries(filled) as Record<string, string> };
}

/** A connector's status outlives it for a moment; this is what counts. */
export async function connectorExists(url: string, name: string): Promise<boolean> {
  return (await known(() => request(url, 'GET', `/connectors/${name}`))) !== undefined;
}

/** @returns undefined when Connect knows no such connector. */
export async function connectorStatus(
  url: string,
  name: string,
  withinMs?: number,
): Promise<ConnectorStatus | undefined> {
  const answer = await known(() => request(url, 'GET', `/connectors/${name}/status`, undefined, withinMs));
  if (answer === undefined) return undefined;
  const { connector, tasks } = answer as {
    connector: { state: string };
    tasks: ConnectorStatus['tasks'];
  };
  return { state: connector.state, tasks };
}

async function known<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ConnectError && error.status === 404) return undefined;
    throw error;
  }
}

/** Where in the WAL the connector has come to; undefined when it has not begun, or was told to forget it. */
export async function connectorPosition(url: string, name: string): Promise<bigint | undefined> {
  const { offsets } = (await retried(10_000, () => request(url, 'GET', `/connectors/${name}/offsets`))) as {
    offsets: { offset: { lsn?: number } | null }[];
  };
  const lsn = offsets[0]?.offset?.lsn;
  return lsn === undefined ? undefined : BigInt(lsn);
}

/** When the newest event that the connector has delivered was committed; undefined when there is none. */
export async function newestDelivered(
  url: string,
  name: string,
  withinMs?: number,
): Promise<Date | undefined> {
  const { offsets } = (await request(url, 'GET', `/connectors/${name}/offsets`, undefined, withinMs)) as {
    offsets: { offset: { ts_usec?: number } | null }[];
  };
  const time = offsets[0]?.offset?.ts_usec;
  return time === undefined ? undefined : new Date(time / 1000);
}

/** Debezium keeps the slot and holds still, until it is resumed; also over restarts of Connect. */
export async function pauseConnector(url: string, name: string): Promise<void> {
  await retried(10_000, () => request(url, 'PUT', `/connectors/${name}/pause`));
}

export async function resumeConnector(url: string, name: string): Promise<void> {
  await retried(10_000, () => request(url, 'PUT', `/connectors/${name}/resume`));
}

/** The connector and its tasks, or those of them that failed. @throws ConnectError 409 while workers rebalance */
export async function restartConnector(
  url: string,
  name: string,
  { onlyFailed }: { onlyFailed: boolean },
): Promise<void> {
  await request(url, 'POST', `/connectors/${name}/restart?includeTasks=true&onlyFailed=${onlyFailed}`);
}

/** Creates the connector or brings its configuration up to date. Tries for a minute: Connect answers 409
 * while its workers rebalance and 500 while Postgres is away. */
export async function putConnector(url: string, connector: Connector): Promise<void> {
  await retried(60_000, () => request(url, 'PUT', `/connectors/${connector.name}/config`, connector.config));
}

/** Removes the connector; its position stays, for when it is made again. */
export async function removeConnector(url: string, name: string): Promise<void> {
  await retried(60_000, () => request(url, 'DELETE', `/connectors/${name}`));
}

/**
 * Removes the connector, if there is one, and the position it kept, which outlives it. Needed before its slot is made
 * anew: Debezium would go on from a place that the new slot (or a restored database) doesn't have.
 */
export async function forgetConnector(url: string, { name, config }: Connector): Promise<void> {
  const stopped = { name, config, initial_state: 'STOPPED' };
  if (await connectorExists(url, name)) {
    await retried(60_000, () => request(url, 'PUT', `/connectors/${name}/stop`));
  } else {
    // Connect deletes the position of a connector that it knows only.
    await retried(60_000, () => request(url, 'POST', '/connectors', stopped));
  }
  await retried(60_000, () => request(url, 'DELETE', `/connectors/${name}/offsets`));
  await removeConnector(url, name);
}

/** Waits until the connector and its task run. A task that failed is restarted once.
 * @throws with the task's trace when it fails again, or after `timeoutMs`. */
export async function waitUntilRunning(url: string, name: string, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let restarted = false;
  let status: ConnectorStatus | undefined;
  while (Date.now() < deadline) {
    status = await connectorStatus(url, name).catch(() => undefined);
    if (status && isRunning(status)) return;
    if (status && hasFailed(status)) {
      if (restarted) throw new Error(`Connector ${name} failed: ${firstTrace(status)}`);
      restarted = true;
      await retried(10_000, () => restartConnector(url, name, { onlyFailed: true }));
      await sleep(1_000);
    }
    await sleep(100);
  }
  throw new Error(`Connector ${name} is not running after ${timeoutMs / 1000} s: ${describe(status)}`);
}

export function isRunning(status: ConnectorStatus): boolean {
  return (
    status.state === 'RUNNING' && status.tasks.length > 0 && status.tasks.every((t) => t.state === 'RUNNING')
  );
}

export function firstTrace(status: ConnectorStatus): string {
  return status.tasks.find((task) => task.trace)?.trace?.trim() ?? 'no trace';
}

/** What a stack trace says in its first line, short enough for a log: Debezium puts a whole position into it. */
export function firstReason(status: ConnectorStatus): string {
  const line = firstTrace(status).split('\n')[0]!;
  return line.length > 300 ? `${line.slice(0, 120)} … ${line.slice(-170)}` : line;
}

/** Debezium refuses to go on: the slot doesn't have the place that it has come to. Only `apply` mends that. */
export function hasLostItsPlace(status: ConnectorStatus): boolean {
  return hasFailed(status) && /no longer available on the server/.test(firstTrace(status));
}

export function hasFailed(status: ConnectorStatus): boolean {
  return status.state === 'FAILED' || status.tasks.some((task) => task.state === 'FAILED');
}

function describe(status: ConnectorStatus | undefined): string {
  if (!status) return 'Connect gives no status';
  return `connector ${status.state}, tasks ${status.tasks.map((task) => task.state).join(', ') || 'none'}`;
}

async function request(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  withinMs = 30_000,
): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(withinMs),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new ConnectError(
      response.status,
      `Kafka Connect answered ${response.status}: ${text.slice(0, 2000)}`,
    );
  }
  return text ? JSON.parse(text) : undefined;
}

/** 4xx other than 409 will not get better by waiting. A connection refused and 5xx may. */
async function retried<T>(forMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + forMs;
  for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      return await work();
    } catch (error) {
      const final = error instanceof ConnectError && error.status < 500 && error.status !== 409;
      if (final || Date.now() + wait > deadline) throw error;
      await sleep(wait);
    }
  }
}
