import { describe, expect, test } from '@jest/globals';
import {
  account,
  capture,
  decideOn,
  held,
  hold,
  later,
  leg,
  MAX,
  now,
  past,
  people,
  recordedBefore,
  rich,
  run,
  taken,
  voiding,
} from '../../../test/support/rules.js';
import type { Account } from './account.js';
import type { Command, OpenAccount, PostTransaction, Reverse, Transfer, UpdateAccount } from './command.js';
import type { Decision } from './decide.js';
import type { Chain, Hold } from './record.js';
import type { RefusalCode } from './refusal.js';

// Each refusal to the letter: the sentence that people read, and the members that programs go by.

type Said = [string, () => Decision, RefusalCode, string, object];

const pay = (more: Partial<PostTransaction> = {}, amount = 100n): PostTransaction => ({
  command: 'transaction',
  entries: [leg('alice', 'debit', amount), leg('bob', 'credit', amount)],
  ...more,
});
const transfer = (more: Partial<Transfer> = {}): Transfer => ({
  ...{ command: 'transfer', from: 'alice', to: 'bob', amount: 100n },
  ...more,
});
const reverse = ({ transaction }: Chain, more: Partial<Reverse> = {}): Reverse => ({
  ...{ command: 'reverse', transactionId: transaction.id },
  ...more,
});
const update = (more: Partial<UpdateAccount>): UpdateAccount => ({
  command: 'update_account',
  id: 'a',
  ...more,
});
const open: OpenAccount = {
  ...{ command: 'open_account', id: 'a', type: 'asset', currency: 'USD', minBalance: null, maxBalance: null },
  metadata: {},
};
const euros = account('bob', { currency: 'EUR' });
const invalid = (path: string, message: string) => ({ errors: [{ path, message }] });
const three = hold(0n, {
  entries: [leg('alice', 'debit', 100n), leg('bob', 'credit', 70n), leg('carol', 'credit', 30n)],
});
const paid = (command: Command = pay()) => recordedBefore({ command, accounts: people() });
const id = '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21';

/** A hold of 100, in a state of its own. */
function onHold(
  command: (chain: Chain) => Command,
  of: Partial<Hold> = {},
  chain: Partial<Chain> = {},
): Decision {
  const before = held();
  const state = { ...before.chain, ...chain, hold: { ...before.chain.hold!, ...of } };
  return decideOn({ command: command(state), accounts: before.accounts, chain: state });
}

function onPaid(
  command: (chain: Chain) => Command,
  more: Partial<Chain> = {},
  first: Command = pay(),
): Decision {
  const before = paid(first);
  const chain = { ...before.chain, ...more };
  return decideOn({ command: command(chain), accounts: before.accounts, chain });
}

const accounts: Said[] = [
  ['opened again', () => run(open, account('a')), 'ALREADY_EXISTS', 'account a exists', { account: 'a' }],
  ['not there', () => run(update({})), 'ACCOUNT_NOT_FOUND', 'there is no account a', { account: 'a' }],
  [
    'at another revision',
    () => run(update({ ifRevisions: [2, 3] }), account('a')),
    'REVISION_MISMATCH',
    'account a is at revision 1, which If-Match does not name',
    { account: 'a', revision: 1 },
  ],
  [
    'closed',
    () => run(update({}), account('a', { status: 'closed' })),
    'ACCOUNT_CLOSED',
    'account a is closed',
    { account: 'a' },
  ],
  [
    'with metadata that grow too deep',
    () => run(update({ metadata: { a: { b: { c: { d: { e: { f: { g: { h: {} } } } } } } } } }), account('a')),
    'VALIDATION_FAILED',
    'metadata is nested more than 8 levels deep',
    invalid('metadata', 'is nested more than 8 levels deep'),
  ],
  [
    'with metadata that grow too large',
    () => run(update({ metadata: { a: 'x'.repeat(16 * 1024 - 7) } }), account('a')),
    'VALIDATION_FAILED',
    'metadata is larger than 16 KiB',
    invalid('metadata', 'is larger than 16 KiB'),
  ],
  [
    'with limits that cross',
    () => run(update({ minBalance: 2n, maxBalance: 1n }), account('a')),
    'VALIDATION_FAILED',
    'min_balance is greater than max_balance',
    invalid('min_balance', 'is greater than max_balance'),
  ],
  [
    'closed with something in it',
    () =>
      run(
        { command: 'set_status', id: 'a', status: 'closed' },
        account('a', { postedCredits: 7n, pendingDebits: 2n, pendingCredits: 3n }),
      ),
    'ACCOUNT_NOT_EMPTY',
    'account a has a balance of 7 or open holds',
    { account: 'a', balance: '7', pending: { debits: '2', credits: '3' } },
  ],
];

