import type { Client } from 'pg';
import { appliedTo } from '../projections/versions.js';
import type { StreamingOptions } from './apply.js';
import {
  connectorExists,
  forgetConnector,
  putConnector,
  readConnector,
  waitUntilRunning,
} from './connector.js';
import { look } from './look.js';
import { ANALYSTS_SLOT, dropSlot, withClient } from './slot.js';
import { deleteTopics, ensureTopics, readTopics } from './topics.js';

type Options = Omit<StreamingOptions, 'republish'>;

const PUBLICATION = 'counterfoil_analysts';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Topics, publication and connector for analysts; waits until the connector runs. Safe to repeat, also after it broke
 * off: while something is missing, all of it is made anew. The slot is Debezium's to make, because only then does the
 * snapshot of what was there before end exactly where the slot begins; so one that is left over goes first.
 */
export async function applyAnalysts(options: Options): Promise<void> {
  const { databaseUrl, cdcDatabaseUrl, kafkaBrokers, connectUrl, log } = options;
  const connector = readConnector('analysts', cdcDatabaseUrl);
  const topics = readTopics('analysts');
  const found = await look(options, connector, topics);
  if (!found.connector || found.broken) {
    if (found.connector) log(`The analysts' connector is made anew: ${found.broken}`);
    await forgetConnector(connectUrl, connector);
    await dropSlot(databaseUrl, cdcDatabaseUrl, ANALYSTS_SLOT);
  }
  const made = await ensureTopics(kafkaBrokers, topics);
  log(
    made.length > 0 ? `Topics created: ${made.join(', ')}` : `Topics: all ${topics.length} as they should be`,
  );
  const tables = await publish(databaseUrl);
  log(`Publication: ${tables.join(', ')}`);
  await putConnector(connectUrl, connector);
  await waitUntilRunning(connectUrl, connector.name);
  log(`Connector ${connector.name}: running`);
}

/** Connector, slot, publication and topics, with what is on them; whatever of these is there. */
export async function removeAnalysts(options: Options): Promise<void> {
  const { databaseUrl, cdcDatabaseUrl, kafkaBrokers, connectUrl, log } = options;
  const connector = readConnector('analysts', cdcDatabaseUrl);
  if (await connectorExists(connectUrl, connector.name)) await forgetConnector(connectUrl, connector);
  await dropSlot(databaseUrl, cdcDatabaseUrl, ANALYSTS_SLOT);
  await withdraw(databaseUrl);
  log(`Connector ${connector.name}, its replication slot and its publication: removed`);
  const deleted = await deleteTopics(kafkaBrokers, readTopics('analysts'));
  log(deleted.length > 0 ? `Topics deleted: ${deleted.join(', ')}` : 'Topics: none were there');
}

/** Whether it was set up here; then its publication is there, whatever became of the rest. */
export async function hasAnalysts(databaseUrl: string): Promise<boolean> {
  return withClient(databaseUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_publication WHERE pubname = $1', [PUBLICATION]);
    return rowCount === 1;
  });
}

/**
 * Publishes the entries and the balances that are active now; another version takes their place by
 * `projections.publish_balances` when it becomes active. No deletes: of a balance there are none but in a repair, and
 * without the row's key a tombstone could not be made.
 * @returns the tables
 */
export async function publish(databaseUrl: string): Promise<string[]> {
  try {
    return await asOwner(databaseUrl, async (client) => {
      // A swap waits until the end, and so finds the publication.
      const active = (await appliedTo(client)).find(({ projection }) => projection === 'balances');
      const { rowCount } = await client.query('SELECT FROM pg_publication WHERE pubname = $1', [PUBLICATION]);
      if (!rowCount) {
        await client.query(
          `CREATE PUBLICATION ${PUBLICATION} FOR TABLE journal.entries
             WITH (publish = 'insert, update', publish_via_partition_root = true)`,
        );
      }
      await client.query('GRANT SELECT ON journal.entries TO counterfoil_cdc');
      if (active) await client.query('SELECT projections.publish_balances($1)', [active.schema]);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new Error(
      `The publication can't be made (${(error as Error).message}): it takes a login that may act as ` +
        'counterfoil_owner, and GRANT counterfoil_projector TO counterfoil_owner, which the migrations make if they may',
      { cause: error },
    );
  }
}

/** Takes the publication away, and Connect's right to read what was in it. */
export async function withdraw(databaseUrl: string): Promise<void> {
  await asOwner(databaseUrl, async (client) => {
    // As who applies does: no swap is under way that has found the publication.
    await client.query(
      `SELECT pg_advisory_xact_lock_shared(hashtext('projections.versions'));
       DROP PUBLICATION IF EXISTS ${PUBLICATION};
       REVOKE SELECT ON journal.entries FROM counterfoil_cdc;
       DO $$
       DECLARE
         version text;
       BEGIN
         FOR version IN SELECT nspname FROM pg_namespace WHERE nspname ~ '^balances_v[0-9]+$' LOOP
           EXECUTE format('REVOKE SELECT ON %I.balances FROM counterfoil_cdc', version);
           EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM counterfoil_cdc', version);
         END LOOP;
       END $$`,
    );
  });
}

/** In one transaction. @returns the tables that are published at its end */
async function asOwner(databaseUrl: string, work: (client: Client) => Promise<void>): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    await client.query('BEGIN; SET LOCAL ROLE counterfoil_owner');
    await work(client);
    const { rows } = await client.query<{ name: string }>(
      `SELECT schemaname || '.' || tablename AS name FROM pg_publication_tables WHERE pubname = $1 ORDER BY name`,
      [PUBLICATION],
    );
    await client.query('COMMIT');
    return rows.map(({ name }) => name);
  });
}
