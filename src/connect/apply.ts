import {
  connectorExists,
  connectorPosition,
  connectorStatus,
  forgetConnector,
  putConnector,
  readConnector,
  removeConnector,
  waitUntilRunning,
} from './connector.js';
import { isLost, makeSlot, slotStatus } from './slot.js';
import { ensureTopics, missingEventTopics, readTopics } from './topics.js';

export interface StreamingOptions {
  /** The owner's login; the slot is made with it or, if it lacks REPLICATION, with Connect's. */
  databaseUrl: string;
  /** The database as Connect reaches it, with the login of `counterfoil_cdc`. */
  cdcDatabaseUrl: string;
  kafkaBrokers: string[];
  connectUrl: string;
  /** Puts every event of the journal into the outbox again; returns how many. */
  republish?: (databaseUrl: string) => Promise<number>;
  log: (line: string) => void;
}

/**
 * Topics, slot, connector; waits until the connector runs. Safe to repeat, and to repeat after it broke off at any
 * point: while the connector is absent or stopped, the events of the journal are still to be made again. So it is
 * made last, and when a topic or the slot is gone it is removed before either is made anew.
 */
export async function applyStreaming(options: StreamingOptions): Promise<void> {
  const { databaseUrl, cdcDatabaseUrl, kafkaBrokers, connectUrl, log } = options;
  const connector = readConnector(cdcDatabaseUrl);
  const found = await look(options, connector.name);
  if (found.connector && found.broken) log(`The connector is made anew: ${found.broken}`);
  if (!found.position) await forgetConnector(connectUrl, connector);
  else if (found.connector && found.broken) await removeConnector(connectUrl, connector.name);

  const made = await ensureTopics(kafkaBrokers);
  const total = readTopics().length;
  log(made.length > 0 ? `Topics created: ${made.join(', ')}` : `Topics: all ${total} as they should be`);
  if (!found.slot) await makeSlot(databaseUrl, cdcDatabaseUrl);
  log(found.slot ? 'Replication slot: present' : 'Replication slot created');
  if (!found.connector || found.broken) await makeEventsAgain(options);

  await putConnector(connectUrl, connector);
  await waitUntilRunning(connectUrl, connector.name);
  log(`Connector ${connector.name}: running`);
}

interface Found {
  connector: boolean;
  /** A slot that can be read from. */
  slot: boolean;
  /** The slot has what comes after the place that Connect keeps for the connector, as far as can be told. */
  position: boolean;
  /** Why the connector can't just go on. */
  broken: string | undefined;
}

async function look(
  { databaseUrl, kafkaBrokers, connectUrl }: StreamingOptions,
  name: string,
): Promise<Found> {
  const lost = await missingEventTopics(kafkaBrokers);
  const connector = await connectorExists(connectUrl, name);
  const status = connector ? await connectorStatus(connectUrl, name) : undefined;
  const reached = connector ? await connectorPosition(connectUrl, name) : undefined;
  const slot = await slotStatus(databaseUrl);
  const usable = slot !== undefined && !isLost(slot);
  const position = usable && (reached === undefined || (slot.begins <= reached && reached <= slot.ends));
  let broken: string | undefined;
  if (!usable) broken = 'its replication slot is gone';
  else if (!position) broken = 'its replication slot is another one';
  else if (lost.length > 0) broken = `${lost.join(', ')} is gone`;
  else if (status?.state === 'STOPPED') broken = 'it was stopped';
  return { connector, slot: usable, position, broken };
}

/** Those that the connector will not find in the WAL, being older than the slot, and those of a topic that was lost. */
async function makeEventsAgain({ databaseUrl, republish, log }: StreamingOptions): Promise<void> {
  if (!republish) return;
  const count = await republish(databaseUrl);
  if (count > 0) log(`Events made again from the journal: ${count}`);
}
