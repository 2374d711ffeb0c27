import { describe, expect, test } from '@jest/globals';
import {
  account,
  capture,
  decideOn,
  held,
  hold,
  later,
  leg,
  now,
  people,
  recordedBefore,
  rich,
  run,
  taken,
} from '../../../test/support/rules.js';
import type { Command, PostTransaction } from './command.js';
import type { Decision } from './decide.js';

// What a decision records, all of it: what is not said here is not there.

const id = '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21';
const effectiveAt = '2026-11-20T00:00:00.000000Z';
const asked = { principal: 'tester', idempotencyKey: 'k', trace: null };
/** A record that says nothing of itself, builds on nothing and is recorded now. */
const plain = {
  ...{ sequence: '7', id, ledger: 'main', rootId: null, parentId: null, step: null, reference: null },
  ...{ description: null, effectiveAt: now, recordedAt: now, metadata: null, hold: null, reversed: null },
  ...{ wallet: null, walletReference: null, ...asked },
};
const said = {
  id: taken.replace('7', '8'),
  reference: 'ref',
  description: 'why',
  effectiveAt,
  metadata: { a: 1 },
};
const pay: PostTransaction = {
  command: 'transaction',
  entries: [leg('alice', 'debit', 100n), leg('bob', 'credit', 100n)],
};
const of = (no: string, type = 'liability') => ({
  accountNo: no,
  account: no,
  accountType: type,
  currency: 'USD',
});
const none = {
  posted: 0n,
  pending: 0n,
  postedDebits: 0n,
  postedCredits: 0n,
  pendingDebits: 0n,
  pendingCredits: 0n,
};
const debited = {
  ...{ leg: 1, ...of('alice'), side: 'debit', version: 4, ...none, maxEffectiveAt: now },
  ...{ posted: 100n, postedDebits: 100n, postedCredits: 500n },
};
const credited = {
  ...{ leg: 2, ...of('bob'), side: 'credit', version: 1, ...none, maxEffectiveAt: now },
  ...{ posted: 100n, postedCredits: 100n },
};

const transactionOf = (decision: Decision) => 'transaction' in decision && decision.transaction;

