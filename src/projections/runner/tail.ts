import type pg from 'pg';
import {
  assertOurs,
  consumer,
  inTransaction,
  takeOver,
  TakenOver,
  withCheckpoints,
  type Step,
} from './checkpoint.js';
import { applyEvents } from '../dead-letters/bury.js';
import { appliedTo } from '../versions.js';
import { replaySlice } from './journal-replay.js';
import { listen } from './listen.js';
import { backoffMs, bell, isPoison, type Feed, type Log, type SourceOptions } from './source.js';

/**
 * Everything visible in `snapshot` is applied. With `replay`, of that only what the journal holds up to this
 * sequence.
 */
interface TailPosition {
  system: string;
  snapshot: string;
  replay?: string;
}

export interface TailOptions extends SourceOptions {
  /** Most events applied in one transaction. */
  pageSize?: number;
  /** The longest wait between two looks at the outbox; NOTIFY on `counterfoil_events` wakes it earlier. */
  pollMs?: number;
}

/** The database is a copy that was restored elsewhere: its transaction ids say nothing about the checkpoint. */
export class RestoredCopy extends Error {
  constructor(was: string, is: string) {
    super(
      `restored copy: rebuild. The tail's checkpoint was made by the Postgres cluster ${was}, this is ${is}: ` +
        'run `counterfoil projections rebuild` and start again',
    );
  }
}

const partition = 'tail';
/** Most events applied one by one in a transaction. */
const ONE_BY_ONE = 100;

/**
 * Feeds the projections from the outbox, without Kafka. Safe in several processes at once: whoever gets the
 * checkpoint's row goes on, the others wait. Without a checkpoint of its own it first replays the journal.
 */
export function startTail(options: TailOptions): Feed {
  const { pool, log, pageSize = 2_000, pollMs = 1_000 } = options;
  const wakeUp = bell();
  const listener = listen(pool, 'counterfoil_events', wakeUp.ring);
  let stopping = false;
  let begun = false;
  let failures = 0;
  /** After an event that can't be applied, so that it is found, and the others are. */
  let oneByOne = false;

  async function run(): Promise<void> {
    if (!begun) await begin();
    while (!stopping) {
      const limit = oneByOne ? Math.min(pageSize, ONE_BY_ONE) : pageSize;
      const outcome = await turn(pool, log, limit, oneByOne);
      failures = 0;
      oneByOne = false;
      if (outcome === 'missing') {
        await assertOurs(pool, 'tail');
        await begin();
      } else if (outcome !== 'more' && !stopping) {
        await wakeUp.wait(pollMs);
      }
    }
  }

  async function begin(): Promise<void> {
    if (await beginCheckpoint(pool)) log.info({ source: 'tail' }, 'projections: replaying the journal');
    begun = true;
  }

  async function keepRunning(): Promise<Error | undefined> {
    while (!stopping) {
      try {
        await run();
      } catch (error) {
        if (error instanceof RestoredCopy || error instanceof TakenOver) {
          log.error({ source: 'tail', err: error }, `projections stopped: ${error.message}`);
          return error;
        }
        if (isPoison(error) && !oneByOne) {
          oneByOne = true;
          continue;
        }
        failures += 1;
        log.warn({ source: 'tail', err: error, failures }, 'projections: the tail will try again');
        if (!stopping) await wakeUp.wait(backoffMs(failures));
      }
    }
    return undefined;
  }

  const ended = keepRunning();
  return {
    ended,
    async stop() {
      stopping = true;
      wakeUp.ring();
      await ended;
      await listener.stop();
    },
  };
}

