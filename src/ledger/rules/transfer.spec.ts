import { describe, expect, test } from '@jest/globals';
import {
  account,
  codeOf,
  MAX,
  recorded,
  rich,
  run,
  taken,
  testOrder,
  type Fault,
} from '../../../test/support/rules.js';
import type { Account } from './account.js';
import type { Part, Transfer } from './command.js';

const transfer = (amount: bigint, more: Partial<Transfer> = {}): Transfer => ({
  ...{ command: 'transfer', from: 'alice', to: 'bob', amount },
  ...more,
});

const legsOf = (command: Transfer, ...accounts: Account[]) =>
  recorded(run(command, ...accounts)).transaction.entries.map((e) => [e.account, e.side, e.posted]);

describe('a transfer', () => {
  test('debits from and credits to', () => {
    expect(legsOf(transfer(5n), rich(), account('bob'))).toEqual([
      ['alice', 'debit', 5n],
      ['bob', 'credit', 5n],
    ]);
  });

  test('stays within one currency', () => {
    expect(codeOf(run(transfer(5n), rich(), account('bob', { currency: 'EUR' })))).toBe('CURRENCY_MISMATCH');
  });
});

describe('up_to', () => {
  const upTo = (amount: bigint, from: Account, to = account('bob')) => {
    const decision = run(transfer(amount, { upTo: true }), from, to);
    return 'transaction' in decision ? decision.transaction.entries[0]!.posted : codeOf(decision);
  };

  test.each<[string, bigint, Account, bigint | string]>([
    ['all that is asked for', 500n, rich(), 500n],
    ['all that is there', 501n, rich(), 500n],
    ['what holds have not promised away', 500n, rich({ pendingDebits: 100n, pendingCredits: 70n }), 400n],
    ['what is above the minimum', 500n, rich({ minBalance: 200n }), 300n],
    ['an overdraft too', 900n, rich({ minBalance: -100n }), 600n],
    ['all of it without a minimum', MAX, account('alice', { minBalance: null }), MAX],
    ['nothing', 5n, account('alice'), 'INSUFFICIENT_FUNDS'],
    ['nothing of what is below a raised minimum', 5n, rich({ minBalance: 501n }), 'INSUFFICIENT_FUNDS'],
    // A debit raises an asset: its room below max_balance counts, whatever its minimum.
    ['all of it from an asset without a maximum', 9n, account('alice', { type: 'asset' }), 9n],
    ['the room of an asset', 9n, account('alice', { type: 'asset', maxBalance: 4n }), 4n],
    [
      'the room that holds leave it',
      9n,
      account('alice', { type: 'asset', maxBalance: 4n, pendingDebits: 3n, pendingCredits: 2n }),
      1n,
    ],
    [
      'no room at all',
      9n,
      account('alice', { type: 'expense', maxBalance: 4n, postedDebits: 4n }),
      'INSUFFICIENT_FUNDS',
    ],
  ])('moves %s', (_, most, from, moved) => {
    expect(upTo(most, from)).toBe(moved);
  });

  test('does not look at the room of those it goes to', () => {
    expect(upTo(500n, rich(), account('bob', { maxBalance: 499n }))).toBe('LIMIT_EXCEEDED');
    expect(upTo(500n, rich(), account('bob', { maxBalance: 0n }))).toBe('LIMIT_EXCEEDED');
  });

  test('is split after it is known how much it is', () => {
    const to: Part[] = [
      { account: 'bob', amount: 30n },
      { account: 'carol', remaining: true },
    ];
    const command = transfer(1_000n, { to, upTo: true });
    expect(legsOf(command, rich(), account('bob'), account('carol'))).toEqual([
      ['alice', 'debit', 500n],
      ['bob', 'credit', 30n],
      ['carol', 'credit', 470n],
    ]);
    const poor = account('alice', { postedCredits: 29n });
    expect(codeOf(run(command, poor, account('bob'), account('carol')))).toBe('UNBALANCED');
  });
});

