import { describe, expect, test } from '@jest/globals';
import {
  account,
  codeOf,
  decideOn,
  leg,
  MAX,
  now,
  recorded,
  recordedBefore,
  rich,
  run,
  taken,
  testOrder,
  type Fault,
} from '../../../test/support/rules.js';
import type { Account } from './account.js';
import type { Command, CreateHold, WalletClose, WalletMove } from './command.js';
import { settlementOf } from './command.js';
import type { Chain } from './record.js';
import { walletEntry } from './wallet.js';

type Move = WalletMove['command'];

const move = (command: Move, amount = 100n, more: Partial<WalletMove> = {}): WalletMove => ({
  ...{ command, account: 'alice', amount, currency: 'USD' },
  ...{ reference: 'wallet:x:ord_1', walletReference: 'ord_1', ...more },
});
const settlement = (over: Partial<Account> = {}) =>
  account('wallet:settlement:USD', { type: 'asset', minBalance: null, ...over });
const both = () => [rich(), settlement()];
const close = (command: WalletClose['command'], { transaction }: Chain, more: Partial<WalletClose> = {}) =>
  ({ command, holdId: transaction.id, ...more }) as WalletClose;
const held = (accounts = both()) => recordedBefore({ command: move('wallet_hold'), accounts });

describe('the settlement account', () => {
  test.each([
    ['USD', 'wallet:settlement:USD'],
    ['POINTS/0', 'wallet:settlement:POINTS.0'],
    ['ABCDEFGHIJKL/18', 'wallet:settlement:ABCDEFGHIJKL.18'],
  ])('of %s is %s', (currency, id) => {
    expect(settlementOf(currency)).toBe(id);
    expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/);
  });

  test('is opened on first use, with the lesser sequence, an unbounded asset at revision 1', () => {
    const decision = run(move('wallet_credit'), account('alice'));
    expect(decision).toMatchObject({
      transaction: { sequence: '7' },
      opened: {
        ...{ sequence: '6', kind: 'opened', recordedAt: now, principal: 'tester' },
        account: {
          ...{ id: 'wallet:settlement:USD', no: '9', type: 'asset', currency: 'USD', status: 'open' },
          ...{ minBalance: null, maxBalance: null, revision: 1, version: 0, metadata: {} },
        },
      },
    });
    expect('opened' in run(move('wallet_credit'), account('alice'), settlement())).toBe(false);
  });

  test('is not opened by what is refused', () => {
    expect(Object.keys(run(move('wallet_debit', 501n), rich()))).toEqual(['refusal']);
  });

  test('is no wallet itself', () => {
    const asset = settlement();
    expect(codeOf(run(move('wallet_debit', 1n, { account: asset.id }), asset))).toBe('NOT_A_WALLET');
    // Were it opened as a liability by somebody, both sides would be one account.
    const own = settlement({ type: 'liability' });
    for (const command of ['wallet_debit', 'wallet_credit', 'wallet_hold'] as const) {
      expect(codeOf(run(move(command, 1n, { account: own.id }), own))).toBe('NOT_A_WALLET');
    }
  });
});

describe('a wallet', () => {
  test.each<[Move, string, [string, string, bigint, bigint][]]>([
    [
      'wallet_debit',
      'debit',
      [
        ['alice', 'debit', 100n, 0n],
        ['wallet:settlement:USD', 'credit', 100n, 0n],
      ],
    ],
    [
      'wallet_credit',
      'credit',
      [
        ['wallet:settlement:USD', 'debit', 100n, 0n],
        ['alice', 'credit', 100n, 0n],
      ],
    ],
    [
      'wallet_hold',
      'hold',
      [
        ['alice', 'debit', 0n, 100n],
        ['wallet:settlement:USD', 'credit', 0n, 100n],
      ],
    ],
  ])('%s', (command, wallet, legs) => {
    const { transaction } = recorded(run(move(command), ...both()));
    expect(transaction.entries.map((e) => [e.account, e.side, e.posted, e.pending])).toEqual(legs);
    expect(transaction).toMatchObject({ wallet, walletReference: 'ord_1', reference: 'wallet:x:ord_1' });
    expect(walletEntry(transaction).account).toBe('alice');
  });

  test('commits all of a hold or a part, the rest is released; or rolls it back', () => {
    const { chain, accounts } = held();
    const on = (command: WalletClose) => recorded(decideOn({ command, accounts, chain })).transaction;
    const moved = ({ entries }: { entries: { posted: bigint; pending: bigint }[] }) =>
      entries.map((e) => [e.posted, e.pending]);
    expect(moved(on(close('wallet_commit', chain)))).toEqual(Array(2).fill([100n, -100n]));
    const part = on(close('wallet_commit', chain, { amount: 40n, currency: 'USD' }));
    expect(moved(part)).toEqual(Array(2).fill([40n, -100n]));
    expect(part.hold).toMatchObject({ captured: 40n, released: 60n, remaining: 0n });
    expect(moved(on(close('wallet_rollback', chain)))).toEqual(Array(2).fill([0n, -100n]));
    expect(part).toMatchObject({ wallet: 'commit', walletReference: 'ord_1', reference: null });
  });

  test('takes a hold that others made too, under its reference', () => {
    const command: CreateHold = {
      ...{ command: 'hold', isTransfer: true, reference: 'ours' },
      entries: [leg('alice', 'debit', 9n), leg('bob', 'credit', 9n)],
    };
    const { chain, accounts } = recordedBefore({ command, accounts: [rich(), account('bob')] });
    const { transaction } = recorded(decideOn({ command: close('wallet_commit', chain), accounts, chain }));
    expect(transaction).toMatchObject({ kind: 'capture', wallet: 'commit', walletReference: 'ours' });
    expect(walletEntry(transaction).account).toBe('alice');
  });

  const notAWallet: [string, Command][] = [
    [
      'an asset',
      { command: 'hold', isTransfer: true, entries: [leg('till', 'debit', 9n), leg('alice', 'credit', 9n)] },
    ],
    [
      'several at once',
      {
        ...{ command: 'hold', isTransfer: false },
        entries: [leg('alice', 'debit', 9n), leg('till', 'credit', 4n), leg('till', 'credit', 5n)],
      },
    ],
  ];
  test.each(notAWallet)('does not close a hold on %s', (_, command) => {
    const till = account('till', { type: 'asset', postedDebits: 100n });
    const { chain, accounts } = recordedBefore({ command, accounts: [rich(), till] });
    for (const name of ['wallet_commit', 'wallet_rollback'] as const) {
      expect(codeOf(decideOn({ command: close(name, chain), accounts, chain }))).toBe('NOT_A_WALLET');
    }
  });
});

