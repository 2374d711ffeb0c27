import { describe, expect, test } from '@jest/globals';
import {
  account,
  codeOf,
  later,
  leg,
  MAX,
  now,
  recorded,
  rich,
  run,
  taken,
  testOrder,
  type Fault,
} from '../../../test/support/rules.js';
import type { Account } from './account.js';
import type { PostTransaction } from './command.js';

function posting(...legs: [string, 'debit' | 'credit', bigint, string?][]): PostTransaction {
  const entries = legs.map(([id, side, amount, currency]) => leg(id, side, amount, { currency }));
  return { command: 'transaction', entries };
}

const pay = (amount: bigint) => posting(['alice', 'debit', amount], ['bob', 'credit', amount]);

describe('a posting', () => {
  test('continues each account: version by version, totals running on', () => {
    const legs = posting(['alice', 'debit', 100n], ['alice', 'debit', 50n], ['bob', 'credit', 150n]);
    const { transaction, accounts } = recorded(run(legs, rich(), account('bob')));
    expect(transaction.entries.map((e) => [e.account, e.version, e.postedDebits, e.postedCredits])).toEqual([
      ['alice', 4, 100n, 500n],
      ['alice', 5, 150n, 500n],
      ['bob', 1, 0n, 150n],
    ]);
    expect(accounts.map((a) => [a.id, a.version])).toEqual([
      ['alice', 5],
      ['bob', 1],
    ]);
  });

  test('never runs backwards in recorded time within an account', () => {
    const ahead = '2026-11-21T10:00:07.000001Z';
    const { transaction } = recorded(run(pay(1n), rich({ recordedAt: ahead }), account('bob')));
    expect(transaction.recordedAt).toBe(ahead);
  });

  test('keeps the running maximum of effective time when it is back-dated', () => {
    const back = { ...pay(1n), effectiveAt: '2020-01-01T00:00:00.000000Z' };
    const { transaction } = recorded(run(back, rich({ maxEffectiveAt: now }), account('bob')));
    expect(transaction.entries.map((e) => e.maxEffectiveAt)).toEqual([now, back.effectiveAt]);
  });

  test.each([
    ['just 5 minutes ahead', '2026-11-21T10:05:00.000000Z', 'OK'],
    ['a microsecond more', '2026-11-21T10:05:00.000001Z', 'VALIDATION_FAILED'],
  ])('with an effective_at %s', (_, effectiveAt, code) => {
    expect(codeOf(run({ ...pay(1n), effectiveAt }, rich(), account('bob')))).toBe(code);
  });

  test.each<[string, PostTransaction, Account[], string]>([
    ['all that is available', pay(500n), [rich(), account('bob')], 'OK'],
    ['one unit more', pay(501n), [rich(), account('bob')], 'INSUFFICIENT_FUNDS'],
    [
      'what a hold has promised',
      pay(401n),
      [rich({ pendingDebits: 100n }), account('bob')],
      'INSUFFICIENT_FUNDS',
    ],
    [
      'what a hold would bring in',
      pay(501n),
      [rich({ pendingCredits: 100n }), account('bob')],
      'INSUFFICIENT_FUNDS',
    ],
    ['into an overdraft that is allowed', pay(900n), [rich({ minBalance: -400n }), account('bob')], 'OK'],
    ['without a limit', pay(10n ** 37n), [rich({ minBalance: null }), account('bob')], 'OK'],
    ['up to max_balance', pay(10n), [rich(), account('bob', { maxBalance: 10n })], 'OK'],
    ['beyond max_balance', pay(11n), [rich(), account('bob', { maxBalance: 10n })], 'LIMIT_EXCEEDED'],
    [
      'beyond max_balance with what holds bring in',
      pay(6n),
      [rich(), account('bob', { maxBalance: 10n, pendingCredits: 5n })],
      'LIMIT_EXCEEDED',
    ],
    [
      'past 38 digits',
      pay(1n),
      [rich(), account('bob', { postedCredits: MAX, postedDebits: 1n })],
      'AMOUNT_OVERFLOW',
    ],
  ])('of %s', (_, command, accounts, code) => {
    expect(codeOf(run(command, ...accounts))).toBe(code);
  });

  test('may move an account that is below a raised minimum back towards it', () => {
    const low = account('bob', { minBalance: 1000n });
    expect(codeOf(run(pay(10n), rich(), low))).toBe('OK');
    const away = posting(['bob', 'debit', 1n], ['alice', 'credit', 1n]);
    expect(codeOf(run(away, rich(), low))).toBe('INSUFFICIENT_FUNDS');
  });

  test('is judged on the net effect of all its entries', () => {
    const through = posting(['bob', 'debit', 100n], ['alice', 'debit', 100n], ['bob', 'credit', 200n]);
    expect(codeOf(run(through, rich(), account('bob')))).toBe('OK');
  });

  test('balances in each currency by itself', () => {
    const euro = (id: string) => account(id, { currency: 'EUR', minBalance: null });
    const dollar = (id: string) => account(id, { minBalance: null });
    const accounts = [dollar('a'), dollar('b'), euro('c'), euro('d')];
    const exchange = (euros: bigint) =>
      posting(['a', 'debit', 7n], ['b', 'credit', 7n], ['c', 'debit', 5n], ['d', 'credit', euros]);
    expect(codeOf(run(exchange(5n), ...accounts))).toBe('OK');
    expect(codeOf(run(exchange(4n), ...accounts))).toBe('UNBALANCED');
    expect(codeOf(run(posting(['a', 'debit', 5n], ['d', 'credit', 5n]), ...accounts))).toBe('UNBALANCED');
  });
});

