import type { Mutant } from '../mutant.js';

/** Events, lists, exports: what others are told. */
export const reading: Mutant[] = [
  {
    name: 'no-event-of-an-account',
    bug: 'changes of accounts have no event',
    promise: 'every recorded fact has its event',
    edits: [
      { file: 'src/ledger/journal/batch.ts', find: 'this.events.push(accountEvent(change));', replace: '' },
    ],
    caughtBy: {
      spec: 'test/e2e/events.spec.ts',
      test: 'each recorded fact has exactly one outbox row, a refusal none',
    },
  },
  {
    name: 'min-version-ignored',
    bug: 'min_version is not looked at when the read model is asked',
    promise: 'who has seen a version is not shown an older one',
    edits: [
      {
        file: 'src/ledger/accounts/accounts.controller.ts',
        find: 'return stale && stale.version >= least ? stale',
        replace: 'return stale && stale.version >= 0 * least ? stale',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/accounts.spec.ts',
      test: 'min_version is kept to though the read model stands still',
    },
  },
  {
    name: 'page-by-offset',
    bug: 'the next page begins after so many rows, instead of after the last one shown',
    promise: 'a page is not shifted by what is added meanwhile',
    edits: [
      {
        file: 'src/projections/balances/queries.ts',
        find: 'if (before !== undefined) conditions.push(`a.no < ${bind(before)}`);\n',
        replace: '',
      },
      {
        file: 'src/projections/balances/queries.ts',
        find: 'order by a.no desc limit ${bind(limit + 1)}',
        replace: 'order by a.no desc offset ${bind(before ?? 0)} limit ${bind(limit + 1)}',
      },
      {
        file: 'src/projections/balances/queries.ts',
        find: 'return pageOf(accountsOf(ledger), rows, limit, ({ no }) => [no]);',
        replace:
          'return pageOf(accountsOf(ledger), rows, limit, () => [String(Number(before ?? 0) + limit)]);',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/accounts.spec.ts',
      test: 'rows are whole accounts, page by page, and a page is not shifted by new accounts',
    },
  },
  {
    name: 'export-before-it-is-settled',
    bug: 'an export does not wait for writers that may still commit something of its time',
    promise: 'exports one after the other have each entry once',
    edits: [
      {
        file: 'src/export/settled.ts',
        find: '!givenUp() && !(await haveEnded(client, id));',
        replace: '!givenUp() && !(await haveEnded(client, id).then(() => true));',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/export.spec.ts',
      test: 'what commits late is waited for, and is in the export of its time',
    },
  },
  {
    name: 'back-dated-left-out',
    bug: 'a balance at a time leaves out what was back-dated before it later',
    promise: 'a balance at a time is what adding up every entry comes to',
    edits: [
      {
        file: 'migrations/0002-points-in-time.ts',
        find: 'if version < through then',
        replace: 'if version > through then',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/points-in-time.spec.ts',
      test: 'is what adding up every entry comes to, for both times, back-dated entries and ties',
    },
  },
];
