import { describe, expect, test } from '@jest/globals';
import {
  account,
  capture,
  decideOn,
  held,
  hold,
  later,
  leg,
  outcomeOf,
  people,
  recordedBefore,
  rich,
  voiding,
  type Scene,
} from '../../../test/support/rules.js';
import type { AccountStatus } from './account.js';
import type { Command, PostTransaction } from './command.js';
import { matrix } from './matrix.js';
import { transactionKinds, type TransactionKind } from './record.js';

const posting: PostTransaction = {
  command: 'transaction',
  entries: [leg('alice', 'debit', 100n), leg('bob', 'credit', 100n)],
};
const wallet = { account: 'alice', amount: 1n, currency: 'USD', reference: 'r', walletReference: 'w' };

const onHold = (command: (chain: ReturnType<typeof held>['chain']) => Command, expiresAt?: string) => {
  const before = held(hold(100n, { expiresAt }));
  return { ...before, command: command(before.chain) };
};
const onPosting = (command: (transactionId: string) => Command) => {
  const before = recordedBefore({ command: posting, accounts: people() });
  return { ...before, command: command(before.chain.transaction.id) };
};
const plain = (command: Command): Scene => ({ command, accounts: people() });

/** Each command where nothing is in its way, and what it comes to. */
const commands: Record<Command['command'], [() => Scene, string]> = {
  open_account: [
    () =>
      plain({
        ...{ command: 'open_account', id: 'new', type: 'asset', currency: 'USD' },
        ...{ minBalance: null, maxBalance: null, metadata: {} },
      }),
    'opened',
  ],
  update_account: [
    () =>
      plain({ command: 'update_account', id: 'alice', metadata: { deep: { er: [1] } }, minBalance: null }),
    'updated',
  ],
  set_status: [() => plain({ command: 'set_status', id: 'alice', status: 'frozen' }), 'frozen'],
  transaction: [() => plain(structuredClone(posting)), 'posting'],
  transfer: [
    () =>
      plain({
        ...{ command: 'transfer', from: 'alice', amount: 900n, upTo: true },
        to: [
          { account: 'bob', share: 3n * 10n ** 11n },
          { account: 'carol', remaining: true },
        ],
      }),
    'posting',
  ],
  hold: [() => plain(hold(100n, { expiresIn: 5 })), 'hold'],
  capture: [() => onHold((chain) => capture(chain, { amount: 1n, keepOpen: true })), 'capture'],
  void: [() => onHold(voiding), 'void'],
  expire: [
    () => ({
      ...onHold(({ transaction }) => ({ command: 'expire', holdId: transaction.id }), later),
      now: later,
    }),
    'expiry',
  ],
  reverse: [
    () => onPosting((transactionId) => ({ command: 'reverse', transactionId, amount: 7n })),
    'reversal',
  ],
  annotate: [
    () => onPosting((transactionId) => ({ command: 'annotate', transactionId, metadata: { a: { b: 1 } } })),
    'annotated',
  ],
  wallet_debit: [() => plain({ command: 'wallet_debit', ...wallet }), 'posting'],
  wallet_credit: [() => plain({ command: 'wallet_credit', ...wallet }), 'posting'],
  wallet_hold: [() => plain({ command: 'wallet_hold', ...wallet }), 'hold'],
  wallet_commit: [
    () => onHold(({ transaction }) => ({ command: 'wallet_commit', holdId: transaction.id })),
    'capture',
  ],
  wallet_rollback: [
    () => onHold(({ transaction }) => ({ command: 'wallet_rollback', holdId: transaction.id })),
    'void',
  ],
};

describe.each(Object.entries(commands))('%s', (_, [scene, outcome]) => {
  // decideOn freezes all that a decision may look at: a write would throw.
  test(`is decided (${outcome}) without writing to what it looks at, and the same again`, () => {
    const first = decideOn(scene());
    expect(outcomeOf(first)).toBe(outcome);
    expect(decideOn(scene())).toEqual(first);
    const same = scene();
    decideOn(same);
    expect(decideOn(same)).toEqual(first);
  });
});

const scenes: Record<TransactionKind, () => Scene> = {
  posting: commands.transaction[0],
  hold: commands.hold[0],
  capture: () => onHold((chain) => capture(chain)),
  void: commands.void[0],
  expiry: commands.expire[0],
  reversal: () => onPosting((transactionId) => ({ command: 'reverse', transactionId })),
};

