import type { Mutant } from '../mutant.js';

const holds = 'src/ledger/rules/holds.spec.ts';
const expiry = 'test/e2e/hold-expiry.spec.ts';

/** What a ledger is: amounts, limits, holds, reversals. */
export const rules: Mutant[] = [
  {
    name: 'float-amount',
    bug: 'an amount goes through a JavaScript number on its way in',
    promise: 'amounts of up to 38 digits are exact',
    edits: [
      {
        file: 'src/ledger/rules/amount.ts',
        find: 'const text = Number.isSafeInteger(input) ? String(input) : input;',
        replace: 'const text = BigInt(Math.trunc(Number(input) || 0)).toString();',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/transactions.spec.ts',
      test: '38 digits are exact throughout, and a total beyond them is refused',
    },
  },
  {
    name: 'float-integer',
    bug: 'a JSON integer beyond 2^53 is taken as the number that it was rounded to',
    promise: 'an amount that can’t be understood exactly is refused',
    edits: [
      {
        file: 'src/ledger/rules/amount.ts',
        find: 'Number.isSafeInteger(input) ? String(input) : input',
        replace: 'Number.isInteger(input) ? BigInt(input as number).toString() : input',
      },
    ],
    caughtBy: { spec: 'src/ledger/rules/values.spec.ts', test: 'amounts' },
  },
  {
    name: 'float-balance',
    bug: 'a balance goes through a JavaScript number on its way out',
    promise: 'balances of up to 38 digits are exact',
    edits: [
      {
        file: 'src/ledger/accounts/read-account.ts',
        find: 'postedCredits: BigInt(row.posted_credits),',
        replace: 'postedCredits: BigInt(Number(row.posted_credits)),',
      },
    ],
    caughtBy: {
      spec: 'test/e2e/transactions.spec.ts',
      test: '38 digits are exact throughout, and a total beyond them is refused',
    },
  },
  {
    name: 'float-import',
    bug: 'the import parses a line and writes it again, so that a large JSON integer is rounded',
    promise: 'an import brings the amounts that stand in its file, or refuses the line',
    edits: [
      {
        file: 'src/cli/chunks.ts',
        find: `withKey(line.text, key, Object.keys(fields).length === 0)`,
        replace: 'JSON.stringify({ ...fields, idempotency_key: key })',
      },
    ],
    caughtBy: {
      spec: 'src/cli/chunks.spec.ts',
      test: 'keep the text as it stands, so that a large integer is not rounded',
    },
  },
  {
    name: 'one-currency-for-all',
    bug: 'debits and credits are compared over all currencies together',
    promise: 'debits equal credits in each currency by itself',
    edits: [
      {
        file: 'src/ledger/rules/checks.ts',
        find: `nets.set(account.currency, (nets.get(account.currency) ?? 0n) + (side === 'debit' ? amount : -amount));`,
        replace: `nets.set('all', (nets.get('all') ?? 0n) + (side === 'debit' ? amount : -amount));`,
      },
    ],
    caughtBy: { spec: 'src/ledger/rules/posting.spec.ts', test: 'balances in each currency by itself' },
  },
  {
    name: 'split-loses-a-unit',
    bug: 'the units that rounding leaves over go to nobody',
    promise: 'a split never loses or makes a unit',
    edits: [
      {
        file: 'src/ledger/rules/split.ts',
        find: 'amounts[index]! += 1n;',
        replace: 'amounts[index]! += 0n;',
      },
    ],
    caughtBy: {
      spec: 'src/ledger/rules/split.spec.ts',
      test: 'comes to the amount, each part within a unit of its share and never negative',
    },
  },
  {
    name: 'minimum-ignores-holds',
    bug: 'what open holds have promised counts as available',
    promise: 'what is promised once can’t be spent or promised again',
    edits: [
      {
        file: 'src/ledger/rules/account.ts',
        find: 'return balance(type, totals) - promised;',
        replace: 'return balance(type, totals) - promised * 0n;',
      },
    ],
    caughtBy: { spec: holds, test: 'counts open holds: what is promised once is not there twice' },
  },
  {
    name: 'capture-without-the-remainder',
    bug: 'a capture may take more than its hold has left',
    promise: 'captures never take more than was held',
    edits: [
      {
        file: 'src/ledger/rules/holds.ts',
        find: 'if (amount <= hold.remaining) return undefined;',
        replace: 'if (amount >= 0n) return undefined;',
      },
    ],
    caughtBy: { spec: expiry, test: 'never take more than the 1000 that were held' },
  },
  {
    name: 'expired-is-captured',
    bug: 'a hold past its time can be captured until the sweep has come by',
    promise: 'a hold past its time is refused at once',
    edits: [
      {
        file: 'src/ledger/rules/holds.ts',
        find: `if (isOpen ? isPast(hold, time) : newest === 'expiry') {`,
        replace: `if (!isOpen && (isPast(hold, time) || true) && newest === 'expiry') {`,
      },
    ],
    caughtBy: { spec: expiry, test: 'is refused before the sweep has come by, too' },
  },
  {
    name: 'expiry-skips-frozen-accounts',
    bug: 'a hold on a frozen account is not released when its time has come',
    promise: 'what is held is back when the hold’s time is over',
    edits: [
      {
        file: 'src/ledger/rules/holds.ts',
        find: 'if (!isHold(chain) || chain.hold.remaining === 0n || !isPast(chain.hold, world.now))',
        replace: `if (isHold(chain) && statusFault('hold', chain.transaction.entries.map((e) => world.account(e.account)!)))
    return { nothing: true };
  if (!isHold(chain) || chain.hold.remaining === 0n || !isPast(chain.hold, world.now))`,
      },
    ],
    caughtBy: { spec: expiry, test: 'is released on frozen accounts' },
  },
  {
    name: 'closed-account-posts',
    bug: 'a closed account takes part in postings',
    promise: 'a closed account stays as it is',
    edits: [
      {
        file: 'src/ledger/rules/matrix.ts',
        find: `posting: { refusedOn: ['closed', 'frozen'], limits: true },`,
        replace: `posting: { refusedOn: ['frozen'], limits: true },`,
      },
    ],
    caughtBy: { spec: 'src/ledger/rules/decide.spec.ts', test: 'which rules apply when' },
  },
  {
    name: 'reversal-twice',
    bug: 'a reversal does not count what is reversed already',
    promise: 'what is reversed once can’t be reversed again',
    edits: [
      {
        file: 'src/ledger/rules/reversal.ts',
        find: 'const left = total - chain.reversed;',
        replace: 'const left = total - chain.reversed * 0n;',
      },
    ],
    caughtBy: { spec: 'test/e2e/reversals.spec.ts', test: 'part by part, then what is left, never beyond' },
  },
  {
    name: 'closing-with-holds',
    bug: 'an account with open holds can be closed',
    promise: 'what is promised to an account can still come',
    edits: [
      {
        file: 'src/ledger/rules/accounts.ts',
        find: 'if (posted !== 0n || account.pendingDebits !== 0n || account.pendingCredits !== 0n) {',
        replace: 'if (posted !== 0n) {',
      },
    ],
    caughtBy: { spec: 'test/e2e/holds.spec.ts', test: 'can’t be closed while it is open' },
  },
  {
    name: 'up-to-below-the-minimum',
    bug: 'a transfer of as much as there is takes what has to stay',
    promise: 'up_to leaves what holds have promised, and the minimum',
    edits: [
      {
        file: 'src/ledger/rules/posting.ts',
        find: ': available(type, from) - min',
        replace: ': available(type, from) - min * 0n',
      },
      {
        file: 'src/ledger/rules/posting.ts',
        find: `const refusal: Refusal | undefined = limitsFault('posting', played);`,
        replace: `const refusal: Refusal | undefined =
    'upTo' in details && details.upTo ? undefined : limitsFault('posting', played);`,
      },
    ],
    caughtBy: {
      spec: 'test/e2e/transfers.spec.ts',
      test: 'leaves what holds have promised, and the minimum',
    },
  },
];