const postings: Said[] = [
  [
    'too far ahead',
    () => run(pay({ effectiveAt: '2026-11-21T10:05:00.000001Z' }), ...people()),
    'VALIDATION_FAILED',
    'effective_at is more than 5 minutes ahead',
    invalid('effective_at', 'is more than 5 minutes ahead'),
  ],
  [
    'under an id that is taken',
    () => run(pay({ id: taken }), ...people()),
    'ALREADY_EXISTS',
    `transaction ${taken} exists`,
    { transaction_id: taken },
  ],
  [
    'under a reference that is taken',
    () => run(pay({ reference: 'used' }), ...people()),
    'REFERENCE_ALREADY_USED',
    `reference used belongs to transaction ${taken}`,
    { reference: 'used', transaction_id: taken },
  ],
  ['to nobody', () => run(pay(), rich()), 'UNKNOWN_ACCOUNT', 'there is no account bob', { account: 'bob' }],
  [
    'in another currency than the account’s',
    () => run(pay({ entries: [leg('alice', 'debit', 1n, { currency: 'EUR' })] }), rich()),
    'CURRENCY_MISMATCH',
    'account alice is in USD, the entry in EUR',
    { account: 'alice', currency: 'USD' },
  ],
  [
    'with more debits than credits',
    () => run(pay({ entries: [leg('alice', 'debit', 5n), leg('bob', 'credit', 3n)] }), ...people()),
    'UNBALANCED',
    'USD: debits exceed credits by 2',
    { currency: 'USD', difference: '2' },
  ],
  [
    'with more credits than debits',
    () => run(pay({ entries: [leg('alice', 'debit', 3n), leg('bob', 'credit', 5n)] }), ...people()),
    'UNBALANCED',
    'USD: credits exceed debits by 2',
    { currency: 'USD', difference: '-2' },
  ],
  [
    'on a closed account',
    () => run(pay(), rich({ status: 'closed' }), account('bob')),
    'ACCOUNT_CLOSED',
    'account alice is closed',
    { account: 'alice' },
  ],
  [
    'on a frozen account',
    () => run(pay(), rich(), account('bob', { status: 'frozen' })),
    'ACCOUNT_FROZEN',
    'account bob is frozen',
    { account: 'bob' },
  ],
  [
    'under a condition on a version',
    () => {
      const command = pay();
      command.entries[0]!.condition = { version: 4 };
      return run(command, ...people());
    },
    'CONDITION_FAILED',
    'account alice: version is 3, wanted 4',
    { account: 'alice', entry: 0, condition: 'version', version: 3 },
  ],
  [
    'under a condition on the balance',
    () => {
      const command = pay();
      command.entries[0]!.condition = { posted: { lt: 500n } };
      return run(command, ...people());
    },
    'CONDITION_FAILED',
    'account alice: posted is 500, wanted lt 500',
    { account: 'alice', entry: 0, condition: 'posted', posted: '500' },
  ],
  [
    'without the funds',
    () => run(pay({}, 501n), ...people()),
    'INSUFFICIENT_FUNDS',
    'account alice has 500 available, 501 needed',
    { account: 'alice', available: '500', required: '501', min_balance: '0' },
  ],
  [
    'without the funds above a minimum',
    () => run(pay({}, 301n), rich({ minBalance: 200n }), account('bob')),
    'INSUFFICIENT_FUNDS',
    'account alice has 500 available, 301 needed, 200 to be kept',
    { account: 'alice', available: '500', required: '301', min_balance: '200' },
  ],
  [
    'beyond a maximum',
    () =>
      run(pay({}, 30n), rich(), account('bob', { postedCredits: 80n, pendingCredits: 5n, maxBalance: 114n })),
    'LIMIT_EXCEEDED',
    'account bob would hold 115, at most 114 is allowed',
    { account: 'bob', balance: '85', required: '30', max_balance: '114' },
  ],
  [
    'beyond 38 digits',
    () => run(pay(), rich(), account('bob', { postedCredits: MAX, postedDebits: MAX })),
    'AMOUNT_OVERFLOW',
    'a total of account bob would pass 38 digits',
    { account: 'bob' },
  ],
];

