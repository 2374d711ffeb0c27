import {
  forgetConnector,
  putConnector,
  readConnector,
  removeConnector,
  waitUntilRunning,
} from './connector.js';
import { look } from './look.js';
import { makeAgain, proveDelivered, type MadeAgain } from './proof.js';
import { makeSlot, SLOT } from './slot.js';
import { ensureTopics, isEventTopic, readTopics } from './topics.js';
import { walWarnings } from './wal-settings.js';

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
  for (const warning of await walWarnings(databaseUrl)) log(warning);
  const connector = readConnector('outbox', cdcDatabaseUrl);
  const topics = readTopics('outbox');
  const found = await look(options, connector, topics);
  if (found.connector && found.broken) log(`The connector is made anew: ${found.broken}`);
  if (!found.position) await forgetConnector(connectUrl, connector);
  else if (found.connector && found.broken) await removeConnector(connectUrl, connector.name);

  const made = await ensureTopics(kafkaBrokers, topics);
  log(
    made.length > 0 ? `Topics created: ${made.join(', ')}` : `Topics: all ${topics.length} as they should be`,
  );
  if (!found.slot) await makeSlot(databaseUrl, cdcDatabaseUrl);
  log(found.slot ? 'Replication slot: present' : 'Replication slot created');
  const events = topics.map(({ name }) => name).filter(isEventTopic);
  const again = found.connector && !found.broken ? undefined : await makeEventsAgain(options, events);

  await putConnector(connectUrl, connector);
  await waitUntilRunning(connectUrl, connector.name);
  log(`Connector ${connector.name}: running`);
  if (again) await proveDelivered(options, { slot: SLOT, topics: events }, again);
}

/** Those that the connector will not find in the WAL, being older than the slot, and those of a topic that was lost. */
async function makeEventsAgain(options: StreamingOptions, topics: string[]): Promise<MadeAgain | undefined> {
  const { republish, log } = options;
  if (!republish) return undefined;
  const again = await makeAgain(options, topics, republish);
  if (again.republished === 0) return undefined;
  log(`Events made again from the journal: ${again.republished}`);
  return again;
}
