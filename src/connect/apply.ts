import {
  connectorStatus,
  forgetConnector,
  putConnector,
  readConnector,
  waitUntilRunning,
} from './connector.js';
import { ensureSlot } from './slot.js';
import { ensureTopics, readTopics } from './topics.js';

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
 * Topics, slot, connector; waits until the connector runs. Safe to repeat, and to repeat after it broke off:
 * events older than the slot are made again before the connector exists, so its absence means it is still to do.
 */
export async function applyStreaming(options: StreamingOptions): Promise<void> {
  const { databaseUrl, cdcDatabaseUrl, kafkaBrokers, connectUrl, log } = options;
  const made = await ensureTopics(kafkaBrokers);
  const total = readTopics().length;
  log(made.length > 0 ? `Topics created: ${made.join(', ')}` : `Topics: all ${total} as they should be`);

  const connector = readConnector(cdcDatabaseUrl);
  const status = await connectorStatus(connectUrl, connector.name);
  const newSlot = await ensureSlot(databaseUrl, cdcDatabaseUrl);
  log(newSlot ? 'Replication slot created' : 'Replication slot: present');
  if (newSlot && status) {
    log('The connector belonged to a slot that is gone: its position is forgotten');
    await forgetConnector(connectUrl, connector.name);
  }
  if (newSlot || !status) await makeOlderEventsAgain(options);

  await putConnector(connectUrl, connector);
  await waitUntilRunning(connectUrl, connector.name);
  log(`Connector ${connector.name}: running`);
}

async function makeOlderEventsAgain({ databaseUrl, republish, log }: StreamingOptions): Promise<void> {
  if (!republish) return;
  const count = await republish(databaseUrl);
  if (count > 0) log(`Events older than the slot, made again from the journal: ${count}`);
}
