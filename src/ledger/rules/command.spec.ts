import { describe, expect, test } from '@jest/globals';
import { leg } from '../../../test/support/rules.js';
import { accountStatuses, accountTypes } from './account.js';
import { accountsOf, claimsOf, opensOf, targetOf, type Command } from './command.js';
import { holdStatuses, transactionKinds } from './record.js';

/** A command, the accounts it names, what it builds on, how many accounts it may open. */
type Named = [Command, string[], string | undefined, number];

const details = { id: 'tx', reference: 'ref' };
const entries = [leg('a', 'debit', 1n), leg('b', 'credit', 1n), leg('a', 'debit', 1n)];
const wallet = { account: 'w', amount: 1n, currency: 'BTC/8', walletReference: 'r' };
const settlement = 'wallet:settlement:BTC.8';

/** Those that record something of their own, under an id and a reference that the caller may choose. */
const claiming: Named[] = [
  [{ command: 'transaction', entries, ...details }, ['a', 'b', 'a'], undefined, 0],
  [{ command: 'transfer', from: 'a', to: 'b', amount: 1n, ...details }, ['a', 'b'], undefined, 0],
  [
    {
      ...{ command: 'transfer', from: 'a', amount: 2n, ...details },
      to: [
        { account: 'b', amount: 1n },
        { account: 'c', remaining: true },
      ],
    },
    ['a', 'b', 'c'],
    undefined,
    0,
  ],
  [{ command: 'hold', entries, isTransfer: false, ...details }, ['a', 'b', 'a'], undefined, 0],
  [{ command: 'capture', holdId: 'h', keepOpen: false, ...details }, [], 'h', 0],
  [{ command: 'void', holdId: 'h', ...details }, [], 'h', 0],
  [{ command: 'reverse', transactionId: 't', ...details }, [], 't', 0],
  [{ command: 'wallet_debit', ...wallet, ...details }, ['w', settlement], undefined, 1],
  [{ command: 'wallet_credit', ...wallet, ...details }, ['w', settlement], undefined, 1],
  [{ command: 'wallet_hold', ...wallet, ...details }, ['w', settlement], undefined, 1],
];

const others: Named[] = [
  [
    {
      ...{ command: 'open_account', id: 'a', type: 'asset', currency: 'USD' },
      ...{ minBalance: null, maxBalance: null, metadata: {} },
    },
    ['a'],
    undefined,
    1,
  ],
  [{ command: 'update_account', id: 'a' }, ['a'], undefined, 0],
  [{ command: 'set_status', id: 'a', status: 'frozen' }, ['a'], undefined, 0],
  [{ command: 'expire', holdId: 'h' }, [], 'h', 0],
  [{ command: 'annotate', transactionId: 't', metadata: {} }, [], 't', 0],
  [{ command: 'wallet_commit', holdId: 'h' }, [], 'h', 0],
  [{ command: 'wallet_rollback', holdId: 'h' }, [], 'h', 0],
];

describe('what is known of a command before its accounts are locked', () => {
  test.each([...claiming, ...others].map((named) => [named[0].command, named] as const))(
    '%s: which accounts it names, what it builds on, whether it may open an account',
    (_, [command, accounts, target, opens]) => {
      expect(accountsOf(command)).toEqual(accounts);
      expect(targetOf(command)).toBe(target);
      expect(opensOf(command)).toBe(opens);
    },
  );

  test.each(claiming)('%j claims its id and its reference', (command) => {
    expect(claimsOf(command)).toMatchObject(details);
  });

  test.each(others)('%j claims neither, whatever it is called', (command) => {
    expect(claimsOf({ ...command, reference: 'ref' } as Command)).toEqual({});
  });
});

test('the words of the contract', () => {
  expect(accountTypes).toEqual(['asset', 'liability', 'equity', 'revenue', 'expense']);
  expect(accountStatuses).toEqual(['open', 'frozen', 'closed']);
  expect(transactionKinds).toEqual(['posting', 'hold', 'capture', 'void', 'expiry', 'reversal']);
  expect(holdStatuses).toEqual(['pending', 'partially_captured', 'captured', 'voided', 'expired']);
});