describe('which rules apply when', () => {
  // As the design says it; the code has its own table, which is not asked here.
  const frozen: Record<TransactionKind, string> = {
    ...{ posting: 'ACCOUNT_FROZEN', hold: 'ACCOUNT_FROZEN', reversal: 'ACCOUNT_FROZEN' },
    ...{ capture: 'capture', void: 'void', expiry: 'expiry' },
  };
  const closed: Record<TransactionKind, string> = {
    ...{ posting: 'ACCOUNT_CLOSED', hold: 'ACCOUNT_CLOSED', reversal: 'ACCOUNT_CLOSED' },
    ...{ capture: 'ACCOUNT_CLOSED', void: 'void', expiry: 'expiry' },
  };
  const funds: Record<TransactionKind, string> = {
    ...{ posting: 'INSUFFICIENT_FUNDS', hold: 'INSUFFICIENT_FUNDS', reversal: 'INSUFFICIENT_FUNDS' },
    ...{ capture: 'capture', void: 'void', expiry: 'expiry' },
  };
  const room: Record<TransactionKind, string> = {
    ...{ posting: 'LIMIT_EXCEEDED', hold: 'LIMIT_EXCEEDED', reversal: 'LIMIT_EXCEEDED' },
    ...{ capture: 'capture', void: 'void', expiry: 'expiry' },
  };
  const open = Object.fromEntries(transactionKinds.map((kind) => [kind, kind])) as Record<
    TransactionKind,
    string
  >;
  const states: [AccountStatus, Record<TransactionKind, string>][] = [
    ['open', open],
    ['frozen', frozen],
    ['closed', closed],
  ];
  const cells = transactionKinds.flatMap((kind) =>
    states.flatMap(([status, outcomes]) => [0, 1].map((leg) => [kind, status, leg, outcomes[kind]] as const)),
  );

  test.each(cells)('%s with an account that is %s (leg %d): %s', (kind, status, leg, outcome) => {
    const scene = scenes[kind]();
    scene.accounts[leg]!.status = status;
    expect(outcomeOf(decideOn(scene))).toBe(outcome);
  });

  // Of a reversal the other account gives, and the first receives.
  const legs = (kind: TransactionKind) => (kind === 'reversal' ? [1, 0] : [0, 1]) as [number, number];

  test.each(transactionKinds)('%s, with a minimum raised above what is there', (kind) => {
    const scene = scenes[kind]();
    scene.accounts[legs(kind)[0]]!.minBalance = 10_000n;
    expect(outcomeOf(decideOn(scene))).toBe(funds[kind]);
  });

  test.each(transactionKinds)('%s, with a maximum lowered below what is there', (kind) => {
    const scene = scenes[kind]();
    scene.accounts[legs(kind)[1]]!.maxBalance = -1n;
    scene.accounts[legs(kind)[1]]!.minBalance = null;
    expect(outcomeOf(decideOn(scene))).toBe(room[kind]);
  });

  test('the table in code has every kind and says the same', () => {
    const said = (kind: TransactionKind) => [
      matrix[kind].refusedOn.includes('frozen') ? 'ACCOUNT_FROZEN' : kind,
      matrix[kind].refusedOn.includes('closed') ? 'ACCOUNT_CLOSED' : kind,
      matrix[kind].limits ? 'INSUFFICIENT_FUNDS' : kind,
    ];
    expect(Object.keys(matrix).sort()).toEqual([...transactionKinds].sort());
    for (const kind of transactionKinds) {
      expect(said(kind)).toEqual([frozen[kind], closed[kind], funds[kind]]);
    }
  });

  test('a limit refuses only what moves an account further beyond it', () => {
    const low = rich({ minBalance: 10_000n });
    const back: PostTransaction = {
      command: 'transaction',
      entries: [leg('alice', 'credit', 1n), leg('bob', 'debit', 1n)],
    };
    const bob = account('bob', { minBalance: null });
    expect(outcomeOf(decideOn({ command: back, accounts: [low, bob] }))).toBe('posting');
    const still: PostTransaction = {
      command: 'transaction',
      entries: [leg('alice', 'credit', 1n), leg('alice', 'debit', 1n)],
    };
    expect(outcomeOf(decideOn({ command: still, accounts: [low] }))).toBe('posting');
  });
});
