import type { Mutant } from '../mutant.js';

const spec = 'test/e2e/idempotency.spec.ts';

/** One key, one effect, one answer. */
export const idempotency: Mutant[] = [
  {
    name: 'replay-without-fingerprint',
    bug: 'a key’s stored answer is given to another request, too',
    promise: 'a key that is used again for something else is refused, and never answered with success',
    edits: [
      {
        file: 'src/ledger/journal/batch.ts',
        find: 'if (stored.fingerprint.equals(work.fingerprint)) {',
        replace: 'if (stored.fingerprint.length > 0) {',
      },
    ],
    caughtBy: { spec, test: 'is refused and takes no effect' },
  },
  {
    name: 'amount-not-in-the-fingerprint',
    bug: 'two requests that differ in their amount count as the same',
    promise: 'a key that is used again for something else is refused, and never answered with success',
    edits: [
      {
        file: 'src/ledger/journal/fingerprint.ts',
        find: 'const members = Object.keys(object)\n',
        replace: `const members = Object.keys(object)\n      .filter((key) => key !== 'amount')\n`,
      },
    ],
    caughtBy: { spec, test: 'of many different ones racing under one key exactly one takes effect' },
  },
  {
    name: 'key-shared-between-principals',
    bug: 'a stored result is found by ledger and key, whoever asks',
    promise: 'nobody is told another’s answer for having had the same idea of a key',
    edits: [
      {
        file: 'src/ledger/journal/request.ts',
        find: '`${ledger}\\n${principal}\\n${idempotencyKey}`',
        replace: '`${ledger}\\n${principal.slice(0, 0)}\\n${idempotencyKey}`',
      },
    ],
    caughtBy: { spec, test: 'two principals do not share keys' },
  },
  {
    name: 'key-shared-between-ledgers',
    bug: 'a stored result is found by principal and key, in whichever ledger',
    promise: 'the same key in another ledger is another key',
    edits: [
      {
        file: 'src/ledger/journal/request.ts',
        find: '`${ledger}\\n${principal}\\n${idempotencyKey}`',
        replace: '`${ledger.slice(0, 0)}\\n${principal}\\n${idempotencyKey}`',
      },
    ],
    caughtBy: { spec, test: 'the same key in another ledger is another key' },
  },
  {
    name: 'refusals-not-stored',
    bug: 'a refusal is not kept under its key',
    promise: 'who was told no is not debited by a retry that comes late',
    edits: [
      {
        file: 'src/ledger/errors.ts',
        find: 'return status < 400 || status === 409 || status === 422;',
        replace: 'return status < 400;',
      },
    ],
    caughtBy: { spec, test: 'a refusal for want of funds is the answer for ever, even when funds have come' },
  },
  {
    name: 'retry-hides-a-refusal',
    bug: 'after a unique violation a command is tried again without what was in the way',
    promise: 'a reference is used once, and the second is told by whom',
    edits: [
      {
        file: 'src/ledger/journal/journal.ts',
        find: 'this.hooks.retried();\n        await backOff(attempt);',
        replace: `if (codeOf(error) === UNIQUE_VIOLATION) {
          for (const { command } of partsOf(work)) delete (command as { reference?: string }).reference;
        }
        this.hooks.retried();
        await backOff(attempt);`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/locks.spec.ts',
      test: 'a reference that another is just using is refused when that commits',
    },
  },
  {
    name: 'results-kept-too-short',
    bug: 'stored results are given up after half of the time promised',
    promise: 'a retry with the same key never takes effect twice, for as long as keys are kept',
    edits: [
      {
        file: 'migrations/0006-hot-path.ts',
        find: 'where created_at < now() - retention limit most for update skip locked',
        replace: 'where created_at < now() - retention / 2 limit most for update skip locked',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/housekeeping.spec.ts',
      test: 'are kept as long as promised; after that the key is free',
    },
  },
  {
    name: 'atomic-keeps-the-first-parts',
    bug: 'an atomic bulk that is refused keeps what its first commands did',
    promise: 'all commands of an atomic bulk take effect, or none',
    edits: [{ file: 'src/ledger/journal/batch.ts', find: 'this.takeBack(before);', replace: 'void before;' }],
    caughtBy: {
      spec: 'test/e2e/bulk-atomic.spec.ts',
      test: 'the first refusal is told with its index, and nothing of the others is left',
    },
  },
  {
    name: 'dry-run-for-real',
    bug: 'a dry run is recorded',
    promise: 'a dry run leaves nothing behind',
    edits: [
      {
        file: 'src/ledger/journal/batch.ts',
        find: `if (request.dryRun) return { status: 200, body: answer.body, replayed: false };
    this.keep(request, decision);`,
        replace: `this.keep(request, decision);
    if (request.dryRun) return { status: 200, body: answer.body, replayed: false };`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/dry-run.spec.ts',
      test: 'answers 200 with what would be recorded, and leaves nothing behind',
    },
  },
];
