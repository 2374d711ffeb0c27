import { expect, test } from '@jest/globals';
import { precedence } from '../../src/ledger/errors.js';
import { newChain } from '../../src/ledger/journal/chains.js';
import type { Account } from '../../src/ledger/rules/account.js';
import type { CaptureHold, Command, CreateHold, Leg, VoidHold } from '../../src/ledger/rules/command.js';
import { decide, type Decision, type Draw, type World } from '../../src/ledger/rules/decide.js';
import type { Chain, Transaction } from '../../src/ledger/rules/record.js';
import type { RefusalCode } from '../../src/ledger/rules/refusal.js';

/** What decisions are tried on, without a database. Everything a decision sees is frozen: writing to it throws. */

export const now = '2026-11-21T10:00:00.000000Z';
export const past = '2026-11-21T09:59:59.999999Z';
export const later = '2026-11-21T10:00:00.000001Z';
/** The id of a transaction that is there; its reference is `used`. */
export const taken = '7d444840-9dc0-11d1-b245-5ffdce74fad2';
export const MAX = 10n ** 38n - 1n;

export function account(id: string, over: Partial<Account> = {}): Account {
  return {
    ...{ no: id, ledger: 'main', id, type: 'liability', currency: 'USD', minBalance: 0n, maxBalance: null },
    ...{ status: 'open', metadata: {}, revision: 1, openedAt: now, version: 0 },
    ...{ postedDebits: 0n, postedCredits: 0n, pendingDebits: 0n, pendingCredits: 0n },
    ...{ maxEffectiveAt: null, recordedAt: null },
    ...over,
  } as Account;
}

/** An account with 500 in it. */
export const rich = (over: Partial<Account> = {}) =>
  account('alice', { postedCredits: 500n, version: 3, ...over });

export const leg = (id: string, side: Leg['side'], amount: bigint, more: Partial<Leg> = {}): Leg => ({
  account: id,
  side,
  amount,
  ...more,
});

const draw: Draw = {
  ...{ ledger: 'main', sequence: '7', id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21' },
  opening: { accountNo: '9', sequence: '6', id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a20' },
  ...{ principal: 'tester', idempotencyKey: 'k', trace: null },
};

export interface Scene<C extends Command = Command> {
  command: C;
  accounts: Account[];
  /** What the command builds on. */
  chain?: Chain;
  now?: string;
}

function world({ accounts, chain, now: time = now }: Scene): World {
  return {
    now: time,
    account: (id) => accounts.find((candidate) => candidate.id === id),
    isTransactionId: (id) => id === taken,
    transactionReferred: (reference) => (reference === 'used' ? taken : undefined),
    chain: (id) => (chain?.transaction.id === id ? chain : undefined),
  };
}

export function decideOn(scene: Scene): Decision {
  deepFreeze(scene);
  return decide(scene.command, world(scene), draw);
}

export const run = (command: Command, ...accounts: Account[]) => decideOn({ command, accounts });

export const codeOf = (decision: Decision) => ('refusal' in decision ? decision.refusal.code : 'OK');

/** What was recorded; a refusal fails the test. */
export function recorded(decision: Decision): { transaction: Transaction; accounts: Account[] } {
  if (!('transaction' in decision)) throw new Error(`not recorded: ${codeOf(decision)}`);
  return decision;
}

/** The outcome in a word: a code, the kind of what was recorded or changed, `unchanged`, `nothing`. */
export function outcomeOf(decision: Decision): string {
  if ('refusal' in decision) return decision.refusal.code;
  if ('transaction' in decision) return decision.transaction.kind;
  if ('change' in decision) return decision.change.kind;
  if ('annotation' in decision) return 'annotated';
  return 'nothing' in decision ? 'nothing' : 'unchanged';
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}

/** Makes a scene wrong in one more way. */
export type Fault<C extends Command = Command> = [RefusalCode, (scene: Scene<C>) => void];

/**
 * Tests that each fault wins over all that follow it, two at a time, and that the list is in the contract's order.
 * The fault that must win is brought in last, so that it has the last word where two touch the same thing.
 */
export function testOrder<C extends Command>(sound: () => Scene<C>, faults: Fault<C>[]): void {
  test('nothing is wrong with it before', () => {
    expect(codeOf(decideOn(sound()))).toBe('OK');
  });

  test('is that of the contract', () => {
    const order = faults.map(([code]) => precedence.indexOf(code));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test.each(faults.map(([code], index) => [code, index] as const))(
    '%s before all that follow',
    (code, index) => {
      for (const [other, bring] of faults.slice(index)) {
        const scene = sound();
        bring(scene);
        faults[index]![1](scene);
        expect([`with ${other}`, codeOf(decideOn(scene))]).toEqual([`with ${other}`, code]);
      }
    },
  );
}

/** Something recorded and what it left of its accounts, to build on. */
export function recordedBefore(scene: Scene): { chain: Chain; accounts: Account[] } {
  const { transaction, accounts: moved } = recorded(decideOn(scene));
  const accounts = scene.accounts.map((before) => moved.find(({ id }) => id === before.id) ?? before);
  // Copies, for tests to make wrong.
  return structuredClone({ chain: newChain(transaction), accounts });
}

export const hold = (amount: bigint, more: Partial<CreateHold> = {}): CreateHold => ({
  command: 'hold',
  entries: [leg('alice', 'debit', amount), leg('bob', 'credit', amount)],
  isTransfer: false,
  ...more,
});

export const people = () => [rich(), account('bob'), account('carol')];

/** A hold that was made. */
export const held = (command = hold(100n)) => recordedBefore({ command, accounts: people() });

export const capture = ({ transaction }: Chain, more: Partial<CaptureHold> = {}): CaptureHold => ({
  command: 'capture',
  holdId: transaction.id,
  keepOpen: false,
  ...more,
});

export const voiding = ({ transaction }: Chain): VoidHold => ({ command: 'void', holdId: transaction.id });

/** Each account's posted debits and credits, pending debits and credits. */
export const totals = (accounts: Account[]) =>
  accounts.map((a) => [a.id, a.postedDebits, a.postedCredits, a.pendingDebits, a.pendingCredits]);
