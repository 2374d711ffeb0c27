import { describe, expect, test } from '@jest/globals';
import { account, outcomeOf, run, testOrder, type Fault } from '../../../test/support/rules.js';
import type { Account } from './account.js';
import type { Command, OpenAccount, SetStatus, UpdateAccount } from './command.js';

const status = (to: 'open' | 'frozen' | 'closed'): SetStatus => ({
  command: 'set_status',
  id: 'a',
  status: to,
});
const update = (more: Partial<UpdateAccount> = {}): UpdateAccount => ({
  command: 'update_account',
  id: 'a',
  ...more,
});
const open = (id: string): OpenAccount => ({
  ...{ command: 'open_account', id, type: 'asset', currency: 'USD', minBalance: null, maxBalance: 5n },
  metadata: { a: 1 },
});
const empty = () => account('a');
const full = () => account('a', { postedCredits: 1n });

describe('an account', () => {
  test.each<[string, Command, Account, string]>([
    ['frozen', status('frozen'), full(), 'frozen'],
    ['frozen again', status('frozen'), account('a', { status: 'frozen' }), 'unchanged'],
    ['unfrozen', status('open'), account('a', { status: 'frozen' }), 'unfrozen'],
    ['unfrozen when open', status('open'), empty(), 'unchanged'],
    ['closed at zero', status('closed'), empty(), 'closed'],
    [
      'closed at zero after much',
      status('closed'),
      account('a', { postedCredits: 7n, postedDebits: 7n }),
      'closed',
    ],
    ['closed while frozen', status('closed'), account('a', { status: 'frozen' }), 'closed'],
    ['closed again', status('closed'), account('a', { status: 'closed' }), 'unchanged'],
    ['closed with money in it', status('closed'), full(), 'ACCOUNT_NOT_EMPTY'],
    ['closed overdrawn', status('closed'), account('a', { postedDebits: 1n }), 'ACCOUNT_NOT_EMPTY'],
    [
      'closed with an incoming hold',
      status('closed'),
      account('a', { pendingCredits: 1n }),
      'ACCOUNT_NOT_EMPTY',
    ],
    [
      'closed with an outgoing hold',
      status('closed'),
      account('a', { pendingDebits: 1n }),
      'ACCOUNT_NOT_EMPTY',
    ],
    ['frozen when closed', status('frozen'), account('a', { status: 'closed' }), 'ACCOUNT_CLOSED'],
    ['unfrozen when closed', status('open'), account('a', { status: 'closed' }), 'ACCOUNT_CLOSED'],
    ['patched', update({ metadata: { k: 1 } }), empty(), 'updated'],
    ['patched while frozen', update({ metadata: { k: 1 } }), account('a', { status: 'frozen' }), 'updated'],
    ['patched with what it has', update({ minBalance: 0n }), empty(), 'unchanged'],
    ['given a minimum above what it has', update({ minBalance: 100n }), full(), 'updated'],
    ['given a maximum below what it has', update({ minBalance: null, maxBalance: 0n }), full(), 'updated'],
    ['patched at its revision', update({ ifRevisions: [2, 1], maxBalance: 1n }), empty(), 'updated'],
    ['patched at another revision', update({ ifRevisions: [2, 11] }), empty(), 'REVISION_MISMATCH'],
    ['patched at none', update({ ifRevisions: [] }), empty(), 'REVISION_MISMATCH'],
    ['patched when closed', update(), account('a', { status: 'closed' }), 'ACCOUNT_CLOSED'],
    ['given limits that cross', update({ maxBalance: -1n }), empty(), 'VALIDATION_FAILED'],
    ['that is not there', { ...status('frozen'), id: 'nobody' }, empty(), 'ACCOUNT_NOT_FOUND'],
    ['opened', open('b'), empty(), 'opened'],
    ['opened again', open('a'), empty(), 'ALREADY_EXISTS'],
    ['opened again when closed', open('a'), account('a', { status: 'closed' }), 'ALREADY_EXISTS'],
  ])('%s', (_, command, state, outcome) => {
    expect(outcomeOf(run(command, state))).toBe(outcome);
  });

  test('as it is opened: nothing in it, revision 1', () => {
    expect(run(open('b'))).toMatchObject({
      change: {
        ...{ kind: 'opened', sequence: '7', recordedAt: '2026-11-21T10:00:00.000000Z' },
        account: {
          id: 'b',
          no: '9',
          minBalance: null,
          maxBalance: 5n,
          revision: 1,
          version: 0,
          status: 'open',
        },
      },
    });
  });

  test('each change is the next revision', () => {
    for (const command of [status('frozen'), update({ minBalance: null })]) {
      expect(run(command, account('a', { revision: 6 }))).toMatchObject({
        change: { account: { revision: 7 } },
      });
    }
  });

  test('a merge patch removes by null, merges objects and replaces the rest', () => {
    const patch = { a: null, b: { d: 2, e: null }, list: [2] };
    const before = account('a', { metadata: { a: 1, b: { c: 1, e: 1 }, list: [1, 1], kept: true } });
    const decision = run(update({ metadata: patch }), before);
    expect('change' in decision && decision.change.account.metadata).toEqual({
      b: { c: 1, d: 2 },
      list: [2],
      kept: true,
    });
  });
});

describe('the order of refusals', () => {
  describe('of a patch', () => {
    const faults: Fault<UpdateAccount>[] = [
      ['ACCOUNT_NOT_FOUND', ({ command }) => (command.id = 'nobody')],
      ['REVISION_MISMATCH', ({ command }) => (command.ifRevisions = [9])],
      ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[0]!.status = 'closed')],
    ];
    testOrder(() => ({ command: update({ maxBalance: 1n }), accounts: [empty()] }), faults);

    test('what it would come to is judged last: that depends on what is there', () => {
      const crossing = update({ maxBalance: -1n, ifRevisions: [9] });
      expect(outcomeOf(run(crossing, empty()))).toBe('REVISION_MISMATCH');
      expect(outcomeOf(run(update({ maxBalance: -1n }), account('a', { status: 'closed' })))).toBe(
        'ACCOUNT_CLOSED',
      );
    });
  });

  describe('of a freeze', () => {
    testOrder<SetStatus>(
      () => ({ command: status('frozen'), accounts: [empty()] }),
      [
        ['ACCOUNT_NOT_FOUND', ({ command }) => (command.id = 'nobody')],
        ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[0]!.status = 'closed')],
      ],
    );
  });

  describe('of a close', () => {
    testOrder<SetStatus>(
      () => ({ command: status('closed'), accounts: [empty()] }),
      [
        ['ACCOUNT_NOT_FOUND', ({ command }) => (command.id = 'nobody')],
        ['ACCOUNT_NOT_EMPTY', ({ accounts }) => (accounts[0]!.pendingDebits = 1n)],
      ],
    );
  });
});
