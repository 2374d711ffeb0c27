import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { atAQuarter } from './late.js';

describe('work at a quarter of the time', () => {
  it('is done at once while there is little, in order and later when there is much', async () => {
    let clock = 0;
    const inTurn = atAQuarter(() => clock);
    const done: number[] = [];
    const work = (n: number) => () => {
      clock += 10;
      done.push(n);
    };
    for (let n = 0; n < 10; n++) inTurn(work(n));
    // 25 ms at once, and a quarter of the 30 that they took.
    expect(done).toEqual([0, 1, 2, 3]);
    await sleep(50);
    expect(done).toEqual([0, 1, 2, 3]);
    clock += 200;
    await sleep(50);
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    clock += 1_000;
    inTurn(work(10));
    await sleep(50);
    clock += 1_000;
    await sleep(50);
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    clock += 1_000;
    inTurn(work(11));
    expect(done.at(-1)).toBe(11);
  });
});
