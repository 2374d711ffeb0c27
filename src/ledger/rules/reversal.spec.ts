import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  codeOf,
  decideOn,
  later,
  leg,
  MAX,
  now,
  outcomeOf,
  people,
  recorded,
  recordedBefore,
  taken,
  testOrder,
  type Fault,
} from '../../../test/support/rules.js';
import { extended, newChain } from '../journal/chains.js';
import type { Annotate, Command, PostTransaction, Reverse } from './command.js';
import type { Chain } from './record.js';

const pay = (amount: bigint): PostTransaction => ({
  command: 'transaction',
  entries: [leg('alice', 'debit', amount), leg('bob', 'credit', amount)],
});
const three: PostTransaction = {
  command: 'transaction',
  entries: [leg('alice', 'debit', 100n), leg('bob', 'credit', 70n), leg('carol', 'credit', 30n)],
};
const paid = (command: Command = pay(100n)) => recordedBefore({ command, accounts: people() });
const reverse = ({ transaction }: Chain, more: Partial<Reverse> = {}): Reverse => ({
  command: 'reverse',
  transactionId: transaction.id,
  ...more,
});

describe('a reversal', () => {
  test('has the mirror entries of all that is left', () => {
    const { chain, accounts } = paid(three);
    const { transaction } = recorded(decideOn({ command: reverse(chain), accounts, chain }));
    expect(transaction.entries.map((e) => [e.account, e.side, e.posted, e.pending])).toEqual([
      ['alice', 'credit', 100n, 0n],
      ['bob', 'debit', 70n, 0n],
      ['carol', 'debit', 30n, 0n],
    ]);
    const { id } = chain.transaction;
    expect(transaction).toMatchObject({ parentId: id, rootId: id, step: 1, reversed: 100n });
  });

  test('of a capture leads to its hold as the root, and posts only what was captured', () => {
    const entries = [leg('alice', 'debit', 100n), leg('bob', 'credit', 100n)];
    const held = paid({ command: 'hold', entries, isTransfer: false });
    const holdId = held.chain.transaction.id;
    const capture: Command = { command: 'capture', holdId, amount: 40n, keepOpen: false };
    const captured = recordedBefore({ ...held, command: capture });
    const original = { ...captured.chain, transaction: { ...captured.chain.transaction, id: taken } };
    const { transaction } = recorded(
      decideOn({ command: reverse(original), accounts: captured.accounts, chain: original }),
    );
    expect(transaction).toMatchObject({ parentId: taken, rootId: holdId, reversed: 40n, hold: null });
    expect(transaction.entries.map((e) => [e.side, e.posted, e.pending])).toEqual([
      ['credit', 40n, 0n],
      ['debit', 40n, 0n],
    ]);
  });

  test('part by part never passes the original, whatever the parts', () => {
    const part = fc.option(fc.bigInt({ min: 1n, max: 200n }), { nil: undefined });
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 500n }), fc.array(part, { maxLength: 12 }), (amount, parts) => {
        const first = recorded(decideOn({ command: pay(amount), accounts: people() }));
        let chain = newChain(first.transaction);
        let accounts = first.accounts;
        let sum = 0n;
        for (const wanted of parts) {
          const command = reverse(chain, { amount: wanted });
          const decision = decideOn({ command, accounts, chain });
          const fits = wanted === undefined ? sum < amount : sum + wanted <= amount;
          expect(codeOf(decision)).toBe(fits ? 'OK' : 'REVERSAL_EXCEEDS_ORIGINAL');
          if (!('transaction' in decision)) continue;
          chain = extended(chain, decision.transaction);
          accounts = decision.accounts;
          sum += wanted ?? amount - sum;
          expect(decision.transaction.reversed).toBe(sum);
          expect(accounts.find(({ id }) => id === 'bob')).toMatchObject({ postedDebits: sum });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('counts from no earlier than the original', () => {
    const effectiveAt = '2026-11-21T10:04:00.000000Z';
    const { chain, accounts } = paid({ ...pay(100n), effectiveAt });
    const on = (more: Partial<Reverse>) => decideOn({ command: reverse(chain, more), accounts, chain });
    expect(recorded(on({})).transaction.effectiveAt).toBe(effectiveAt);
    expect(codeOf(on({ effectiveAt: now }))).toBe('VALIDATION_FAILED');
  });

  test.each(['hold', 'void', 'expiry', 'reversal'] as const)('of a %s is refused', (kind) => {
    const { chain, accounts } = paid();
    const other = { ...chain, transaction: { ...chain.transaction, kind } };
    const decision = decideOn({ command: reverse(chain), accounts, chain: other });
    expect(decision).toMatchObject({ refusal: { code: 'NOT_REVERSIBLE', fields: { kind } } });
  });
});

describe('the order of refusals of a reversal', () => {
  const faults: Fault<Reverse>[] = [
    ['VALIDATION_FAILED', ({ command }) => (command.effectiveAt = '2026-11-22T00:00:00.000000Z')],
    ['TRANSACTION_NOT_FOUND', ({ command }) => (command.transactionId = taken)],
    ['REFERENCE_ALREADY_USED', ({ command }) => (command.reference = 'used')],
    ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[0]!.status = 'closed')],
    ['ACCOUNT_FROZEN', ({ accounts }) => (accounts[1]!.status = 'frozen')],
    ['NOT_REVERSIBLE', ({ chain }) => (chain!.transaction.kind = 'reversal')],
    [
      'AMOUNT_NOT_APPLICABLE',
      ({ command, chain }) => {
        command.amount ??= 1n;
        chain!.transaction.entries.push(chain!.transaction.entries[0]!);
      },
    ],
    ['REVERSAL_EXCEEDS_ORIGINAL', ({ command }) => (command.amount = 101n)],
    ['INSUFFICIENT_FUNDS', ({ accounts }) => (accounts[1]!.pendingDebits = 100n)],
    ['LIMIT_EXCEEDED', ({ accounts }) => (accounts[0]!.maxBalance = 0n)],
    [
      'AMOUNT_OVERFLOW',
      ({ accounts }) => Object.assign(accounts[0]!, { postedDebits: MAX, postedCredits: MAX }),
    ],
  ];
  const sound = () => {
    const { chain, accounts } = paid();
    return { command: reverse(chain), accounts, chain };
  };
  testOrder<Reverse>(sound, faults);

  test('when nothing is left: REVERSAL_EXCEEDS_ORIGINAL, with an amount or without', () => {
    for (const amount of [undefined, 1n]) {
      const { chain, accounts } = paid();
      const done = { ...chain, reversed: 100n };
      expect(codeOf(decideOn({ command: reverse(chain, { amount }), accounts, chain: done }))).toBe(
        'REVERSAL_EXCEEDS_ORIGINAL',
      );
    }
  });
});