describe('a transfer to several', () => {
  test('gives each its part in the order of the list; who gets nothing has no entry', () => {
    const to: Part[] = [
      { account: 'bob', share: 1n },
      { account: 'carol', share: 10n ** 12n - 1n },
      { account: 'bob', amount: 3n },
    ];
    expect(legsOf(transfer(10n, { to }), rich(), account('bob'), account('carol'))).toEqual([
      ['alice', 'debit', 10n],
      ['carol', 'credit', 7n],
      ['bob', 'credit', 3n],
    ]);
  });

  test('limits are judged on what an account gets in all', () => {
    const to: Part[] = [
      { account: 'bob', amount: 3n },
      { account: 'bob', remaining: true },
    ];
    expect(codeOf(run(transfer(10n, { to }), rich(), account('bob', { maxBalance: 9n })))).toBe(
      'LIMIT_EXCEEDED',
    );
  });
});

const faults: Fault<Transfer>[] = [
  ['VALIDATION_FAILED', ({ command }) => (command.effectiveAt = '2026-11-22T00:00:00.000000Z')],
  ['ALREADY_EXISTS', ({ command }) => (command.id = taken)],
  ['REFERENCE_ALREADY_USED', ({ command }) => (command.reference = 'used')],
  ['UNKNOWN_ACCOUNT', ({ accounts }) => accounts.splice(2)],
  ['CURRENCY_MISMATCH', ({ accounts }) => (accounts[1]!.currency = 'EUR')],
  ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[1]!.status = 'closed')],
  ['ACCOUNT_FROZEN', ({ accounts }) => (accounts[0]!.status = 'frozen')],
  ['INSUFFICIENT_FUNDS', ({ accounts }) => (accounts[0]!.postedCredits = 0n)],
  ['LIMIT_EXCEEDED', ({ accounts }) => (accounts[1]!.maxBalance = 0n)],
  ['AMOUNT_OVERFLOW', ({ accounts }) => (accounts[1]!.postedDebits = accounts[1]!.postedCredits = MAX)],
];
const accounts = () => [rich(), account('carol'), account('bob')];

describe('the order of refusals of a transfer', () => {
  testOrder(
    () => ({ command: transfer(100n), accounts: accounts() }),
    [
      ...faults.slice(0, 3),
      ['UNKNOWN_ACCOUNT', ({ command }) => (command.to = 'nobody')],
      ['CURRENCY_MISMATCH', (scene) => (scene.accounts[2]!.currency = 'EUR')],
      ['ACCOUNT_CLOSED', (scene) => (scene.accounts[2]!.status = 'closed')],
      faults[6]!,
      faults[7]!,
      ['LIMIT_EXCEEDED', (scene) => (scene.accounts[2]!.maxBalance = 0n)],
      ['AMOUNT_OVERFLOW', ({ accounts: [, , bob] }) => (bob!.postedDebits = bob!.postedCredits = MAX)],
    ],
  );
});

describe.each([false, true])('the order of refusals of a split, up_to: %p', (upTo) => {
  const parts = (): Part[] => [
    { account: 'carol', amount: 30n },
    { account: 'bob', share: 7n * 10n ** 11n },
    { account: 'carol', remaining: true },
  ];
  const withUnbalanced = (unbalanced: Fault<Transfer>) => [
    ...faults.slice(0, 5),
    unbalanced,
    ...faults.slice(5),
  ];

  describe.each<[string, (part: Part[]) => void]>([
    ['shares beyond 100 %', (list) => (list[2] = { account: 'carol', share: 4n * 10n ** 11n })],
    ['fixed amounts beyond what there is', (list) => (list[0] = { account: 'carol', amount: 101n })],
  ])('%s', (_, spoil) => {
    testOrder(
      () => ({ command: transfer(100n, { to: parts(), upTo }), accounts: accounts() }),
      withUnbalanced(['UNBALANCED', ({ command }) => spoil(command.to as Part[])]),
    );
  });
});