/** @returns true when the tail has no checkpoint yet and a journal to replay first */
async function beginCheckpoint(pool: pg.Pool): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await takeOver(client, 'tail');
    const { rows } = await client.query<{ recorded: boolean }>(
      // The snapshot is taken before the first slice is read: what the replay may miss, the tail will find.
      `insert into projections.checkpoints (consumer, source, partition, position)
       select $1, 'tail', $2, jsonb_build_object('system', system_identifier::text,
                                                 'snapshot', pg_current_snapshot()::text, 'replay', '0')
       from pg_control_system()
       on conflict do nothing
       returning exists (select from journal.transactions) as recorded`,
      [consumer, partition],
    );
    return rows[0]?.recorded ?? false;
  });
}

type Outcome = 'more' | 'idle';

async function turn(
  pool: pg.Pool,
  log: Log,
  limit: number,
  oneByOne: boolean,
): Promise<Outcome | 'busy' | 'missing'> {
  const outcomes = await withCheckpoints<TailPosition, Outcome>(
    pool,
    [partition],
    false,
    async (client, checkpoints) => {
      const { position, ageSeconds } = checkpoints.get(partition)!;
      const { rows } = await client.query<{ system: string }>(
        'select system_identifier::text as system from pg_control_system()',
      );
      const { system } = rows[0]!;
      if (system !== position.system) throw new RestoredCopy(position.system, system);
      const burying = oneByOne ? log : undefined;
      const step =
        position.replay === undefined
          ? await page(client, burying, position, limit)
          : await replay(client, burying, { ...position, replay: position.replay }, limit);
      // Nothing new: no row is rewritten each second, but an old snapshot must not hold the outbox back either.
      const nothing = step.outcome === 'idle' && !step.newest && ageSeconds < 30;
      return new Map([[partition, nothing ? { outcome: 'idle' } : step]]);
    },
  );
  return outcomes.get(partition)!;
}

/** @param burying one by one, and what can't be applied is a dead letter, told here */
async function replay(
  client: pg.ClientBase,
  burying: Log | undefined,
  { replay: after, ...position }: TailPosition & { replay: string },
  limit: number,
): Promise<Step<TailPosition, Outcome>> {
  const targets = await appliedTo(client);
  const last = await replaySlice(client, targets, { after, limit, burying });
  if (!last) return { position, outcome: 'more' };
  return { position: { ...position, replay: last.sequence }, newest: last, outcome: 'more' };
}

/**
 * What $1 does not see and the present snapshot sees, the first of it. The current snapshot is this statement's own, so a row is
 * either in this difference or in a later one, however long its writer stays open. Rows restored from another
 * cluster may bear ids from the future: they are not visible in any snapshot yet.
 */
const difference = `
select b.next::text as next, e.sequence, e.payload
from (select pg_current_snapshot() as next) b
left join lateral (
  select o.sequence, o.payload
  from journal.outbox o
  where (o.xid >= pg_snapshot_xmax($1::pg_snapshot)
         or o.xid = any (array(select pg_snapshot_xip($1::pg_snapshot))))
    and pg_visible_in_snapshot(o.xid, b.next)
    and o.aggregatetype = 'ledger.transactions'
  order by o.sequence
  limit $2
) e on true
order by e.sequence`;

async function page(
  client: pg.ClientBase,
  burying: Log | undefined,
  { system, snapshot }: TailPosition,
  limit: number,
): Promise<Step<TailPosition, Outcome>> {
  const { rows } = await client.query<{ next: string; sequence: string | null; payload: string }>(
    difference,
    [snapshot, limit],
  );
  const found = rows.filter((row) => row.sequence !== null);
  const events = found.map((row) => ({ position: `outbox ${row.sequence}`, payload: row.payload }));
  const [applied] = await applyEvents(client, [events], burying);
  const through = { system, snapshot: rows[0]!.next };
  if (found.length < limit) return { position: through, newest: applied, outcome: 'idle' };
  // More than a page: the rest comes from the journal, in order of the same sequences and by its primary key, where
  // each further page of this statement would sort all that is left.
  const position = { ...through, replay: found.at(-1)!.sequence! };
  return { position, newest: applied, outcome: 'more' };
}
