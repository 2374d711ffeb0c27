import { describe, expect, test } from '@jest/globals';
import { precedence } from '../errors.js';
import type { Account } from './account.js';
import type { Command, PostTransaction } from './command.js';
import { decide, type Decision, type World } from './decide.js';

const now = '2026-11-21T10:00:00.000000Z';

function account(id: string, over: Partial<Account> = {}): Account {
  return {
    ...{ no: id, ledger: 'main', id, type: 'liability', currency: 'USD', minBalance: 0n, maxBalance: null },
    ...{ status: 'open', metadata: {}, revision: 1, openedAt: now, version: 0 },
    ...{ postedDebits: 0n, postedCredits: 0n, pendingDebits: 0n, pendingCredits: 0n },
    ...{ maxEffectiveAt: null, recordedAt: null },
    ...over,
  } as Account;
}

const taken = '7d444840-9dc0-11d1-b245-5ffdce74fad2';

function world(accounts: Account[]): World {
  return {
    now,
    account: (id) => accounts.find((candidate) => candidate.id === id),
    isTransactionId: (id) => id === taken,
    transactionReferred: (reference) => (reference === 'used' ? taken : undefined),
    chain: () => undefined,
  };
}

const draw = {
  ...{ ledger: 'main', sequence: '7', id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21' },
  opening: { accountNo: '9', sequence: '6', id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a20' },
  ...{ principal: 'tester', idempotencyKey: 'k', trace: null },
};

const codeOf = (decision: Decision) => ('refusal' in decision ? decision.refusal.code : 'OK');
const run = (command: Command, ...accounts: Account[]) => decide(command, world(accounts), draw);

function posting(...legs: [string, 'debit' | 'credit', bigint, string?][]): PostTransaction {
  const entries = legs.map(([id, side, amount, currency]) => ({ account: id, side, amount, currency }));
  return { command: 'transaction', entries };
}

const pay = (amount: bigint) => posting(['alice', 'debit', amount], ['bob', 'credit', amount]);
const rich = (over: Partial<Account> = {}) => account('alice', { postedCredits: 500n, version: 3, ...over });

describe('a posting', () => {
  test('continues each account: version by version, totals running on', () => {
    const legs = posting(['alice', 'debit', 100n], ['alice', 'debit', 50n], ['bob', 'credit', 150n]);
    const decision = run(legs, rich(), account('bob'));
    if (!('transaction' in decision)) throw new Error('refused');
    expect(
      decision.transaction.entries.map((e) => [e.account, e.version, e.postedDebits, e.postedCredits]),
    ).toEqual([
      ['alice', 4, 100n, 500n],
      ['alice', 5, 150n, 500n],
      ['bob', 1, 0n, 150n],
    ]);
    expect(decision.accounts.map((a) => [a.id, a.version])).toEqual([
      ['alice', 5],
      ['bob', 1],
    ]);
  });

  test('never runs backwards in recorded time within an account', () => {
    const later = '2026-11-21T10:00:07.000001Z';
    const decision = run(pay(1n), rich({ recordedAt: later }), account('bob'));
    expect('transaction' in decision && decision.transaction.recordedAt).toBe(later);
  });

  test('keeps the running maximum of effective time when it is back-dated', () => {
    const back = { ...pay(1n), effectiveAt: '2020-01-01T00:00:00.000000Z' };
    const decision = run(back, rich({ maxEffectiveAt: now }), account('bob'));
    if (!('transaction' in decision)) throw new Error('refused');
    expect(decision.transaction.entries.map((e) => e.maxEffectiveAt)).toEqual([now, back.effectiveAt]);
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
      [rich(), account('bob', { postedCredits: 10n ** 38n - 1n, postedDebits: 1n })],
      'AMOUNT_OVERFLOW',
    ],
  ])('of %s', (_, command, accounts, code) => {
    expect(codeOf(run(command, ...accounts))).toBe(code);
  });

  test('may move an account that is below a raised minimum back towards it', () => {
    const low = account('bob', { minBalance: 1000n });
    expect(codeOf(run(pay(10n), rich(), low))).toBe('OK');
    expect(codeOf(run(posting(['bob', 'debit', 1n], ['alice', 'credit', 1n]), rich(), low))).toBe(
      'INSUFFICIENT_FUNDS',
    );
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

describe('the order of refusals', () => {
  /** Each makes the command wrong in one more way; the first of the contract's order must win. */
  const faults: [string, (command: PostTransaction, accounts: Account[]) => void][] = [
    ['ALREADY_EXISTS', (command) => (command.id = taken)],
    ['REFERENCE_ALREADY_USED', (command) => (command.reference = 'used')],
    ['UNKNOWN_ACCOUNT', (command) => (command.entries[1]!.account = 'nobody')],
    ['CURRENCY_MISMATCH', (command) => (command.entries[0]!.currency = 'EUR')],
    ['UNBALANCED', (command) => (command.entries[0]!.amount += 1n)],
    ['ACCOUNT_CLOSED', (_, accounts) => (accounts[1]!.status = 'closed')],
    ['ACCOUNT_FROZEN', (_, accounts) => (accounts[0]!.status = 'frozen')],
    ['INSUFFICIENT_FUNDS', (_, accounts) => (accounts[0]!.postedCredits = 0n)],
    ['LIMIT_EXCEEDED', (_, accounts) => (accounts[1]!.maxBalance = 0n)],
    [
      'AMOUNT_OVERFLOW',
      (_, accounts) => (accounts[1]!.postedDebits = accounts[1]!.postedCredits = 10n ** 38n - 1n),
    ],
  ];

  test('is that of the contract', () => {
    const order = faults.map(([code]) => precedence.indexOf(code as never));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test.each(faults.map(([code], index) => [code, index] as const))(
    '%s before all that follow',
    (code, index) => {
      for (const [, later] of faults.slice(index)) {
        const command = pay(100n);
        const accounts = [rich(), account('bob')];
        later(command, accounts);
        faults[index]![1](command, accounts);
        expect(codeOf(run(command, ...accounts))).toBe(code);
      }
    },
  );
});

describe('a transfer', () => {
  const transfer = (amount: bigint): Command => ({ command: 'transfer', from: 'alice', to: 'bob', amount });

  test('debits from and credits to', () => {
    const decision = run(transfer(5n), rich(), account('bob'));
    expect(
      'transaction' in decision && decision.transaction.entries.map((e) => [e.account, e.side, e.posted]),
    ).toEqual([
      ['alice', 'debit', 5n],
      ['bob', 'credit', 5n],
    ]);
  });

  test('stays within one currency', () => {
    expect(codeOf(run(transfer(5n), rich(), account('bob', { currency: 'EUR' })))).toBe('CURRENCY_MISMATCH');
  });
});

describe('an account', () => {
  const status = (to: 'open' | 'frozen' | 'closed'): Command => ({
    command: 'set_status',
    id: 'a',
    status: to,
  });
  const empty = account('a');
  const full = account('a', { postedCredits: 1n });

  test.each<[string, Command, Account, string]>([
    ['frozen', status('frozen'), full, 'frozen'],
    ['frozen again', status('frozen'), account('a', { status: 'frozen' }), 'unchanged'],
    ['unfrozen', status('open'), account('a', { status: 'frozen' }), 'unfrozen'],
    ['closed at zero', status('closed'), empty, 'closed'],
    ['closed while frozen', status('closed'), account('a', { status: 'frozen' }), 'closed'],
    ['closed again', status('closed'), account('a', { status: 'closed' }), 'unchanged'],
    ['closed with money in it', status('closed'), full, 'ACCOUNT_NOT_EMPTY'],
    ['closed with a hold', status('closed'), account('a', { pendingCredits: 1n }), 'ACCOUNT_NOT_EMPTY'],
    ['frozen when closed', status('frozen'), account('a', { status: 'closed' }), 'ACCOUNT_CLOSED'],
    ['patched', { command: 'update_account', id: 'a', metadata: { k: 1 } }, empty, 'updated'],
    ['patched with what it has', { command: 'update_account', id: 'a', minBalance: 0n }, empty, 'unchanged'],
    [
      'patched at another revision',
      { command: 'update_account', id: 'a', ifRevisions: [2, 11] },
      empty,
      'REVISION_MISMATCH',
    ],
    [
      'patched when closed',
      { command: 'update_account', id: 'a' },
      account('a', { status: 'closed' }),
      'ACCOUNT_CLOSED',
    ],
    [
      'given limits that cross',
      { command: 'update_account', id: 'a', maxBalance: -1n },
      empty,
      'VALIDATION_FAILED',
    ],
    [
      'that is not there',
      { command: 'set_status', id: 'nobody', status: 'frozen' },
      empty,
      'ACCOUNT_NOT_FOUND',
    ],
  ])('%s', (_, command, state, outcome) => {
    const decision = run(command, state);
    const seen =
      'change' in decision ? decision.change.kind : 'unchanged' in decision ? 'unchanged' : codeOf(decision);
    expect(seen).toBe(outcome);
  });

  test('a merge patch removes by null, merges objects and replaces the rest', () => {
    const patch = { a: null, b: { d: 2, e: null }, list: [2] };
    const before = account('a', { metadata: { a: 1, b: { c: 1, e: 1 }, list: [1, 1], kept: true } });
    const decision = run({ command: 'update_account', id: 'a', metadata: patch }, before);
    expect('change' in decision && decision.change.account.metadata).toEqual({
      b: { c: 1, d: 2 },
      list: [2],
      kept: true,
    });
  });
});