const transfers: Said[] = [
  [
    'from nobody',
    () => run(transfer()),
    'UNKNOWN_ACCOUNT',
    'there is no account alice',
    { account: 'alice' },
  ],
  [
    'to nobody',
    () => run(transfer(), rich()),
    'UNKNOWN_ACCOUNT',
    'there is no account bob',
    { account: 'bob' },
  ],
  [
    'between two currencies',
    () => run(transfer(), rich(), euros),
    'CURRENCY_MISMATCH',
    'account bob is in EUR, alice in USD',
    { account: 'bob', currency: 'EUR' },
  ],
  [
    'of fixed amounts that exceed it',
    () => run(transfer({ to: [{ account: 'bob', amount: 120n }] }), ...people()),
    'UNBALANCED',
    'the fixed amounts exceed 100 by 20',
    { difference: '20' },
  ],
  [
    'of shares of more than all',
    () =>
      run(
        transfer({ to: ['bob', 'carol'].map((to) => ({ account: to, share: 6n * 10n ** 11n })) }),
        ...people(),
      ),
    'UNBALANCED',
    'the shares are more than 100 %',
    { difference: '0' },
  ],
  [
    'of which something is left over',
    () => run(transfer({ to: [{ account: 'bob', amount: 70n }] }), ...people()),
    'UNBALANCED',
    '30 of 100 are left without a share or "remaining"',
    { difference: '30' },
  ],
  [
    'of as much as there is, of nothing',
    () => run(transfer({ upTo: true }), rich({ postedDebits: 500n }), account('bob')),
    'INSUFFICIENT_FUNDS',
    'account alice has 0 available, 1 needed',
    { account: 'alice', available: '0', required: '1', min_balance: '0' },
  ],
  [
    'of as much as there is room, of none',
    () => run(transfer({ upTo: true }), account('alice', { type: 'asset', maxBalance: 0n }), account('bob')),
    'INSUFFICIENT_FUNDS',
    'account alice, which a debit raises, has no room below its maximum',
    { account: 'alice', available: '0', required: '1', max_balance: '0' },
  ],
];

