import type { Mutant } from '../mutant.js';

const journal = 'test/e2e/journal-rules.spec.ts';
const chains = 'test/e2e/chain-rules.spec.ts';
const entries = 'migrations/0006-hot-path.ts';

/** What the database refuses by itself, whoever writes. */
export const database: Mutant[] = [
  {
    name: 'checks-not-always',
    bug: 'the check of entries does not fire for replicated changes',
    promise: 'the database takes no entries that don’t balance, whichever way they come',
    edits: [
      {
        file: entries,
        find: 'alter table journal.entries enable always trigger check_entries;\n',
        replace: '',
      },
    ],
    caughtBy: { spec: journal, test: 'the triggers fire for replicated changes too' },
  },
  {
    name: 'partitions-unguarded',
    bug: 'the partitions of the entries have no triggers of their own',
    promise: 'no entry gets past the checks by naming a partition',
    edits: [{ file: entries, find: `continue when t = 'journal.entries';`, replace: 'continue;' }],
    caughtBy: { spec: journal, test: 'an insert into a partition is refused, balanced or not' },
  },
  {
    name: 'check-over-all-currencies',
    bug: 'the check of entries adds up all currencies together',
    promise: 'debits equal credits in each currency by itself',
    edits: [
      {
        file: entries,
        find: `    group by e.transaction_sequence, a.currency
  ) l
  group by l.sequence
  having bool_or(l.sound is not true or l.posted <> 0 or l.pending <> 0)`,
        replace: `    group by e.transaction_sequence, a.currency
  ) l
  group by l.sequence
  having bool_or(l.sound is not true) or sum(l.posted) <> 0 or sum(l.pending) <> 0`,
      },
    ],
    caughtBy: { spec: journal, test: 'two currencies do not make up for each other' },
  },
  {
    name: 'legs-added-later',
    bug: 'entries may be added to a transaction by another database transaction',
    promise: 'what is recorded stays as it is: nobody adds a leg later',
    edits: [
      {
        file: entries,
        find: 'bool_and(coalesce(t.xid = pg_current_xact_id()\n                    and t.account_nos',
        replace: 'bool_and(coalesce(t.account_nos',
      },
    ],
    caughtBy: { spec: journal, test: 'legs of a transaction of another database transaction are refused' },
  },
  {
    name: 'totals-unchecked',
    bug: 'the database does not compare an entry’s running totals with those before it',
    promise: 'the newest entry of an account is its balance',
    edits: [
      {
        file: entries,
        find: `     or e.posted_debits <> coalesce(e.pd, p.posted_debits, 0) + case e.side when 'debit' then e.posted else 0 end\n`,
        replace: '',
      },
    ],
    caughtBy: { spec: journal, test: 'that does not follow from the entry before is refused' },
  },
  {
    name: 'service-may-update',
    bug: 'the service’s role may change entries',
    promise: 'the journal is append-only, by privilege too',
    edits: [
      {
        file: entries,
        find: `  -- No ANALYZE here:`,
        replace: `  grant update on journal.entries to counterfoil_app;\n  -- No ANALYZE here:`,
      },
    ],
    caughtBy: { spec: journal, test: 'the service may add to the journal and read it, and nothing more' },
  },
  {
    name: 'reversed-beyond-the-original',
    bug: 'the database does not compare what is reversed with the original',
    promise: 'what is reversed once can’t be reversed again, whoever writes it',
    edits: [
      {
        file: entries,
        find: "when 'reversal' then t.reversed > legs.original\n",
        replace: "when 'reversal' then t.reversed > legs.original * 2\n",
      },
    ],
    caughtBy: { spec: chains, test: 'reversals in parts never pass the original, nor fork' },
  },
  {
    name: 'outbox-dropped-early',
    bug: 'old days of the outbox are dropped before the tail is past them',
    promise: 'no event is gone before its readers had it',
    edits: [
      {
        file: 'migrations/0001-journal.ts',
        find: `where c.source = 'tail' and (c.position ? 'replay'`,
        replace: `where c.source = 'tail' and false and (c.position ? 'replay'`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/housekeeping.spec.ts',
      test: 'go only when they are old, the tail is past them, and the slot is',
    },
  },
];
