import { describe, expect, test } from '@jest/globals';
import {
  account,
  capture,
  codeOf,
  decideOn,
  held,
  hold,
  later,
  leg,
  MAX,
  now,
  past,
  people,
  recorded,
  rich,
  run,
  taken,
  testOrder,
  totals,
  voiding,
  type Fault,
} from '../../../test/support/rules.js';
import type { CaptureHold, CreateHold, VoidHold } from './command.js';

const three = (): CreateHold =>
  hold(0n, {
    entries: [leg('alice', 'debit', 100n), leg('bob', 'credit', 70n), leg('carol', 'credit', 30n)],
  });
describe('a hold', () => {
  test('reserves on both sides and posts nothing', () => {
    const { transaction, accounts } = recorded(run(hold(100n), ...people()));
    expect(totals(accounts)).toEqual([
      ['alice', 0n, 500n, 100n, 0n],
      ['bob', 0n, 0n, 0n, 100n],
    ]);
    expect(transaction.hold).toEqual({
      ...{ id: transaction.id, amount: 100n, captured: 0n, released: 0n, remaining: 100n, expiresAt: null },
    });
  });

  test('of several entries: its amount is what is debited in the currency of the first', () => {
    const entries = [
      ...[leg('euro1', 'credit', 5n), leg('alice', 'debit', 60n), leg('alice', 'debit', 40n)],
      ...[leg('bob', 'credit', 100n), leg('euro2', 'debit', 5n)],
    ];
    const euro = (id: string) => account(id, { currency: 'EUR', minBalance: null });
    const { transaction } = recorded(run(hold(0n, { entries }), ...people(), euro('euro1'), euro('euro2')));
    expect(transaction.hold!.amount).toBe(5n);
  });

  test.each<[string, Partial<CreateHold>, string | null]>([
    ['never', {}, null],
    ['at a time', { expiresAt: later }, later],
    ['in so many seconds', { expiresIn: 90 }, '2026-11-21T10:01:30.000000Z'],
  ])('expires %s', (_, expiry, expiresAt) => {
    expect(recorded(run(hold(1n, expiry), ...people())).transaction.hold!.expiresAt).toBe(expiresAt);
  });

  test.each([now, past])('that would expire at once (%s) is refused', (expiresAt) => {
    expect(codeOf(run(hold(1n, { expiresAt }), ...people()))).toBe('VALIDATION_FAILED');
  });

  test('counts open holds: what is promised once is not there twice', () => {
    const { accounts } = held(hold(400n));
    expect(codeOf(run(hold(100n), ...accounts))).toBe('OK');
    expect(codeOf(run(hold(101n), ...accounts))).toBe('INSUFFICIENT_FUNDS');
    const [alice, bob] = accounts;
    const capped = { ...bob!, maxBalance: 450n };
    expect(codeOf(run(hold(50n), alice!, capped))).toBe('OK');
    expect(codeOf(run(hold(51n), alice!, capped))).toBe('LIMIT_EXCEEDED');
  });

  test('whose debits of one currency pass 38 digits is refused, though no account’s total does', () => {
    const free = (id: string) => account(id, { minBalance: null });
    const entries = [
      ...[leg('a', 'debit', MAX), leg('b', 'credit', MAX), leg('c', 'debit', 1n), leg('d', 'credit', 1n)],
    ];
    expect(codeOf(run(hold(0n, { entries }), ...['a', 'b', 'c', 'd'].map(free)))).toBe('AMOUNT_OVERFLOW');
  });
});

