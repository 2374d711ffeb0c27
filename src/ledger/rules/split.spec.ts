import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_AMOUNT } from './amount.js';
import type { Part } from './command.js';
import { parseShare, split, WHOLE_SHARE } from './split.js';

const fixed = (amount: bigint): Part => ({ account: 'a', amount });
const share = (percent: string): Part => ({ account: 'a', share: parseShare(percent)! });
const remaining: Part = { account: 'a', remaining: true };

const allocated = (amount: bigint, parts: Part[]): bigint[] => {
  const amounts = split(amount, parts);
  if (!Array.isArray(amounts)) throw new Error(amounts.detail);
  return amounts;
};

describe('shares as they are written', () => {
  test.each<[string, bigint]>([
    ['70%', 7n * 10n ** 11n],
    ['100%', 10n ** 12n],
    ['100.0000000000%', 10n ** 12n],
    ['0.5%', 5n * 10n ** 9n],
    ['12.5%', 125n * 10n ** 9n],
    ['33.3333333333%', 333333333333n],
    ['0.0000000001%', 1n],
  ])('%s', (text, value) => {
    expect(parseShare(text)).toBe(value);
  });

  test.each([
    ...['', '%', '70', '70 %', ' 70%', '70%\n', '0%', '0.0%', '-1%', '+1%', '070%', '.5%', '5.%', '1e1%'],
    ...['100.0000000001%', '101%', '999%', '1000%', '1.00000000001%', '1,5%', '٧%', 'remaining', '1/3'],
  ])('%p is none', (text) => {
    expect(parseShare(text)).toBeUndefined();
  });
});

describe('a split', () => {
  test.each<[string, bigint, Part[], bigint[]]>([
    [
      'fixed amounts first, then shares of what is left',
      101n,
      [share('70%'), fixed(30n), remaining],
      [50n, 30n, 21n],
    ],
    ['the largest remainder gets the unit', 10n, [share('33%'), share('33%'), share('34%')], [3n, 3n, 4n]],
    ['of equal remainders the first', 100n, [share('33.5%'), share('33.5%'), share('33%')], [34n, 33n, 33n]],
    [
      'of equal remainders the first, twice',
      2n,
      [share('25%'), share('25%'), share('25%'), share('25%')],
      [1n, 1n, 0n, 0n],
    ],
    ['"remaining" is a share like others', 1n, [remaining, share('50%')], [1n, 0n]],
    ['"remaining" of nothing', 10n, [share('100%'), remaining], [10n, 0n]],
    ['"remaining" alone', 7n, [remaining], [7n]],
    ['fixed amounts alone', 7n, [fixed(3n), fixed(4n)], [3n, 4n]],
    ['nothing left for the shares', 7n, [fixed(7n), share('70%'), remaining], [7n, 0n, 0n]],
    ['38 digits', MAX_AMOUNT, [share('50%'), share('50%')], [MAX_AMOUNT / 2n + 1n, MAX_AMOUNT / 2n]],
  ])('%s', (_, amount, parts, amounts) => {
    expect(allocated(amount, parts)).toEqual(amounts);
  });

  test.each<[string, bigint, Part[], string]>([
    ['fixed amounts beyond it', 7n, [fixed(5n), fixed(3n)], '1'],
    ['fixed amounts below it', 7n, [fixed(5n)], '2'],
    ['shares below 100 %', 7n, [share('99.9999999999%')], '7'],
    ['shares above 100 %', 7n, [share('60%'), share('40.0000000001%')], '0'],
    ['shares above 100 % beside "remaining"', 7n, [share('60%'), share('60%'), remaining], '0'],
  ])('%s: UNBALANCED', (_, amount, parts, difference) => {
    expect(split(amount, parts)).toMatchObject({ code: 'UNBALANCED', fields: { difference } });
  });
});

// Parts that add up: fixed amounts, shares of at most 100 % in all, and "remaining" for what they leave.
const amounts = fc.oneof(fc.bigInt({ min: 1n, max: 1_000n }), fc.bigInt({ min: 1n, max: MAX_AMOUNT }));
const cuts = fc.array(fc.bigInt({ min: 1n, max: WHOLE_SHARE - 1n }), { maxLength: 40 });
const soundSplit = fc
  .record({
    amount: amounts,
    cuts,
    fixed: fc.array(amounts, { maxLength: 5 }),
    order: fc.infiniteStream(fc.nat()),
  })
  .map(({ amount, cuts: points, fixed: wanted, order }) => {
    const parts: Part[] = [];
    let left = amount;
    for (const part of wanted) {
      if (part > left) continue;
      parts.push(fixed(part));
      left -= part;
    }
    const sorted = [...new Set(points)].sort((a, b) => (a < b ? -1 : 1));
    sorted.forEach((point, i) => parts.push({ account: 'a', share: point - (sorted[i - 1] ?? 0n) }));
    parts.push(remaining);
    const keyed = parts.map((part) => [order.next().value as number, part] as const);
    return { amount, left, parts: keyed.sort(([a], [b]) => a - b).map(([, part]) => part) };
  });

/** What a part's exact share of `left` is, times 100 %. */
function exact(part: Part, parts: Part[], left: bigint): bigint {
  if ('amount' in part) return part.amount * WHOLE_SHARE;
  const given = parts.reduce((sum, one) => sum + ('share' in one ? one.share : 0n), 0n);
  return left * ('share' in part ? part.share : WHOLE_SHARE - given);
}

describe('any split that adds up', () => {
  test('comes to the amount, each part within a unit of its share and never negative', () => {
    fc.assert(
      fc.property(soundSplit, ({ amount, left, parts }) => {
        const given = allocated(amount, parts);
        expect(given.reduce((sum, part) => sum + part, 0n)).toBe(amount);
        given.forEach((part, i) => {
          expect(part).toBeGreaterThanOrEqual(0n);
          const off = part * WHOLE_SHARE - exact(parts[i]!, parts, left);
          expect(off < 0n ? -off : off).toBeLessThan(WHOLE_SHARE);
          if ('amount' in parts[i]!) expect(part).toBe(parts[i].amount);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('gives the units over to the largest remainders, of equal ones to the first', () => {
    fc.assert(
      fc.property(soundSplit, ({ amount, left, parts }) => {
        const given = allocated(amount, parts);
        const shared = parts.flatMap((part, i) => {
          if ('amount' in part) return [];
          const share = exact(part, parts, left);
          return [{ i, remainder: share % WHOLE_SHARE, more: given[i]! > share / WHOLE_SHARE }];
        });
        for (const winner of shared.filter(({ more }) => more)) {
          for (const loser of shared.filter(({ more }) => !more)) {
            expect(winner.remainder).toBeGreaterThanOrEqual(loser.remainder);
            if (winner.remainder === loser.remainder) expect(winner.i).toBeLessThan(loser.i);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
