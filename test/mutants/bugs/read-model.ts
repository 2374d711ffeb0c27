import type { Mutant } from '../mutant.js';

const projections = 'test/e2e/projections.spec.ts';
const checkpoint = 'src/projections/runner/checkpoint.ts';

const firstTheCheckpoint = {
  file: checkpoint,
  find: `    const steps = held.length > 0 ? await step(client, new Map(held)) : new Map<string, never>();
    await save(client, of, steps);`,
  replace: `    const other = await pool.connect();
    let steps: Map<string, Step<Position, Outcome>>;
    try {
      await other.query('begin');
      steps = held.length > 0 ? await step(other, new Map(held)) : new Map();
      await save(client, of, steps);
      await client.query('commit');
      await other.query('commit');
    } finally {
      other.release(true);
    }`,
};

/** Each event takes effect once in the read model, and none is passed by. */
export const readModel: Mutant[] = [
  {
    name: 'tail-by-sequence',
    bug: 'the tail goes on after the greatest sequence it has applied, instead of by a snapshot',
    promise: 'no event is passed by, however long its writer stays open',
    edits: [
      {
        file: 'src/projections/runner/tail.ts',
        find: `where (o.xid >= pg_snapshot_xmax($1::pg_snapshot)
         or o.xid = any (array(select pg_snapshot_xip($1::pg_snapshot))))
    and`,
        replace: `where $1::pg_snapshot is not null
    and o.sequence > (select applied from projections.checkpoints where consumer = 'projections' and partition = 'tail')
    and`,
      },
    ],
    caughtBy: {
      spec: projections,
      test: 'misses nothing when commits come out of order and a writer stays open',
    },
  },
  {
    name: 'feed-by-the-newest',
    bug: 'a reader of the events goes on after the newest transaction, whatever was still open then',
    promise: 'a reader that keeps its cursor gets what commits late',
    edits: [
      {
        file: 'src/events/feed/outbox.ts',
        find: '\n  or o.xid = any (array(select pg_snapshot_xip($1::pg_snapshot))))`;',
        replace: ')`;',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/events-feed.spec.ts',
      test: 'gets what commits late, once, and nothing else again',
    },
  },
  {
    name: 'tail-checkpoint-first',
    bug: 'the tail’s checkpoint is committed before the rows that it stands for',
    promise: 'each event takes effect once in the read model, whatever fails in between',
    edits: [firstTheCheckpoint],
    caughtBy: { spec: 'test/e2e/checkpoints.spec.ts', test: 'the tail: a COMMIT that fails' },
  },
  {
    name: 'kafka-checkpoint-first',
    bug: 'a partition’s checkpoint is committed before the rows that it stands for',
    promise: 'each event takes effect once in the read model, whatever fails in between',
    edits: [firstTheCheckpoint],
    caughtBy: { spec: 'test/e2e/checkpoints.spec.ts', test: 'Kafka: a COMMIT that fails' },
  },
  {
    name: 'kafka-gap',
    bug: 'messages from beyond the checkpoint are applied, and what lies between is passed over',
    promise: 'no event is passed by after a rebalance',
    edits: [
      {
        file: 'src/projections/runner/kafka-offsets.ts',
        find: 'if (BigInt(fetched) > next) return',
        replace: 'if (BigInt(fetched) > next && next < 0n) return',
      },
    ],
    caughtBy: {
      spec: projections,
      test: 'are passed over before the checkpoint, and fetched again from it when they lie beyond',
    },
  },
  {
    name: 'daily-totals-add-twice',
    bug: 'the totals of the days add a line again that comes twice',
    promise: 'sums count each entry once, however often its event is delivered',
    edits: [
      {
        file: 'src/projections/daily-totals/daily-totals.ts',
        find: 'where (a.versions @> f.version) is not true\n',
        replace: '',
      },
    ],
    caughtBy: {
      spec: projections,
      test: 'come to the same rows shuffled, twice and over several partitions',
    },
  },
  {
    name: 'trial-balance-adds-twice',
    bug: 'the trial balance adds a line again that comes twice',
    promise: 'sums count each entry once, however often its event is delivered',
    edits: [
      {
        file: 'src/projections/trial-balance/trial-balance.ts',
        find: 'where (a.versions @> i.version) is not true\n',
        replace: '',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/trial-balance-sums.spec.ts',
      test: 'balance at any moment while several workers apply events out of order, twice and at once',
    },
  },
  {
    name: 'balance-of-the-last-to-come',
    bug: 'a balance is that of the event that came last, not of the account’s last version',
    promise: 'balances of the read model are right in whatever order events come',
    edits: [
      {
        file: 'src/projections/balances/balances.ts',
        find: 'recorded_at = excluded.recorded_at\nwhere b.version < excluded.version`',
        replace: 'recorded_at = excluded.recorded_at`',
      },
    ],
    caughtBy: {
      spec: projections,
      test: 'come to the same rows shuffled, twice and over several partitions',
    },
  },
  {
    name: 'complete-without-waiting',
    bug: 'the read model is called complete while a writer may still commit something older',
    promise: 'read-model-as-of names a time before which nothing is missing',
    edits: [
      {
        file: 'src/projections/complete.ts',
        find: 'pg_snapshot_xmin(pg_current_snapshot()) > noted\n',
        replace: 'noted is not null\n',
      },
    ],
    caughtBy: { spec: projections, test: 'waits for a writer that may still commit something older' },
  },
  {
    name: 'swap-before-catching-up',
    bug: 'a rebuilt version is swapped in without what was recorded since',
    promise: 'readers never go back in time when a version is replaced',
    edits: [
      {
        file: 'src/projections/build/rebuild.ts',
        find: 'await catchUp(pool, builds, { signal, behind });',
        replace: 'void (catchUp, signal, behind);',
      },
      {
        file: 'src/projections/build/swap.ts',
        find: 'await applyRest(client, builds, active);',
        replace: 'void applyRest;',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/projections-build.spec.ts',
      test: 'catches up before it is swapped in, and the one before it can come back',
    },
  },
  {
    name: 'outage-as-dead-letter',
    bug: 'an event becomes a dead letter for what is wrong with the database',
    promise: 'what is no event’s fault is waited out',
    edits: [
      {
        file: 'src/projections/runner/source.ts',
        find: `return /^2[23]/.test(`,
        replace: `return /^(2[23]|42|53)/.test(`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/checkpoints.spec.ts',
      test: 'what is wrong with the database is waited out, and no dead letter',
    },
  },
  {
    name: 'never-healed',
    bug: 'what never came to the read model is not fetched from the journal',
    promise: 'a lost event is healed without anybody’s doing',
    edits: [
      {
        file: 'src/projections/heal.ts',
        find: 'if (late.length === 0) return 0;',
        replace: 'if (late.length >= 0) return 0;',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/dead-letters.spec.ts',
      test: 'is a dead letter of the healing, which goes on with what else was lost',
    },
  },
];