describe('the order of refusals of a posting', () => {
  const faults: Fault<PostTransaction>[] = [
    ['VALIDATION_FAILED', ({ command }) => (command.effectiveAt = '2026-11-22T00:00:00.000000Z')],
    ['ALREADY_EXISTS', ({ command }) => (command.id = taken)],
    ['REFERENCE_ALREADY_USED', ({ command }) => (command.reference = 'used')],
    ['UNKNOWN_ACCOUNT', ({ command }) => (command.entries[1]!.account = 'nobody')],
    ['CURRENCY_MISMATCH', ({ command }) => (command.entries[0]!.currency = 'EUR')],
    ['UNBALANCED', ({ command }) => (command.entries[0]!.amount += 1n)],
    ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[1]!.status = 'closed')],
    ['ACCOUNT_FROZEN', ({ accounts }) => (accounts[0]!.status = 'frozen')],
    ['CONDITION_FAILED', ({ command }) => (command.entries[1]!.condition = { version: 99 })],
    ['INSUFFICIENT_FUNDS', ({ accounts }) => (accounts[0]!.postedCredits = 0n)],
    ['LIMIT_EXCEEDED', ({ accounts }) => (accounts[1]!.maxBalance = 0n)],
    ['AMOUNT_OVERFLOW', ({ accounts }) => (accounts[1]!.postedDebits = accounts[1]!.postedCredits = MAX)],
  ];
  testOrder(() => ({ command: pay(100n), accounts: [rich(), account('bob')] }), faults);

  test('does not go by which entry comes first', () => {
    // The first entry is only frozen, the second is closed; the first may not rise, the second may not fall.
    const accounts = [rich({ status: 'frozen' }), account('bob', { status: 'closed' })];
    expect(codeOf(run(pay(1n), ...accounts))).toBe('ACCOUNT_CLOSED');
    const back = posting(['alice', 'credit', 1n], ['bob', 'debit', 1n]);
    expect(codeOf(run(back, rich({ maxBalance: 0n }), account('bob')))).toBe('INSUFFICIENT_FUNDS');
  });
});

describe('conditions', () => {
  // 500 posted, 100 of it promised away: 400 available; a hold would bring 70 in.
  const state = rich({ pendingDebits: 100n, pendingCredits: 70n });
  const given = (condition: NonNullable<PostTransaction['entries'][number]['condition']>) => {
    const command = pay(1n);
    command.entries[0]!.condition = condition;
    return codeOf(run(command, state, account('bob')));
  };

  const values = { posted: 500n, available: 400n };
  const truths = {
    lt: [false, false, true],
    lte: [false, true, true],
    gt: [true, false, false],
    gte: [true, true, false],
    eq: [false, true, false],
  } as const;
  const cases = (['posted', 'available'] as const).flatMap((what) =>
    Object.entries(truths).flatMap(([comparison, outcomes]) =>
      outcomes.map((holds, i) => [what, comparison, values[what] + BigInt(i - 1), holds] as const),
    ),
  );

  test.each(cases)('%s %s %s: %p', (what, comparison, bound, holds) => {
    expect(given({ [what]: { [comparison]: bound } })).toBe(holds ? 'OK' : 'CONDITION_FAILED');
  });

  test.each([
    [2, 'CONDITION_FAILED'],
    [3, 'OK'],
    [4, 'CONDITION_FAILED'],
  ])('version %d: %s', (version, code) => {
    expect(given({ version })).toBe(code);
  });

  test('of several each must hold', () => {
    expect(given({ version: 3, posted: { gte: 500n, lt: 501n }, available: { eq: 400n } })).toBe('OK');
    expect(given({ version: 2, posted: { gte: 500n } })).toBe('CONDITION_FAILED');
    expect(given({ version: 3, posted: { gte: 500n, lt: 500n } })).toBe('CONDITION_FAILED');
    expect(given({ version: 3, posted: { gte: 500n }, available: { eq: 401n } })).toBe('CONDITION_FAILED');
  });

  test('may be zero and negative, and of 38 digits', () => {
    expect(given({ posted: { gt: -MAX, lt: MAX } })).toBe('OK');
    expect(given({ available: { lte: 0n } })).toBe('CONDITION_FAILED');
  });

  test('are judged on the state before the command, however often its account comes up', () => {
    const command = posting(['alice', 'debit', 300n], ['alice', 'debit', 100n], ['bob', 'credit', 400n]);
    for (const entry of command.entries.slice(0, 2)) entry.condition = { version: 3, posted: { eq: 500n } };
    command.entries[2]!.condition = { version: 0, available: { eq: 0n } };
    expect(codeOf(run(command, rich(), account('bob')))).toBe('OK');
  });

  test('go by the normal side', () => {
    const till = account('alice', {
      type: 'asset',
      postedDebits: 90n,
      pendingCredits: 20n,
      minBalance: null,
    });
    const command = pay(1n);
    command.entries[0]!.condition = { posted: { eq: 90n }, available: { eq: 70n } };
    expect(codeOf(run(command, till, account('bob')))).toBe('OK');
  });

  test('a refusal says which entry, what was wanted and what is', () => {
    const command = pay(1n);
    command.entries[1]!.condition = { available: { gte: 7n } };
    const decision = run(command, rich(), account('bob', { postedCredits: 5n, recordedAt: later }));
    expect(decision).toMatchObject({
      refusal: {
        detail: 'account bob: available is 5, wanted gte 7',
        fields: { account: 'bob', entry: 1, condition: 'available', available: '5' },
      },
    });
  });
});