describe('a record', () => {
  test('of a posting, and of its accounts after it', () => {
    const accounts = people();
    const [alice, bob] = accounts;
    expect(run(pay, ...accounts)).toEqual({
      transaction: { ...plain, kind: 'posting', entries: [debited, credited] },
      accounts: [
        { ...alice, version: 4, sequence: '7', postedDebits: 100n, maxEffectiveAt: now, recordedAt: now },
        { ...bob, version: 1, sequence: '7', postedCredits: 100n, maxEffectiveAt: now, recordedAt: now },
      ],
    });
  });

  test('with all that a command may say of it', () => {
    const dated = [debited, credited].map((entry) => ({ ...entry, maxEffectiveAt: effectiveAt }));
    expect(transactionOf(run({ ...pay, ...said }, ...people()))).toEqual({
      ...{ ...plain, ...said, kind: 'posting', entries: dated },
    });
  });

  test('keeps no empty metadata', () => {
    expect(transactionOf(run({ ...pay, metadata: {} }, ...people()))).toMatchObject({ metadata: null });
  });

  test('of a hold', () => {
    expect(transactionOf(run({ ...hold(100n), id: said.id }, ...people()))).toEqual({
      ...{ ...plain, id: said.id, kind: 'hold' },
      hold: { id: said.id, amount: 100n, captured: 0n, released: 0n, remaining: 100n, expiresAt: null },
      entries: [
        { ...debited, posted: 0n, pending: 100n, postedDebits: 0n, pendingDebits: 100n },
        { ...credited, posted: 0n, pending: 100n, postedCredits: 0n, pendingCredits: 100n },
      ],
    });
  });

  test('of a part that is captured, of its hold as it is then', () => {
    const { chain, accounts } = held();
    const command = capture(chain, { amount: 30n, keepOpen: true });
    expect(transactionOf(decideOn({ command, accounts, chain }))).toEqual({
      ...{ ...plain, kind: 'capture', rootId: id, parentId: id, step: 1 },
      hold: { id, amount: 100n, captured: 30n, released: 0n, remaining: 70n, expiresAt: null },
      entries: [
        { ...debited, version: 5, posted: 30n, pending: -30n, postedDebits: 30n, pendingDebits: 70n },
        { ...credited, version: 2, posted: 30n, pending: -30n, postedCredits: 30n, pendingCredits: 70n },
      ],
    });
  });

  test('of an expiry, by nobody’s words', () => {
    const { chain, accounts } = held(hold(100n, { expiresAt: later }));
    const command: Command = { command: 'expire', holdId: id };
    const at = '2026-11-21T11:00:00.000000Z';
    expect(transactionOf(decideOn({ command, accounts, chain, now: at }))).toEqual({
      ...{ ...plain, kind: 'expiry', rootId: id, parentId: id, step: 1, effectiveAt: at, recordedAt: at },
      hold: { id, amount: 100n, captured: 0n, released: 100n, remaining: 0n, expiresAt: later },
      entries: [
        { ...debited, version: 5, posted: 0n, pending: -100n, postedDebits: 0n, maxEffectiveAt: at },
        { ...credited, version: 2, posted: 0n, pending: -100n, postedCredits: 0n, maxEffectiveAt: at },
      ],
    });
  });

  test('of a part that is reversed', () => {
    const { chain, accounts } = recordedBefore({ command: pay, accounts: people() });
    const command: Command = { command: 'reverse', transactionId: id, amount: 30n };
    const done = { ...chain, steps: 2, reversed: 50n };
    expect(transactionOf(decideOn({ command, accounts, chain: done }))).toEqual({
      ...{ ...plain, kind: 'reversal', rootId: id, parentId: id, step: 3, reversed: 80n },
      entries: [
        { ...debited, side: 'credit', version: 5, posted: 30n, postedCredits: 530n },
        { ...credited, side: 'debit', version: 2, posted: 30n, postedDebits: 30n },
      ],
    });
  });

  test('of a change of metadata, and of its transaction after it', () => {
    const { chain, accounts } = recordedBefore({ command: pay, accounts: people() });
    const command: Command = { command: 'annotate', transactionId: id, metadata: { a: 1 } };
    expect(decideOn({ command, accounts, chain })).toEqual({
      chain: { ...chain, metadata: { a: 1 }, revision: 2 },
      annotation: {
        ...{ sequence: '7', id, ledger: 'main', ...asked, metadata: { a: 1 }, transactionId: id, rootId: id },
        ...{ kind: 'posting', revision: 2, recordedAt: now },
      },
    });
  });

  test('of an account that is opened, and of a change of it', () => {
    const fields = {
      type: 'asset',
      currency: 'EUR',
      minBalance: -5n,
      maxBalance: 7n,
      metadata: { a: 1 },
    } as const;
    const opened = {
      ...{ no: '9', ledger: 'main', id: 'new', ...fields, status: 'open', revision: 1, openedAt: now },
      ...{
        version: 0,
        sequence: '0',
        postedDebits: 0n,
        postedCredits: 0n,
        pendingDebits: 0n,
        pendingCredits: 0n,
      },
      ...{ maxEffectiveAt: null, recordedAt: null },
    };
    const change = { sequence: '7', id, recordedAt: now, ...asked };
    expect(run({ command: 'open_account', id: 'new', ...fields })).toEqual({
      change: { ...change, kind: 'opened', account: opened },
    });
    const before = rich();
    expect(run({ command: 'update_account', id: 'alice', maxBalance: 9n }, before)).toEqual({
      change: { ...change, kind: 'updated', account: { ...before, maxBalance: 9n, revision: 2 } },
    });
  });

  test('of a wallet’s first hold, with the settlement account that is opened for it', () => {
    const command: Command = {
      ...{ command: 'wallet_hold', account: 'alice', amount: 100n, currency: 'USD' },
      ...{ reference: 'wallet:r', walletReference: 'r' },
    };
    const settlement = {
      ...{ no: '9', ledger: 'main', id: 'wallet:settlement:USD', type: 'asset', currency: 'USD' },
      ...{ minBalance: null, maxBalance: null, status: 'open', metadata: {}, revision: 1, openedAt: now },
      ...{
        version: 0,
        sequence: '0',
        postedDebits: 0n,
        postedCredits: 0n,
        pendingDebits: 0n,
        pendingCredits: 0n,
      },
      ...{ maxEffectiveAt: null, recordedAt: null },
    };
    const moved = { sequence: '7', maxEffectiveAt: now, recordedAt: now };
    expect(run(command, rich(), account('bob'))).toEqual({
      transaction: {
        ...{ ...plain, kind: 'hold', reference: 'wallet:r', wallet: 'hold', walletReference: 'r' },
        hold: { id, amount: 100n, captured: 0n, released: 0n, remaining: 100n, expiresAt: null },
        entries: [
          { ...debited, posted: 0n, pending: 100n, postedDebits: 0n, pendingDebits: 100n },
          {
            ...{ ...credited, ...of('9', 'asset'), account: settlement.id },
            ...{ posted: 0n, pending: 100n, postedCredits: 0n, pendingCredits: 100n },
          },
        ],
      },
      accounts: [
        { ...rich(), ...moved, version: 4, pendingDebits: 100n },
        { ...settlement, ...moved, version: 1, pendingCredits: 100n },
      ],
      opened: {
        ...{ sequence: '6', id: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a20', kind: 'opened', recordedAt: now },
        ...{ account: settlement, ...asked },
      },
    });
  });

  test('of a wallet’s hold that is committed in part', () => {
    const { chain, accounts } = held();
    const command: Command = { command: 'wallet_commit', holdId: id, amount: 30n };
    const ofHold = { ...chain, transaction: { ...chain.transaction, reference: 'ref' } };
    expect(transactionOf(decideOn({ command, accounts, chain: ofHold }))).toMatchObject({
      ...{ kind: 'capture', wallet: 'commit', walletReference: 'ref', reference: null },
      hold: { captured: 30n, released: 70n, remaining: 0n },
    });
  });
});
