import { describe, expect, it } from '@jest/globals';
import { backOffMs, retryAfterMs, retryDefaults } from '../../clients/typescript/src/retry.js';

describe('the client’s waits', () => {
  it('are anywhere between nothing and a limit that doubles up to its own limit', () => {
    const options = { ...retryDefaults, firstWaitMs: 100, longestWaitMs: 1_000 };
    const most = [1, 2, 3, 4, 5, 60].map((tried) => backOffMs(tried, options, () => 1));
    expect(most).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(backOffMs(3, options, () => 0)).toBe(0);
    expect(backOffMs(3, options, () => 0.25)).toBe(100);
  });

  it('take Retry-After as seconds or as a date', () => {
    const now = Date.parse('2026-11-21T10:00:00Z');
    expect(retryAfterMs('3', now)).toBe(3_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 10:00:07 GMT', now)).toBe(7_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 09:00:00 GMT', now)).toBe(0);
    for (const header of [null, '', 'soon']) expect(retryAfterMs(header, now)).toBeUndefined();
  });
});
