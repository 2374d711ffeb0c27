import { describe, expect, it } from '@jest/globals';
import { FairQueue } from './queue.js';

const item = (principal: string, size = 1, since = 0) => ({ principal, size, since });

function queueOf(...items: ReturnType<typeof item>[]) {
  const queue = new FairQueue<ReturnType<typeof item>>();
  for (const one of items) queue.push(one);
  return queue;
}

const many = (principal: string, count: number, size = 1) =>
  Array.from({ length: count }, (_, n) => item(principal, size, n));

function shares(taken: { principal: string; size: number }[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { principal, size } of taken) sums[principal] = (sums[principal] ?? 0) + size;
  return sums;
}

describe('what waits', () => {
  it('of one principal is taken in order, up to the limit', () => {
    const items = many('a', 5_000);
    const queue = queueOf(...items);
    const taken = [];
    while (!queue.isEmpty) {
      const batch = queue.take(500);
      expect(batch.length).toBe(500);
      taken.push(...batch);
      expect(queue.size).toBe(5_000 - taken.length);
    }
    expect(taken).toEqual(items);
    expect(queue.take(500)).toEqual([]);
  });

  it('is not reordered within a principal, whoever else waits', () => {
    const queue = queueOf(...many('a', 300), ...many('b', 200), ...many('c', 10));
    const order: Record<string, number[]> = {};
    while (!queue.isEmpty)
      for (const { principal, since } of queue.take(37)) (order[principal] ??= []).push(since);
    for (const sinces of Object.values(order)) expect(sinces).toEqual([...sinces].sort((x, y) => x - y));
    expect(Object.values(order).map(({ length }) => length)).toEqual([300, 200, 10]);
  });

  it('shares a batch equally by commands, not by requests', () => {
    const queue = queueOf(...many('bulks', 100, 500), ...many('singles', 10_000));
    const sums = { bulks: 0, singles: 0 };
    for (let n = 0; n < 20; n++) {
      const { bulks = 0, singles = 0 } = shares(queue.take(1_000));
      sums.bulks += bulks;
      sums.singles += singles;
    }
    expect(sums.bulks + sums.singles).toBeGreaterThan(15_000);
    expect(Math.abs(sums.bulks - sums.singles)).toBeLessThan(1_000);
  });

  it('of one that came late and alone is in the next batch', () => {
    const queue = queueOf(...many('noisy', 20_000));
    queue.take(500);
    queue.push(item('quiet'));
    expect(shares(queue.take(500))).toEqual({ noisy: 499, quiet: 1 });
  });

  it('is shared equally too if a batch is smaller than a turn', () => {
    const queue = queueOf(...many('a', 1_000), ...many('b', 1_000));
    const taken = Array.from({ length: 100 }, () => queue.take(3)).flat();
    const { a = 0, b = 0 } = shares(taken);
    expect(Math.abs(a - b)).toBeLessThanOrEqual(16);
  });

  it('larger than a batch goes alone, and what does not fit begins the next', () => {
    const queue = queueOf(item('a', 3), item('b', 10_000), item('a', 1));
    expect(shares(queue.take(500))).toEqual({ a: 4 });
    queue.push(item('a', 7));
    expect(shares(queue.take(500))).toEqual({ b: 10_000 });
    expect(shares(queue.take(500))).toEqual({ a: 7 });
    expect(queue.size).toBe(0);
  });

  it('says who waits for how long, and what is ahead of whom', () => {
    const queue = queueOf(item('a', 1, 5), item('b', 600, 3), item('a', 299, 7));
    expect([queue.oldest('a'), queue.oldest('b'), queue.oldest('c'), queue.oldest()]).toEqual([
      5,
      3,
      undefined,
      3,
    ]);
    // Its own, and of the others as much as is taken in the same turns.
    expect([queue.ahead('a'), queue.ahead('b'), queue.ahead('c')]).toEqual([616, 900, 32]);
    expect([queue.roomFor('a', 1_000), queue.roomFor('b', 1_000), queue.roomFor('c', 900)]).toEqual([
      200, -100, 300,
    ]);
  });
});