const holds: Said[] = [
  [
    'that is over at once',
    () => run(hold(1n, { expiresAt: now }), ...people()),
    'VALIDATION_FAILED',
    'expires_at is not in the future',
    invalid('expires_at', 'is not in the future'),
  ],
  [
    'between two currencies',
    () => run(hold(1n, { isTransfer: true }), rich(), euros),
    'CURRENCY_MISMATCH',
    'account bob is in EUR, alice in USD',
    { account: 'bob', currency: 'EUR' },
  ],
  [
    'beyond 38 digits in all',
    () =>
      run(
        hold(0n, {
          entries: [
            ...[
              leg('a', 'debit', MAX),
              leg('b', 'credit', MAX),
              leg('c', 'debit', 1n),
              leg('d', 'credit', 1n),
            ],
          ],
        }),
        ...['a', 'b', 'c', 'd'].map((name) => account(name, { minBalance: null })),
      ),
    'AMOUNT_OVERFLOW',
    'the amount of the hold would pass 38 digits',
    {},
  ],
  [
    'captured that is not there',
    () => run({ command: 'capture', holdId: id, keepOpen: false }),
    'HOLD_NOT_FOUND',
    `there is no hold ${id}`,
    { hold_id: id },
  ],
  [
    'voided that is not there',
    () => run({ command: 'void', holdId: id }),
    'HOLD_NOT_FOUND',
    `there is no hold ${id}`,
    { hold_id: id },
  ],
  [
    'captured before it was made',
    () => onHold((chain) => capture(chain, { effectiveAt: past })),
    'VALIDATION_FAILED',
    `effective_at is before that of what it builds on, ${now}`,
    invalid('effective_at', `is before that of what it builds on, ${now}`),
  ],
  [
    'past its time',
    () => onHold(capture, { expiresAt: now }),
    'HOLD_EXPIRED',
    `hold ${id} expired at ${now}`,
    { hold_id: id, expires_at: now },
  ],
  [
    'that was voided',
    () => onHold(capture, { remaining: 0n }, { newest: 'void' }),
    'HOLD_NOT_OPEN',
    `hold ${id} was voided`,
    { hold_id: id },
  ],
  [
    'that was captured',
    () => onHold(voiding, { remaining: 0n }, { newest: 'capture' }),
    'HOLD_NOT_OPEN',
    `hold ${id} was captured`,
    { hold_id: id },
  ],
  [
    'of several entries, captured in part',
    () => {
      const before = held(three);
      return decideOn({ ...before, command: capture(before.chain, { amount: 1n }) });
    },
    'AMOUNT_NOT_APPLICABLE',
    `hold ${id} has more than two entries: all of it is captured`,
    { hold_id: id },
  ],
  [
    'captured beyond what is left',
    () => onHold((chain) => capture(chain, { amount: 61n }), { remaining: 60n, captured: 40n }),
    'CAPTURE_EXCEEDS_HOLD',
    `hold ${id} has 60 left, 61 asked for`,
    { hold_id: id, remaining: '60', required: '61' },
  ],
];

const reversals: Said[] = [
  [
    'of nothing',
    () => run({ command: 'reverse', transactionId: id }),
    'TRANSACTION_NOT_FOUND',
    `there is no transaction ${id}`,
    { transaction_id: id },
  ],
  [
    'of a hold',
    () => onPaid(reverse, {}, hold(100n)),
    'NOT_REVERSIBLE',
    `transaction ${id} is a hold: postings and captures can be reversed`,
    { transaction_id: id, kind: 'hold' },
  ],
  [
    'of several entries in part',
    () => onPaid((chain) => reverse(chain, { amount: 1n }), {}, pay({ entries: three.entries })),
    'AMOUNT_NOT_APPLICABLE',
    `transaction ${id} has more than two entries: all of it is reversed`,
    { transaction_id: id },
  ],
  [
    'of more than is left',
    () => onPaid((chain) => reverse(chain, { amount: 61n }), { reversed: 40n }),
    'REVERSAL_EXCEEDS_ORIGINAL',
    `60 is left of transaction ${id}, 61 asked for`,
    { transaction_id: id, remaining: '60', required: '61' },
  ],
  [
    'when nothing is left',
    () => onPaid(reverse, { reversed: 100n }),
    'REVERSAL_EXCEEDS_ORIGINAL',
    `nothing is left of transaction ${id}`,
    { transaction_id: id, remaining: '0', required: '0' },
  ],
];

const annotations: Said[] = [
  [
    'of nothing',
    () => run({ command: 'annotate', transactionId: id, metadata: {} }),
    'TRANSACTION_NOT_FOUND',
    `there is no transaction ${id}`,
    { transaction_id: id },
  ],
  [
    'at another revision',
    () =>
      onPaid(({ transaction }) => ({
        ...{ command: 'annotate', transactionId: transaction.id, metadata: { a: 1 }, ifRevisions: [2] },
      })),
    'REVISION_MISMATCH',
    `the metadata of transaction ${id} is at revision 1, which If-Match does not name`,
    { transaction_id: id, revision: 1 },
  ],
  [
    'that makes it too large',
    () =>
      onPaid(({ transaction }) => ({
        ...{ command: 'annotate', transactionId: transaction.id, metadata: { a: 'x'.repeat(17_000) } },
      })),
    'VALIDATION_FAILED',
    'metadata is larger than 16 KiB',
    invalid('metadata', 'is larger than 16 KiB'),
  ],
];

