import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '../../platform/postgres.js';
import { lastSequence } from '../../platform/writers.js';
import { inTransaction } from '../runner/checkpoint.js';
import { replaySlice } from '../runner/journal-replay.js';
import { replacedAlone, type Target, type Version } from '../versions.js';
import { floorOf } from './floor.js';

/** Transactions applied at once. */
const SLICE = 5_000;
/** So many sequences may be left to apply while those who apply wait. */
const CLOSE = 5_000n;
const ROUNDS = 20;
/** How long those who apply have to wait at most for the swap to begin; then it is tried again. */
const LOCK_TIMEOUT = '3s';

export interface CatchUpOptions {
  signal: AbortSignal;
  /** Sequences still to be applied. */
  behind: (sequences: bigint) => void;
}

/** Applies what was recorded since to versions that nobody else applies to, until little is left. */
export async function catchUp(
  pool: pg.Pool,
  builds: Version[],
  { signal, behind }: CatchUpOptions,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = await leastThrough(pool, builds);
    const floor = await floorOf(pool);
    let after = from;
    for (;;) {
      signal.throwIfAborted();
      behind(BigInt(floor) - BigInt(after));
      const last = await inTransaction(pool, (client) =>
        replaySlice(client, builds, { after, limit: SLICE, through: floor }),
      );
      if (!last) break;
      after = last.sequence;
    }
    await setThrough(pool, builds, floor);
    if (BigInt(await lastSequence(pool)) - BigInt(floor) < CLOSE) return;
  }
}

/**
 * Makes caught-up versions the active ones, all in one transaction and while nobody applies: they then have everything
 * that the old ones have. What was active stays as a standby.
 */
export async function swap(pool: pg.Pool, builds: Version[], signal: AbortSignal): Promise<void> {
  const before = await insistently(signal, () => inTransaction(pool, (client) => swapNow(client, builds)));
  await publishDiffering(pool, before, builds);
}

/** The builds are not where they must be yet: what holds the others up is let go, and the swap tried again. */
export class Behind extends Error {}

export async function insistently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(isRetryable(error) || error instanceof Behind) || attempt === 10) throw error;
      await sleep(500 * attempt, undefined, { signal });
    }
  }
}

/** @returns the active versions that this release can write to; nobody applies anything until the transaction's end */
export async function holdAll(client: pg.ClientBase): Promise<Target[]> {
  await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
  return replacedAlone(client);
}

/** @returns what was active before */
async function swapNow(client: pg.ClientBase, builds: Version[]): Promise<Target[]> {
  const active = await holdAll(client);
  await applyRest(client, builds, active);
  await activate(client, builds);
  await client.query(
    `update projections.dead_letters d
     set state = 'healed', closed_at = clock_timestamp(), reason = 'rebuilt from the journal'
     where d.state = 'open' and d.projection = any($1) and (
       exists (select from journal.transactions t where t.sequence = d.sequence)
       or exists (select from journal.annotations n where n.sequence = d.sequence))`,
    [builds.map(({ projection }) => projection)],
  );
  return active;
}

/** In the place of those that are active, which become standbys. */
export async function activate(client: pg.ClientBase, builds: Version[]): Promise<void> {
  const names = builds.map(({ projection }) => projection);
  const numbers = builds.map(({ version }) => version);
  // What the old ones certainly have; they may be taken again from there.
  await client.query(
    `update projections.versions
     set state = 'standby', left_at = clock_timestamp(), through_sequence = (select sequence from projections.complete)
     where state = 'active' and projection = any($1)`,
    [names],
  );
  await client.query(
    `update projections.versions v set state = 'active', active_since = clock_timestamp(), left_at = null
     from unnest($1::text[], $2::int[]) n (projection, version)
     where v.projection = n.projection and v.version = n.version`,
    [names, numbers],
  );
  // A restored copy's: its transaction ids mean nothing here. The tail starts with the journal then.
  await client.query(
    `delete from projections.checkpoints where source = 'tail'
       and position->>'system' <> (select system_identifier::text from pg_control_system())`,
  );
  const balances = builds.find(({ projection }) => projection === 'balances');
  if (balances) await client.query('select projections.publish_balances($1)', [balances.schema]);
}

/** Rows that were otherwise before are written once more: a topic of the balances gets what is written since the swap. */
export async function publishDiffering(pool: pg.Pool, before: Target[], builds: Version[]): Promise<void> {
  const [old, now] = [before, builds].map((all) => all.find(({ projection }) => projection === 'balances'));
  if (!old || !now) return;
  const totals = 'version, posted_debits, posted_credits, pending_debits, pending_credits';
  await pool.query(
    `update ${now.schema}.balances set version = version where account_no in (
       select account_no from (select account_no, ${totals} from ${now.schema}.balances
                               except select account_no, ${totals} from ${old.schema}.balances) differing)`,
  );
}

/**
 * To those that are active now as well: then all of them stand at the same place. Nobody applies meanwhile, so the
 * active ones have nothing beyond the last sequence of this moment; who went on to the journal's end would never come
 * to it while commands are taken.
 */
async function applyRest(client: pg.ClientBase, builds: Version[], active: Target[]): Promise<void> {
  const through = await lastSequence(client);
  let after = await leastThrough(client, builds);
  for (;;) {
    const last = await replaySlice(client, [...active, ...builds], { after, limit: SLICE, through });
    if (!last) return;
    after = last.sequence;
  }
}

async function leastThrough(db: Pick<pg.ClientBase, 'query'>, builds: Version[]): Promise<string> {
  const { rows } = await db.query<{ least: string }>(
    `select min(through_sequence) as least from projections.versions
     join unnest($1::text[], $2::int[]) n (projection, version) using (projection, version)`,
    [builds.map(({ projection }) => projection), builds.map(({ version }) => version)],
  );
  return rows[0]!.least;
}

async function setThrough(pool: pg.Pool, builds: Version[], floor: string): Promise<void> {
  await pool.query(
    `update projections.versions v set state = 'standby', through_sequence = $3
     from unnest($1::text[], $2::int[]) n (projection, version)
     where v.projection = n.projection and v.version = n.version and v.state <> 'active'`,
    [builds.map(({ projection }) => projection), builds.map(({ version }) => version), floor],
  );
}
