import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  capture,
  codeOf,
  decideOn,
  held,
  hold,
  later,
  now,
  outcomeOf,
  people,
  recorded,
  run,
  totals,
  voiding,
  type Scene,
} from '../../../test/support/rules.js';
import { extended, newChain } from '../journal/chains.js';
import { holdStatus, type Chain } from './record.js';

describe('expiry', () => {
  const expiring = () => held(hold(100n, { expiresAt: later }));
  const expire = ({ transaction }: Chain) => ({ command: 'expire' as const, holdId: transaction.id });
  const commands = { capture, void: voiding, expire };

  test.each<[keyof typeof commands, string, string]>([
    ['capture', now, 'capture'],
    ['capture', later, 'HOLD_EXPIRED'],
    ['void', now, 'void'],
    ['void', later, 'HOLD_EXPIRED'],
    ['expire', now, 'nothing'],
    ['expire', later, 'expiry'],
  ])('%s at %s: %s', (name, time, outcome) => {
    const { chain, accounts } = expiring();
    expect(outcomeOf(decideOn({ command: commands[name](chain), accounts, chain, now: time }))).toBe(outcome);
  });

  test('goes by recorded time, were the clock set back since', () => {
    const { chain, accounts } = expiring();
    accounts[1]!.recordedAt = later;
    expect(codeOf(decideOn({ command: capture(chain), accounts, chain }))).toBe('HOLD_EXPIRED');
    expect(codeOf(decideOn({ command: voiding(chain), accounts, chain }))).toBe('HOLD_EXPIRED');
  });

  test('finds nothing to do on what is closed, is no hold, or is not there', () => {
    const { chain, accounts } = expiring();
    const none = (scene: Partial<Scene>) =>
      outcomeOf(decideOn({ command: expire(chain), accounts, chain, now: later, ...scene }));
    expect(none({ chain: { ...chain, hold: { ...chain.hold!, remaining: 0n } } })).toBe('nothing');
    expect(none({ chain: undefined })).toBe('nothing');
    const posting = { ...chain.transaction, kind: 'posting' as const, hold: null };
    expect(none({ chain: { ...chain, transaction: posting, hold: null } })).toBe('nothing');
  });

  test.each([
    ['void', 'capture', 'HOLD_NOT_OPEN'],
    ['capture', 'capture', 'HOLD_NOT_OPEN'],
    ['capture', 'void', 'HOLD_NOT_OPEN'],
    ['expiry', 'capture', 'HOLD_EXPIRED'],
    ['expiry', 'void', 'HOLD_EXPIRED'],
  ] as const)('of one that a(n) %s closed, past its time: a %s is %s', (newest, name, code) => {
    const { chain, accounts } = expiring();
    const closed = { ...chain, newest, hold: { ...chain.hold!, released: 100n, remaining: 0n } };
    const command = commands[name](closed);
    expect(codeOf(decideOn({ command, accounts, chain: closed, now: later }))).toBe(code);
  });
});

describe('a chain of steps', () => {
  // Mostly parts that leave it open, or the chain would seldom get far.
  const step = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        command: fc.constant('capture' as const),
        amount: fc.option(fc.bigInt({ min: 1n, max: 60n }), { nil: undefined, freq: 8 }),
        keepOpen: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
      }),
    },
    fc.constant({ command: 'void' as const }),
    fc.constant({ command: 'expire' as const }),
  );

  test('amount = captured + released + remaining, as are the accounts; closed is closed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 300n }), fc.array(step, { maxLength: 12 }), (amount, steps) => {
        const first = recorded(run(hold(amount, { expiresIn: 60 }), ...people()));
        let chain = newChain(first.transaction);
        let accounts = first.accounts;
        for (const [index, { command, ...more }] of steps.entries()) {
          const open = chain.hold!.remaining > 0n;
          const time = command === 'expire' ? '2026-11-21T10:01:00.000000Z' : now;
          const scene = { command: { command, holdId: first.transaction.id, keepOpen: false, ...more } };
          const decision = decideOn({ ...scene, accounts, chain, now: time } as Scene);
          if (!open) expect(outcomeOf(decision)).toMatch(/^(HOLD_NOT_OPEN|HOLD_EXPIRED|nothing)$/);
          const beyond = 'amount' in more && more.amount !== undefined && more.amount > chain.hold!.remaining;
          if (open && command === 'capture') {
            expect(outcomeOf(decision)).toBe(beyond ? 'CAPTURE_EXCEEDS_HOLD' : 'capture');
          }
          if (!('transaction' in decision)) continue;
          const before = chain.hold!;
          chain = extended(chain, decision.transaction);
          accounts = decision.accounts;
          const { captured, released, remaining } = chain.hold!;
          expect(captured + released + remaining).toBe(amount);
          expect(remaining).toBeGreaterThanOrEqual(0n);
          expect(remaining).toBeLessThan(before.remaining);
          expect(captured).toBeGreaterThanOrEqual(before.captured);
          expect(released).toBeGreaterThanOrEqual(before.released);
          expect(totals(accounts)).toEqual([
            ['alice', captured, 500n, remaining, 0n],
            ['bob', 0n, captured, 0n, remaining],
          ]);
          expect(decision.transaction.step).toBeLessThanOrEqual(index + 1);
          if (command === 'expire') break;
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    [{ captured: 0n, remaining: 5n }, 'capture', 'pending'],
    [{ captured: 1n, remaining: 5n }, 'capture', 'partially_captured'],
    [{ captured: 1n, remaining: 0n }, 'capture', 'captured'],
    [{ captured: 1n, remaining: 0n }, 'void', 'captured'],
    [{ captured: 1n, remaining: 0n }, 'expiry', 'captured'],
    [{ captured: 0n, remaining: 0n }, 'void', 'voided'],
    [{ captured: 0n, remaining: 0n }, 'expiry', 'expired'],
  ] as const)('status of %p, last step %s: %s', (state, newest, status) => {
    const whole = { id: 'h', amount: 6n, released: 0n, expiresAt: null };
    expect(holdStatus({ ...whole, ...state }, newest)).toBe(status);
  });
});
