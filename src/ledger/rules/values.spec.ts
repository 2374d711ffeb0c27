import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_AMOUNT, parseAmount, parseSigned, toDecimal } from './amount.js';
import { digitsOf, parseCurrency } from './currency.js';
import { addSeconds, parseTime } from './time.js';

describe('amounts', () => {
  test('every whole number of up to 38 digits is itself', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MAX_AMOUNT }), (amount) => {
        expect(parseAmount(String(amount))).toBe(String(amount));
        expect(parseSigned(String(-amount))).toBe(String(-amount));
      }),
    );
  });

  test('a JSON integer up to 2^53−1 is the same as its string', () => {
    expect(parseAmount(1)).toBe('1');
    expect(parseAmount(9007199254740991)).toBe('9007199254740991');
    expect(parseSigned(-9007199254740991)).toBe('-9007199254740991');
    expect(parseSigned(-0)).toBe('0');
  });

  test.each([
    0,
    -1,
    1.5,
    9007199254740992,
    NaN,
    Infinity,
    '0',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e2',
    ' 1',
    '1 ',
    '1\n',
    '',
    '0x1',
    '1_0',
    '١',
    '9'.repeat(39),
    true,
    null,
    undefined,
    {},
    ['1'],
    1n,
  ])('%p does not move', (input) => {
    expect(parseAmount(input)).toBeUndefined();
  });

  test.each(['-0', '00', '-01', '+0', '', '-', ' 0', `-${'9'.repeat(39)}`, 0.5, null, [0]])(
    '%p limits nothing',
    (input) => {
      expect(parseSigned(input)).toBeUndefined();
    },
  );

  test('zero and negative limits are limits', () => {
    expect(parseSigned('0')).toBe('0');
    expect(parseSigned(0)).toBe('0');
    expect(parseSigned('-50000')).toBe('-50000');
    expect(parseSigned(`-${'9'.repeat(38)}`)).toBe(`-${'9'.repeat(38)}`);
  });

  test('decimals of a currency', () => {
    expect(toDecimal(1250n, 2)).toBe('12.50');
    expect(toDecimal(-5n, 3)).toBe('-0.005');
    expect(toDecimal(0n, 2)).toBe('0.00');
    expect(toDecimal(-7n, 0)).toBe('-7');
    expect(toDecimal(1n, 18)).toBe('0.000000000000000001');
  });

  test('a decimal loses nothing', () => {
    const amounts = fc.bigInt({ min: -MAX_AMOUNT, max: MAX_AMOUNT });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 18 }), (amount, digits) => {
        expect(BigInt(toDecimal(amount, digits).replace('.', ''))).toBe(amount);
      }),
    );
  });
});

describe('currencies', () => {
  test.each([
    ['USD', 2],
    ['JPY', 0],
    ['BHD', 3],
    ['BTC/8', 8],
    ['POINTS/0', 0],
    ['A1/18', 18],
    ['ABCDEFGHIJKL/2', 2],
  ])('%s has %i digits', (code, digits) => {
    expect(parseCurrency(code)).toEqual({ code, digits });
    expect(digitsOf(code)).toBe(digits);
  });

  test.each([
    'USD/2',
    'JPY/0',
    'usd',
    'BTC',
    'BTC/',
    'BTC/19',
    'BTC/08',
    'BTC/-1',
    'A/2',
    '1A/2',
    'ABCDEFGHIJKLM/2',
    'BTC/8\n',
    ' USD',
    '',
    'toString',
    '__proto__',
    null,
    undefined,
    840,
    ['USD'],
  ])('%p is none', (input) => {
    expect(parseCurrency(input)).toBeUndefined();
  });

  test('the digits of what never was a currency are a bug', () => {
    expect(() => digitsOf('BTC')).toThrow();
  });
});

describe('times', () => {
  test.each([
    ['2026-11-20T00:00:00Z', '2026-11-20T00:00:00.000000Z'],
    ['2026-11-20t00:00:00.5z', '2026-11-20T00:00:00.500000Z'],
    ['2026-11-20T00:00:00.1234567899Z', '2026-11-20T00:00:00.123456Z'],
    ['2026-11-20T00:00:00.9999999Z', '2026-11-20T00:00:00.999999Z'],
    ['2026-11-20T01:30:00+01:30', '2026-11-20T00:00:00.000000Z'],
    ['2026-12-31T23:00:00.25-02:00', '2027-01-01T01:00:00.250000Z'],
    ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000000Z'],
    ['1900-01-01T00:00:00Z', '1900-01-01T00:00:00.000000Z'],
    ['2199-12-31T23:59:59.999999Z', '2199-12-31T23:59:59.999999Z'],
  ])('%s is %s', (text, canonical) => {
    expect(parseTime(text)).toBe(canonical);
    expect(parseTime(canonical)).toBe(canonical);
  });

  test.each([
    '2026-11-20',
    '2026-11-20T00:00:00',
    '2026-11-20 00:00:00Z',
    '2026-11-20T00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00,5Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '2026-01-01T00:00:00+0100',
    '1899-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '2199-12-31T23:59:59-00:01',
    '1900-01-01T00:00:00+00:01',
    '+002026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '',
    'now',
    1700000000,
    null,
    undefined,
    new Date(0),
    ['2026-01-01T00:00:00Z'],
  ])('%p is none', (input) => {
    expect(parseTime(input)).toBeUndefined();
  });

  const milliseconds = fc.integer({ min: Date.UTC(1900, 0, 2), max: Date.UTC(2199, 11, 30) });

  test('agrees with the platform on every instant and offset, and compares as text', () => {
    const offsets = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(milliseconds, milliseconds, offsets, (a, b, offset) => {
        const iso = (ms: number) => new Date(ms).toISOString();
        const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
        const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
        const local = iso(a + offset * 60_000).replace('Z', `${offset < 0 ? '-' : '+'}${hours}:${minutes}`);
        expect(parseTime(local)).toBe(iso(a).replace('Z', '000Z'));
        expect(parseTime(iso(a))! < parseTime(iso(b))!).toBe(a < b);
      }),
    );
  });

  test('seconds are added without touching the fraction', () => {
    expect(addSeconds('2026-12-31T23:59:59.123456Z', 1)).toBe('2027-01-01T00:00:00.123456Z');
    expect(addSeconds('1969-12-31T23:59:59.900001Z', -3600)).toBe('1969-12-31T22:59:59.900001Z');
    fc.assert(
      fc.property(milliseconds, fc.integer({ min: -86_400, max: 86_400 }), (ms, seconds) => {
        const time = parseTime(new Date(ms).toISOString())!;
        expect(addSeconds(addSeconds(time, seconds), -seconds)).toBe(time);
      }),
    );
  });
});
