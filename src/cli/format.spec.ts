import { describe, expect, it } from '@jest/globals';
import { balancesTable } from './balances.js';
import { backOffMs, problemOf, retryAfterMs } from './client.js';
import { clean, decimals, tableOf } from './format.js';
import { durationOf, grouped } from './progress.js';
import { statementTable } from './statement.js';

describe('decimals', () => {
  it.each([
    ['0', 2, '0.00'],
    ['5', 2, '0.05'],
    ['-5', 2, '-0.05'],
    ['100', 2, '1.00'],
    ['123456789', 2, '1,234,567.89'],
    ['-100000', 2, '-1,000.00'],
    ['1234', 0, '1,234'],
    ['-999', 0, '-999'],
    ['1', 18, '0.000000000000000001'],
    ['99999999999999999999999999999999999999', 2, '999,999,999,999,999,999,999,999,999,999,999,999.99'],
  ])('%s with %i digits is %s', (minor, digits, expected) => expect(decimals(minor, digits)).toBe(expected));
});

describe('tables', () => {
  it('align amounts to the right and need no ruled lines', () => {
    const table = tableOf(
      [{ head: 'account' }, { head: 'balance', align: 'right' }],
      [
        ['alice', '1.00'],
        ['b', '1,000.00'],
      ],
    );
    expect(table.split('\n')).toEqual(['account   balance', 'alice        1.00', 'b        1,000.00']);
  });

  it('show no control characters of a description', () => {
    expect(clean('a\u001b[2Jb\nc\u202ed')).toBe('a\ufffd[2Jb\ufffdc\ufffdd');
  });

  it('show balances by account with totals per currency', () => {
    const account = (
      id: string,
      normal_side: 'debit' | 'credit',
      debits: string,
      credits: string,
      balance: string,
    ) => ({
      id,
      type: normal_side === 'debit' ? 'asset' : 'liability',
      normal_side,
      currency: 'USD',
      balances: {
        posted: { debits, credits, balance },
        pending: { debits: '250', credits: '0' },
        available: '750',
      },
    });
    const table = balancesTable([
      account('cash', 'debit', '123456', '0', '123456'),
      account('alice', 'credit', '0', '123456', '123456'),
    ]);
    expect(table.split('\n')).toEqual([
      'account  type       currency   balance  pending  available',
      'alice    liability  USD       1,234.56    -2.50       7.50',
      'cash     asset      USD       1,234.56     2.50       7.50',
      '',
      'total  accounts    debits   credits  debits - credits',
      'USD           2  1,234.56  1,234.56              0.00',
    ]);
  });

  it('show a statement between its opening and closing balance', () => {
    const table = statementTable({
      account: 'alice',
      currency: 'USD',
      from: null,
      to: null,
      opening: '0',
      lines: [
        {
          transaction_id: 'id-1',
          side: 'credit',
          amount: '1000',
          reference: 'order-1',
          description: 'top-up',
          effective_at: '2026-11-20T00:00:00.000000Z',
          balance: '1000',
        },
      ],
      closing: '1000',
    });
    expect(table.split('\n')).toEqual([
      'alice, USD, the beginning to now',
      '',
      'date        transaction  text              debit  credit  balance',
      '                         opening balance                     0.00',
      '2026-11-20  id-1         top-up [order-1]          10.00    10.00',
      '                         closing balance                    10.00',
    ]);
  });
});

describe('the client', () => {
  it('backs off exponentially with full jitter, five seconds at most', () => {
    expect([1, 2, 3, 20].map((tried) => backOffMs(tried, () => 1))).toEqual([100, 200, 400, 5000]);
    expect(backOffMs(3, () => 0)).toBe(0);
  });

  it('waits as Retry-After says, in seconds or as a date, a minute at most', () => {
    const now = Date.parse('2026-11-20T00:00:00Z');
    expect(retryAfterMs('2', now)).toBe(2000);
    expect(retryAfterMs('Fri, 20 Nov 2026 00:00:03 GMT', now)).toBe(3000);
    expect(retryAfterMs('86400', now)).toBe(60_000);
    expect(['soon', '', null].map((header) => retryAfterMs(header, now))).toEqual([0, 0, 0]);
  });

  it('shows a problem with its fields, and keeps the status of an answer that is none', () => {
    const errors = [{ path: 'entries.0.amount', message: 'must be at least 1' }];
    const problem = { code: 'VALIDATION_FAILED', detail: 'the request is not valid', errors };
    expect(problemOf(400, JSON.stringify(problem)).detail).toBe(
      'the request is not valid (entries.0.amount must be at least 1)',
    );
    const twice = { ...problem, detail: 'entries.0.amount must be at least 1' };
    expect(problemOf(400, twice).detail).toBe('entries.0.amount must be at least 1');
    const more = [...errors, { path: '', message: 'must be shorter' }];
    const counted = { ...problem, errors: more, detail: 'entries.0.amount must be at least 1 (and 1 more)' };
    expect(problemOf(400, counted).detail).toBe(
      'entries.0.amount must be at least 1; the body must be shorter',
    );
    expect(problemOf(502, '<html>').code).toBe('HTTP_502');
  });
});

describe('progress', () => {
  it('says durations and counts as a person does', () => {
    expect([7_000, 750_000, 7_500_000].map(durationOf)).toEqual(['0:07', '12:30', '2:05:00']);
    expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
  });
});
