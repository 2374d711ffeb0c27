import { expect, it } from '@jest/globals';
import { describe } from './projections.js';

const found = { lag_events: 0, lag_seconds: 0, source: 'tail', projections: [] } as const;
const healed = { last_day: 0, total: 0, last_at: null };
const firstLine = (as_of: string) => describe({ ...found, projections: [], healed, as_of }).split('\n')[0];

it('the status says up to when all is there, once that was found out', () => {
  expect(firstLine('2026-11-22T07:16:35.988752Z')).toBe(
    'fed by tail; everything recorded before 2026-11-22T07:16:35.988752Z is there',
  );
  expect(firstLine('1970-01-01T00:00:00.000000Z')).toBe('fed by tail; what is missing is not known yet');
});
