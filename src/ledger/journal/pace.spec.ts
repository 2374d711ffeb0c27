import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

describe('the pace of the journal', () => {
  it('is not known before anybody had to wait', () => {
    const pace = new Pace();
    pace.batchDone(1, 0, 10, false);
    expect(pace.perCommand).toBe(0);
  });

  it('is what goes through while others wait, with several writers too', () => {
    const pace = new Pace();
    // Two writers, each 200 ms a batch of 500: a batch every 100 ms.
    for (let n = 0; n < 30; n++) pace.batchDone(500, n * 100 - 100, n * 100 + 100, true);
    expect(pace.perCommand).toBeCloseTo(0.2);
  });

  it('follows a journal that slows down, and is faster at once where a batch shows it', () => {
    const pace = new Pace();
    for (let n = 0; n < 30; n++) pace.batchDone(500, 0, n * 100, true);
    for (let n = 0; n < 30; n++) pace.batchDone(500, 0, 3_000 + n * 1_000, true);
    expect(pace.perCommand).toBeGreaterThan(1.9);
    pace.batchDone(10, 33_000, 33_001, false);
    pace.batchDone(10, 34_000, 34_001, false);
    expect(pace.perCommand).toBeCloseTo(0.1);
  });
});
