import { afterEach, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { recently } from './recently.js';

afterEach(() => void jest.restoreAllMocks());

test('an answer is kept for a moment only, although the clock is set back by hours meanwhile', async () => {
  let asked = 0;
  const ask = recently(async () => ++asked);
  const pool = {} as pg.Pool;
  expect([await ask(pool), await ask(pool)]).toEqual([1, 1]);
  const set = Date.now() - 3_600_000;
  jest.spyOn(Date, 'now').mockReturnValue(set);
  await sleep(600);
  expect(await ask(pool)).toBe(2);
});
