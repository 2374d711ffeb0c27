import { connectorExists, connectorPosition, connectorStatus, type Connector } from './connector.js';
import { isLost, slotStatus } from './slot.js';
import { missingEventTopics, type Topic } from './topics.js';

export interface Places {
  databaseUrl: string;
  kafkaBrokers: string[];
  connectUrl: string;
}

export interface Found {
  connector: boolean;
  /** A slot that can be read from. */
  slot: boolean;
  /** The slot has what comes after the place that Connect keeps for the connector, as far as can be told. */
  position: boolean;
  /** Why the connector can't just go on. */
  broken: string | undefined;
}

/** How a stream stands, before anything is changed. */
export async function look(
  { databaseUrl, kafkaBrokers, connectUrl }: Places,
  { name, config }: Connector,
  topics: Topic[],
): Promise<Found> {
  const lost = await missingEventTopics(kafkaBrokers, topics);
  // Before and after the connector is asked: it moves on meanwhile, and the slot with it.
  const slotBefore = await slotStatus(databaseUrl, config['slot.name']!);
  const connector = await connectorExists(connectUrl, name);
  const status = connector ? await connectorStatus(connectUrl, name) : undefined;
  const reached = connector ? await connectorPosition(connectUrl, name) : undefined;
  const slot = await slotStatus(databaseUrl, config['slot.name']!);
  const usable = slot !== undefined && !isLost(slot);
  const position =
    usable && (reached === undefined || ((slotBefore ?? slot).begins <= reached && reached <= slot.ends));
  let broken: string | undefined;
  if (!usable) broken = 'its replication slot is gone';
  else if (!position) broken = 'its replication slot is another one';
  else if (lost.length > 0) broken = `${lost.join(', ')} is gone`;
  else if (status?.state === 'STOPPED') broken = 'it was stopped';
  return { connector, slot: usable, position, broken };
}