describe('a capture', () => {
  test('posts what it takes and takes back all that was reserved', () => {
    const { chain, accounts } = held();
    const { transaction, accounts: after } = recorded(
      decideOn({ command: capture(chain, { amount: 30n }), accounts, chain }),
    );
    expect(transaction.entries.map(({ side, posted, pending }) => [side, posted, pending])).toEqual([
      ['debit', 30n, -100n],
      ['credit', 30n, -100n],
    ]);
    expect(totals(after)).toEqual([
      ['alice', 30n, 500n, 0n, 0n],
      ['bob', 0n, 30n, 0n, 0n],
    ]);
    expect(transaction.hold).toMatchObject({ captured: 30n, released: 70n, remaining: 0n });
    expect(transaction).toMatchObject({
      parentId: chain.transaction.id,
      rootId: chain.transaction.id,
      step: 1,
    });
  });

  test('that keeps it open takes back its own part only', () => {
    const { chain, accounts } = held();
    const command = capture(chain, { amount: 30n, keepOpen: true });
    const { transaction } = recorded(decideOn({ command, accounts, chain }));
    expect(transaction.entries.map((e) => [e.posted, e.pending])).toEqual([
      [30n, -30n],
      [30n, -30n],
    ]);
    expect(transaction.hold).toMatchObject({ captured: 30n, released: 0n, remaining: 70n });
  });

  test('of more than two entries takes each as it was held, keep_open or not', () => {
    const { chain, accounts } = held(three());
    const command = capture(chain, { keepOpen: true });
    const { transaction } = recorded(decideOn({ command, accounts, chain }));
    expect(transaction.entries.map((e) => [e.account, e.posted, e.pending])).toEqual([
      ['alice', 100n, -100n],
      ['bob', 70n, -70n],
      ['carol', 30n, -30n],
    ]);
    expect(transaction.hold).toMatchObject({ captured: 100n, released: 0n, remaining: 0n });
  });

  test('counts from no earlier than its hold, which may lie a little ahead', () => {
    const effectiveAt = '2026-11-21T10:04:00.000000Z';
    const { chain, accounts } = held(hold(100n, { effectiveAt }));
    const on = (more: Partial<CaptureHold>) => decideOn({ command: capture(chain, more), accounts, chain });
    expect(recorded(on({})).transaction).toMatchObject({ effectiveAt, recordedAt: now });
    expect(recorded(on({ effectiveAt })).transaction.effectiveAt).toBe(effectiveAt);
    const before = '2026-11-21T10:03:59.999999Z';
    expect(on({ effectiveAt: before })).toMatchObject({
      refusal: { code: 'VALIDATION_FAILED', fields: { errors: [{ path: 'effective_at' }] } },
    });
  });
});

describe.each([false, true])('the order of refusals of a hold, from/to: %p', (isTransfer) => {
  const faults: Fault<CreateHold>[] = [
    ['VALIDATION_FAILED', ({ command }) => (command.expiresAt = now)],
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
    ['AMOUNT_OVERFLOW', ({ accounts }) => (accounts[1]!.pendingCredits = MAX)],
  ];
  testOrder(() => ({ command: hold(100n, { isTransfer }), accounts: people() }), faults);

  test(`between two currencies it is ${isTransfer ? 'a mismatch' : 'unbalanced'}`, () => {
    const accounts = [rich(), account('bob', { currency: 'EUR' })];
    const code = isTransfer ? 'CURRENCY_MISMATCH' : 'UNBALANCED';
    expect(codeOf(run(hold(1n, { isTransfer }), ...accounts))).toBe(code);
  });
});

const closing: Fault<CaptureHold | VoidHold>[] = [
  ['VALIDATION_FAILED', ({ command }) => (command.effectiveAt = '2026-11-22T00:00:00.000000Z')],
  ['HOLD_NOT_FOUND', ({ command }) => (command.holdId = taken)],
  ['REFERENCE_ALREADY_USED', ({ command }) => (command.reference = 'used')],
  ['HOLD_EXPIRED', ({ chain }) => Object.assign(chain!.hold!, { remaining: 100n, expiresAt: now })],
  ['HOLD_NOT_OPEN', ({ chain }) => Object.assign(chain!.hold!, { remaining: 0n, released: 100n })],
];

describe('the order of refusals of a void', () => {
  const sound = () => {
    const { chain, accounts } = held();
    return { command: voiding(chain), accounts, chain };
  };
  testOrder<VoidHold>(sound, closing as Fault<VoidHold>[]);
});

describe('the order of refusals of a capture', () => {
  const sound = () => {
    const { chain, accounts } = held();
    return { command: capture(chain), accounts, chain };
  };
  testOrder<CaptureHold>(sound, [
    ...(closing.slice(0, 3) as Fault<CaptureHold>[]),
    ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[1]!.status = 'closed')],
    ...(closing.slice(3) as Fault<CaptureHold>[]),
    [
      'AMOUNT_NOT_APPLICABLE',
      ({ command, chain }) => {
        command.amount ??= 1n;
        chain!.transaction.entries.push(chain!.transaction.entries[0]!);
      },
    ],
    ['CAPTURE_EXCEEDS_HOLD', ({ command }) => (command.amount = 101n)],
    ['AMOUNT_OVERFLOW', ({ accounts }) => (accounts[1]!.postedDebits = accounts[1]!.postedCredits = MAX)],
  ]);

  test('a transaction that is no hold is no hold', () => {
    const { chain, accounts } = sound();
    const posting = { ...chain.transaction, kind: 'posting' as const, hold: null };
    const scene = { accounts, chain: { ...chain, transaction: posting, hold: null } };
    expect(codeOf(decideOn({ ...scene, command: capture(chain) }))).toBe('HOLD_NOT_FOUND');
    expect(codeOf(decideOn({ ...scene, command: voiding(chain) }))).toBe('HOLD_NOT_FOUND');
  });
});