describe('a change of metadata', () => {
  const annotate = (chain: Chain, metadata: object, more: Partial<Annotate> = {}): Annotate => ({
    command: 'annotate',
    transactionId: chain.transaction.id,
    metadata: { ...metadata },
    ...more,
  });
  const first = { ...pay(1n), metadata: { a: 1, b: { c: 1, d: 1 }, list: [1] } };

  test('is a merge patch on the newest, and the next revision', () => {
    const { chain, accounts } = paid(first);
    const command = annotate(chain, { a: null, b: { d: null, e: 2 }, list: [2, null] });
    const decision = decideOn({ command, accounts, chain: { ...chain, revision: 4 } });
    if (!('annotation' in decision)) throw new Error(outcomeOf(decision));
    const metadata = { b: { c: 1, e: 2 }, list: [2, null] };
    expect(decision.annotation).toMatchObject({ transactionId: chain.transaction.id, revision: 5, metadata });
    expect(decision.chain).toMatchObject({ revision: 5, metadata, transaction: chain.transaction });
  });

  test('that changes nothing is none', () => {
    const { chain, accounts } = paid(first);
    const same = { ...chain, metadata: first.metadata };
    for (const patch of [{}, { a: 1 }, { gone: null }, { b: { c: 1 } }]) {
      expect(outcomeOf(decideOn({ command: annotate(chain, patch), accounts, chain: same }))).toBe(
        'unchanged',
      );
    }
  });

  test('is never recorded before what its accounts last saw', () => {
    const { chain, accounts } = paid(first);
    accounts[1]!.recordedAt = later;
    const decision = decideOn({ command: annotate(chain, { n: 1 }), accounts, chain });
    expect(decision).toMatchObject({ annotation: { recordedAt: later } });
  });

  test.each(['frozen', 'closed'] as const)('does not ask whether an account is %s', (status) => {
    const { chain, accounts } = paid(first);
    accounts[0]!.status = status;
    expect(outcomeOf(decideOn({ command: annotate(chain, { n: 1 }), accounts, chain }))).toBe('annotated');
  });

  test('of more than 16 KiB or 8 levels in all is refused', () => {
    const { chain, accounts } = paid(first);
    const deep = JSON.parse(`${'{"a":'.repeat(8)}{}${'}'.repeat(8)}`) as object;
    for (const patch of [{ text: 'x'.repeat(16 * 1024) }, deep]) {
      const before = { ...chain, metadata: { kept: 1 } };
      expect(codeOf(decideOn({ command: annotate(chain, patch), accounts, chain: before }))).toBe(
        'VALIDATION_FAILED',
      );
    }
  });

  describe('the order of refusals', () => {
    const sound = () => {
      const { chain, accounts } = paid();
      return { command: annotate(chain, { n: 1 }), accounts, chain };
    };
    testOrder<Annotate>(sound, [
      ['TRANSACTION_NOT_FOUND', ({ command }) => (command.transactionId = taken)],
      ['REVISION_MISMATCH', ({ command }) => (command.ifRevisions = [2, 3])],
    ]);

    test('what the metadata would come to is judged last: it depends on what is there', () => {
      const { command, accounts, chain } = sound();
      Object.assign(command, { metadata: { text: 'x'.repeat(20_000) }, ifRevisions: [2] });
      expect(codeOf(decideOn({ command, accounts, chain }))).toBe('REVISION_MISMATCH');
    });
  });
});
