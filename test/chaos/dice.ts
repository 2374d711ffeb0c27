import fc from 'fast-check';

/** Choices that follow from a seed. */
export interface Dice {
  /** 0 to n - 1. */
  below(n: number): number;
  /** From `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** True once in so many times. */
  oneIn(times: number): boolean;
  shuffled<T>(all: readonly T[]): T[];
  weighted<T>(all: readonly (readonly [weight: number, value: T])[]): T;
}

const AT_ONCE = 1_000;
const MOST = 2 ** 31 - 1;

export function createDice(seed: number): Dice {
  let thrown: number[] = [];
  let round = 0;
  const next = () => {
    if (thrown.length === 0) {
      // Unbiased: fast-check's integers prefer the ends.
      const plain = fc.noBias(fc.integer({ min: 0, max: MOST }));
      thrown = fc.sample(plain, { seed: seed * 31 + round++, numRuns: AT_ONCE });
    }
    return thrown.pop()!;
  };
  const below = (n: number) => next() % n;
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: (from) => from[below(from.length)]!,
    oneIn: (times) => below(times) === 0,
    shuffled: (all) =>
      all
        .map((value) => [next(), value] as const)
        .sort(([a], [b]) => a - b)
        .map(([, value]) => value),
    weighted(all) {
      let left = below(all.reduce((sum, [weight]) => sum + weight, 0));
      for (const [weight, value] of all) if ((left -= weight) < 0) return value;
      throw new Error('no weights');
    },
  };
}
