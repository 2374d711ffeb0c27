import { expect, test } from '@jest/globals';
import { codes, invalid, isStored, precedence, Problem, problemBody, type Code } from './errors.js';

test('the order of refusals names every code once, save those that time or load decide', () => {
  const other: Code[] = ['BULK_REJECTED', 'INTERNAL', 'OVERLOADED', 'RATE_LIMITED', 'UNAVAILABLE'];
  expect([...precedence, ...other].sort()).toEqual(Object.keys(codes).sort());
});

test('409 and 422 are stored under the key, other refusals are not', () => {
  const stored = [400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503].filter(isStored);
  expect(stored).toEqual([409, 422]);
});

test('the same problem gives the same bytes, in one order', () => {
  const problem = new Problem('REFERENCE_ALREADY_USED', 'order-1 is used', { transaction_id: 't' });
  expect(problemBody(problem, 'x')).toBe(
    '{"type":"/problems/reference-already-used","title":"Reference already used","status":409,' +
      '"code":"REFERENCE_ALREADY_USED","detail":"order-1 is used","transaction_id":"t","trace_id":"x"}',
  );
});

test('VALIDATION_FAILED always has errors', () => {
  expect(JSON.parse(problemBody(new Problem('VALIDATION_FAILED', 'no'), 'x')).errors).toEqual([]);
  const errors = [{ path: 'a', message: 'is required' }];
  expect(JSON.parse(problemBody(invalid(errors), 'x'))).toMatchObject({ detail: 'a is required', errors });
});