const debit = (over: object = {}): Command => ({
  ...{ command: 'wallet_debit', account: 'alice', amount: 1n, currency: 'USD' },
  ...{ reference: 'wallet:r', walletReference: 'r', ...over },
});
const settlement = (over: Partial<Account> = {}) =>
  account('wallet:settlement:USD', { type: 'asset', minBalance: null, ...over });
const commit = (more: object = {}) => ({ command: 'wallet_commit', holdId: id, ...more }) as Command;

const wallets: Said[] = [
  [
    'that is not there',
    () => run(debit()),
    'UNKNOWN_ACCOUNT',
    'there is no account alice',
    { account: 'alice' },
  ],
  [
    'that is the settlement account itself',
    () => run(debit({ account: 'wallet:settlement:USD' }), settlement({ type: 'liability' })),
    'NOT_A_WALLET',
    'account wallet:settlement:USD is a settlement account',
    { account: 'wallet:settlement:USD' },
  ],
  [
    'that is no liability',
    () => run(debit(), rich({ type: 'revenue' }), settlement()),
    'NOT_A_WALLET',
    'account alice is of type revenue, a wallet is a liability',
    { account: 'alice' },
  ],
  [
    'in another currency',
    () => run(debit(), rich({ currency: 'EUR' }), settlement()),
    'CURRENCY_MISMATCH',
    'account alice is in EUR, the amount in USD',
    { account: 'alice', currency: 'EUR' },
  ],
  [
    'whose hold is not there',
    () => run(commit()),
    'HOLD_NOT_FOUND',
    `there is no hold ${id}`,
    { hold_id: id },
  ],
  [
    'whose hold has several entries',
    () => {
      const before = held(three);
      return decideOn({ ...before, command: commit() });
    },
    'NOT_A_WALLET',
    `hold ${id} is not between a wallet and one other account`,
    {},
  ],
  [
    'whose hold is in another currency',
    () => onHold(() => commit({ currency: 'EUR' })),
    'CURRENCY_MISMATCH',
    `hold ${id} is in USD, not EUR`,
    { account: 'alice', currency: 'USD' },
  ],
];

describe.each([
  ['an account', accounts],
  ['a posting', postings],
  ['a transfer', transfers],
  ['a hold', holds],
  ['a reversal', reversals],
  ['a change of metadata', annotations],
  ['a wallet', wallets],
])('what is said of %s', (_, said) => {
  test.each(said)('%s', (__, decided, code, detail, fields) => {
    expect(decided()).toEqual({ refusal: { code, detail, fields } });
  });
});

test('what is not quite too far, too large or too deep is taken', () => {
  const ahead = pay({ effectiveAt: '2026-11-21T10:05:00.000000Z' });
  expect(run(ahead, ...people())).toMatchObject({ transaction: { effectiveAt: ahead.effectiveAt } });
  const deep = { a: { b: { c: { d: { e: { f: { g: {} } } } } } } };
  expect(run(update({ metadata: deep }), account('a'))).toMatchObject({ change: { kind: 'updated' } });
  for (const large of ['x'.repeat(16 * 1024 - 8), '€'.repeat((16 * 1024 - 10) / 3)]) {
    expect(run(update({ metadata: { a: large } }), account('a'))).toMatchObject({
      change: { kind: 'updated' },
    });
  }
  const beyond = '€'.repeat((16 * 1024 - 10) / 3 + 1);
  expect(run(update({ metadata: { a: beyond } }), account('a'))).toMatchObject({
    refusal: { code: 'VALIDATION_FAILED' },
  });
  expect(onHold(capture, { expiresAt: later })).toMatchObject({ transaction: { kind: 'capture' } });
});