const overflow: Fault<WalletMove> = [
  'AMOUNT_OVERFLOW',
  ({ accounts, command }) => {
    const [alice] = accounts;
    if (command.command === 'wallet_hold') alice!.pendingCredits = alice!.pendingDebits = MAX;
    // Rises on both sides alike, so that what is there stays as it is.
    const more = MAX - alice!.postedCredits;
    alice!.postedDebits += more;
    alice!.postedCredits += more;
    if (command.command === 'wallet_hold') alice!.minBalance = null;
  },
];
const poor: Fault<WalletMove> = ['INSUFFICIENT_FUNDS', ({ accounts }) => (accounts[0]!.minBalance = 500n)];
const full: Fault<WalletMove> = ['LIMIT_EXCEEDED', ({ accounts }) => (accounts[0]!.maxBalance = 500n)];

describe.each<[Move, Fault<WalletMove>[]]>([
  ['wallet_debit', [poor, ['AMOUNT_OVERFLOW', ({ accounts }) => (accounts[1]!.postedCredits = MAX)]]],
  ['wallet_credit', [full, overflow]],
  ['wallet_hold', [poor, overflow]],
])('the order of refusals of %s', (command, last) => {
  testOrder<WalletMove>(
    () => ({ command: move(command), accounts: both() }),
    [
      ['REFERENCE_ALREADY_USED', (scene) => (scene.command.reference = 'used')],
      ['UNKNOWN_ACCOUNT', (scene) => (scene.command.account = 'nobody')],
      ['NOT_A_WALLET', ({ accounts }) => (accounts[0]!.type = 'equity')],
      ['CURRENCY_MISMATCH', ({ accounts }) => (accounts[0]!.currency = 'EUR')],
      ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[1]!.status = 'closed')],
      ['ACCOUNT_FROZEN', ({ accounts }) => (accounts[0]!.status = 'frozen')],
      ...last,
    ],
  );
});

describe('the order of refusals of closing a hold', () => {
  const sound = (command: WalletClose['command']) => () => {
    const { chain, accounts } = held();
    return { command: close(command, chain), accounts, chain };
  };
  const found: Fault<WalletClose>[] = [
    ['HOLD_NOT_FOUND', ({ command }) => (command.holdId = taken)],
    ['NOT_A_WALLET', ({ chain }) => (chain!.transaction.entries[0]!.accountType = 'asset')],
  ];
  const open: Fault<WalletClose>[] = [
    ['HOLD_EXPIRED', ({ chain }) => Object.assign(chain!.hold!, { remaining: 100n, expiresAt: now })],
    ['HOLD_NOT_OPEN', ({ chain }) => Object.assign(chain!.hold!, { remaining: 0n, released: 100n })],
  ];

  describe('wallet_rollback', () => testOrder<WalletClose>(sound('wallet_rollback'), [...found, ...open]));

  describe('wallet_commit', () =>
    testOrder<WalletClose>(sound('wallet_commit'), [
      ...found,
      ['CURRENCY_MISMATCH', ({ command }) => Object.assign(command, { amount: 1n, currency: 'EUR' })],
      ['ACCOUNT_CLOSED', ({ accounts }) => (accounts[1]!.status = 'closed')],
      ...open,
      ['CAPTURE_EXCEEDS_HOLD', ({ command }) => (command.amount = 101n)],
      ['AMOUNT_OVERFLOW', ({ accounts }) => (accounts[1]!.postedCredits = MAX)],
    ]));
});
