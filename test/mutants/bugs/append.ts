import type { Mutant } from '../mutant.js';

const locks = 'test/e2e/locks.spec.ts';
const rivals = 'test/e2e/rival-writers.spec.ts';
const crash = 'test/e2e/crash.spec.ts';
const clock = 'test/e2e/wrong-clock.spec.ts';

/** Locks, snapshots, the one transaction, and what becomes of a COMMIT. */
export const append: Mutant[] = [
  {
    name: 'no-account-locks',
    bug: 'accounts are read, and not locked',
    promise: 'an account is closed only while it is empty, whatever comes at the same moment',
    edits: [
      {
        file: 'src/ledger/journal/sql.ts',
        find: 'where no = any($1::bigint[]) order by no for no key update) a`;',
        replace: 'where no = any($1::bigint[]) order by no) a`;',
      },
    ],
    caughtBy: { spec: locks, test: 'nothing comes between what a command saw and what it writes' },
  },
  {
    name: 'unsorted-locks',
    bug: 'accounts are locked in the order in which a command names them',
    promise: 'transfers in opposite directions do not deadlock',
    edits: [
      {
        file: 'src/ledger/journal/sql.ts',
        find: 'where no = any($1::bigint[]) order by no for no key update) a`;',
        replace:
          'where no = any($1::bigint[]) order by array_position($1::bigint[], no) for no key update) a`;',
      },
    ],
    caughtBy: { spec: locks, test: 'locks are taken in one order, whatever order accounts are named in' },
  },
  {
    name: 'heads-in-the-locks-snapshot',
    bug: 'accounts are read in a snapshot from before the wait for their locks',
    promise: 'nothing is posted to an account after it was frozen or closed',
    edits: [
      {
        file: 'src/ledger/journal/journal.ts',
        find: `          this.lock(client, numbersByName),
          haveTargetsCome(client, requests),
          client.query<ReadState>({ name: 'read_state', text: sql.readState, values }),`,
        replace: `          Promise.resolve(),
          haveTargetsCome(client, requests),
          client
            .query<ReadState>({ name: 'read_state', text: sql.readState, values })
            .then((read) => this.lock(client, numbersByName).then(() => read)),`,
      },
    ],
    caughtBy: { spec: locks, test: 'what waited for an account sees what became of it' },
  },
  {
    name: 'optimistic-without-a-look',
    bug: 'a batch that was decided before its locks is written without looking at the accounts again',
    promise: 'nothing is posted to an account after it was frozen or closed',
    edits: [
      {
        file: 'src/ledger/journal/optimistic.ts',
        find: `client.query({ name: 'expect_accounts', text: sql.expectAccounts, values });`,
        replace: 'Promise.resolve(values);',
      },
    ],
    caughtBy: { spec: locks, test: 'what waited for an account sees what became of it' },
  },
  {
    name: 'expect-the-revision-only',
    bug: 'under its locks an optimistic batch compares the accounts’ revisions, not their newest entries',
    promise: 'no command is refused for want of funds that are there',
    edits: [
      {
        file: 'migrations/0006-hot-path.ts',
        find: 'where a.revision <> n.revision or h.sequence <> n.sequence',
        replace: 'where a.revision <> n.revision',
      },
    ],
    caughtBy: { spec: rivals, test: 'though the account has come to the very version that it counted on' },
  },
  {
    name: 'expect-the-entries-only',
    bug: 'under its locks an optimistic batch compares the accounts’ newest entries, not their revisions',
    promise: 'nothing is posted to an account after it was frozen or closed',
    edits: [
      {
        file: 'migrations/0006-hot-path.ts',
        find: 'where a.revision <> n.revision or h.sequence <> n.sequence',
        replace: 'where h.sequence <> n.sequence',
      },
    ],
    caughtBy: { spec: locks, test: 'what waited for an account sees what became of it' },
  },
  {
    name: 'sequence-behind-the-newest',
    bug: 'a batch that drew its sequences early is written behind one that drew later',
    promise: 'on an account, what comes later has the greater sequence',
    edits: [
      {
        file: 'src/ledger/journal/optimistic.ts',
        find: '|| isAhead(accounts.values(), first)',
        replace: '|| (isAhead(accounts.values(), first) && false)',
      },
    ],
    caughtBy: { spec: rivals, test: 'what was drawn earlier never comes later on an account' },
  },
  {
    name: 'recorded-at-from-now',
    bug: 'recorded_at is when the database transaction began, before it waited for its locks',
    promise: 'what is known at a time does not change later',
    edits: [
      {
        file: 'src/ledger/journal/sql.ts',
        find: `clock_timestamp() as now,
  (select json_agg(`,
        replace: `now() as now,
  (select json_agg(`,
      },
    ],
    caughtBy: { spec: locks, test: 'what waited for an account is recorded at the time at which it got it' },
  },
  {
    name: 'process-clock',
    bug: 'commands are judged and recorded by the clock of the process',
    promise: 'a hold expires by one clock, the database’s, whichever process is asked',
    edits: [
      {
        file: 'src/ledger/journal/batch.ts',
        find: 'now: state.now,',
        replace: `now: new Date().toISOString().replace('Z', '000Z'),`,
      },
    ],
    caughtBy: { spec: clock, test: 'captures a hold as long as it is open by the database’s clock' },
  },
  {
    name: 'result-after-commit',
    bug: 'the stored result is written after COMMIT, in a transaction of its own',
    promise: 'a retry with the same key never takes effect twice, also where COMMIT was not answered',
    edits: [
      {
        file: 'src/ledger/journal/sql.ts',
        find: `$33::bigint[]) r (key)
  order by key`,
        replace: `$33::bigint[]) r (key) where false
  order by key`,
      },
      {
        file: 'src/ledger/journal/flight.ts',
        find: 'if (!failed) return true;',
        replace: `if (!failed) {
    const columns = appendColumns(batch.transactions, batch.results, batch.events).slice(28, 33);
    await pool.query(
      \`insert into journal.command_results (key, fingerprint, status, body, transaction_sequence)
       select * from unnest($1::uuid[], $2::bytea[], $3::smallint[], $4::text[], $5::bigint[])\`,
      columns,
    );
    return true;
  }`,
      },
    ],
    caughtBy: {
      spec: crash,
      test: 'a COMMIT whose answer is lost is found out: 201, recorded once, and replayed',
    },
  },
  {
    name: 'event-after-commit',
    bug: 'the outbox is written after COMMIT, in a transaction of its own',
    promise: 'every recorded fact has its event, whatever dies in between',
    edits: [
      {
        file: 'src/ledger/journal/sql.ts',
        find: `$41::text[], $42::text[], $43::text[])\`;`,
        replace: `$41::text[], $42::text[], $43::text[]) where false\`;`,
      },
      {
        file: 'src/ledger/journal/flight.ts',
        find: 'if (!failed) return true;',
        replace: `if (!failed) {
    const columns = appendColumns(batch.transactions, batch.results, batch.events).slice(33, 43);
    await pool.query(
      \`insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema,
         payload, traceparent)
       select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
         $8::text[], $9::text[], $10::text[])\`,
      columns,
    );
    return true;
  }`,
      },
    ],
    caughtBy: {
      spec: crash,
      test: 'an account whose opening was committed without an answer can be used at once',
    },
  },
  {
    name: 'fate-by-the-id-alone',
    bug: 'a COMMIT counts as done when its transaction id was committed, whoever had the id',
    promise: 'what is answered with 201 is recorded, also after a crash that gives ids out again',
    edits: [
      {
        file: 'src/ledger/journal/commit-fate.ts',
        find: `return found.rows[0]!.written ? 'committed' : 'aborted';`,
        replace: `return found.rows[0] ? 'committed' : 'aborted';`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/commit-fate.spec.ts',
      test: 'is aborted when the id was given to another transaction, whose rows are there instead',
    },
  },
  {
    name: 'commit-not-asked-for',
    bug: 'a COMMIT that was not answered counts as failed, and the batch is run again',
    promise: 'what took effect is answered as such: a change is not refused for having been made',
    edits: [
      {
        file: 'src/ledger/journal/flight.ts',
        find: 'const fate = await commitFate(pool, { ...place, ...evidenceOf(batch) });',
        replace: `const fate = 'aborted' as Awaited<ReturnType<typeof commitFate>>;`,
      },
    ],
    caughtBy: { spec: crash, test: 'a change under If-Match whose COMMIT is not answered is told as made' },
  },
  {
    name: 'unknown-commit-as-done',
    bug: 'a COMMIT of which nothing can be found out counts as done',
    promise: 'what is answered with 201 is recorded',
    edits: [
      {
        file: 'src/ledger/journal/flight.ts',
        find: `if (fate === 'unknown') {`,
        replace: `if (fate === 'unknown' && batch.isEmpty) {`,
      },
    ],
    caughtBy: {
      spec: crash,
      test: 'a COMMIT of which nothing can be found out is 503, and the same again tells',
    },
  },
  {
    name: 'no-wait-for-the-disk',
    bug: 'COMMIT is answered before it is on disk',
    promise: 'what is answered with 201 survives a crash of Postgres',
    edits: [
      {
        file: 'src/platform/postgres.ts',
        find: `synchronous_commit: 'on',`,
        replace: `synchronous_commit: 'off',`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/commit-fate.spec.ts',
      test: 'loses nothing that was acknowledged, and doubles nothing',
    },
  },
];
