import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { hasJournal } from '../journal.js';
import { inTransaction, lockSources } from '../runner/checkpoint.js';
import { replaySlice } from '../runner/journal-replay.js';
import { loadPositions } from '../runner/kafka-offsets.js';
import { topic } from '../runner/kafka-source.js';
import { lockAllAccounts } from '../runner/rows.js';
import type { Target, Version } from '../versions.js';
import type { RebuildOptions } from './rebuild.js';
import { activate, Behind, holdAll, insistently, publishDiffering } from './swap.js';

/** Transactions applied at once. */
const SLICE = 5_000;
/** How long workers are held up while the build's reader comes to where they are. */
const WAIT_MS = 2_500;
const LOOK_EVERY_MS = 20;

/**
 * Makes versions the active ones that a reader fills from the topic, while it goes on reading: in one transaction, in
 * which no worker applies anything and the reader is as far as they are. Then nothing that the old versions have is
 * missing in the new, and the next thing workers apply goes to those.
 * @param consumer whose checkpoints say how far the reader is
 */
export async function swapFromTopic(
  { pool, signal }: Pick<RebuildOptions, 'pool' | 'signal'>,
  builds: Version[],
  consumer: string,
): Promise<void> {
  let healed = '0';
  const before = await insistently(signal, async () => {
    healed = await applyHealed(pool, builds, healed);
    return inTransaction(pool, (client) => swapNow(pool, client, { builds, consumer, healed }));
  });
  await publishDiffering(pool, before, builds);
}

interface Swap {
  builds: Version[];
  consumer: string;
  /** Everything up to this row of `projections.healed` is in the builds. */
  healed: string;
}

/** @returns what was active before */
async function swapNow(
  pool: pg.Pool,
  client: pg.ClientBase,
  { builds, consumer, healed }: Swap,
): Promise<Target[]> {
  const before = await holdAll(client);
  await comeUp(pool, client, consumer);
  const { rowCount } = await client.query('select from projections.healed where id > $1 limit 1', [healed]);
  if (rowCount !== 0) throw new Behind('something was applied from the journal just now');
  await activate(client, builds);
  await closeLetters(client, builds);
  await handOver(client, builds, consumer);
  return before;
}

/** Workers' checkpoints stand still, the reader's go on. */
async function comeUp(pool: pg.Pool, client: pg.ClientBase, consumer: string): Promise<void> {
  const workers = await loadPositions(client);
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const positions = await loadPositions(pool, consumer);
    const behind = [...workers].find(([partition, { cluster, offset }]) => {
      const own = positions.get(partition);
      return !own || (own.cluster === cluster && BigInt(own.offset) < BigInt(offset));
    });
    if (!behind) return;
    if (Date.now() > until)
      throw new Behind(
        `${topic}[${behind[0]}] was not read up to ${behind[1].offset}, where the workers are`,
      );
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * What never came by the topic, where there is a journal that it was applied from. The reader goes on meanwhile, so
 * all accounts are locked.
 * @returns the last row of `projections.healed` that is in the builds
 */
async function applyHealed(pool: pg.Pool, builds: Version[], after: string): Promise<string> {
  if (!(await hasJournal(pool))) return after;
  const { rows } = await pool.query<{ id: string; first: string; through: string }>(
    `select id, first_sequence - 1 as first, last_sequence as through from projections.healed
     where id > $1 order by id`,
    [after],
  );
  for (const { first, through } of rows) {
    let from = first;
    for (;;) {
      const last = await inTransaction(pool, async (client) => {
        await lockAllAccounts(client);
        return replaySlice(client, builds, { after: from, through, limit: SLICE });
      });
      if (!last) break;
      from = last.sequence;
    }
  }
  return rows.at(-1)?.id ?? after;
}

/** Of the topic's events, those that this build could apply: it has been at all of them. */
async function closeLetters(client: pg.ClientBase, builds: Version[]): Promise<void> {
  await client.query(
    `update projections.dead_letters d
     set state = 'healed', closed_at = clock_timestamp(), reason = 'rebuilt from the topic'
     from projections.versions v join unnest($1::text[], $2::int[]) n (projection, version) using (projection, version)
     where d.state = 'open' and d.projection = v.projection and starts_with(d.source, $3)
       and d.last_seen < v.made_at`,
    [builds.map(({ projection }) => projection), builds.map(({ version }) => version), `${topic}[`],
  );
}

/** Where nobody has fed anything yet, a worker goes on from here, and needn't begin at the beginning. */
async function handOver(client: pg.ClientBase, builds: Version[], consumer: string): Promise<void> {
  await lockSources(client);
  await client.query(
    `insert into projections.checkpoints (consumer, source, partition, position, applied, as_of)
     select 'projections', source, partition, position, applied, as_of from projections.checkpoints
     where consumer = $1
       and not exists (select from projections.checkpoints where consumer = 'projections')
       and not exists (select from projections.versions where state = 'active' and projection <> all ($2))`,
    [consumer, builds.map(({ projection }) => projection)],
  );
}
