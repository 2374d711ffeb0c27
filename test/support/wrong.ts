/** Values that a field of each kind refuses, whatever else the request holds; numbers and such as JSON. */
const notText = [5, true, [], ['a'], {}];
const notNumbers = [
  true,
  [],
  ['1'],
  {},
  '',
  ' 1',
  '1 ',
  '+1',
  '1.0',
  '1e2',
  '01',
  '0x10',
  '١',
  'NaN',
  1.5,
  2 ** 53,
];
const tooLarge = `1${'0'.repeat(38)}`;
const unstorable = ['a\u0000b', '\ud800'];
const deep = [1, 2, 3, 4, 5, 6, 7, 8, 9].reduce<object>((inner) => ({ inner }), {});

export const amount = [...notNumbers, tooLarge, 0, -1, '0', '-1'];
export const signed = [...notNumbers, tooLarge, '-0'];
export const id = [
  ...notText,
  ...unstorable,
  '',
  '-x',
  '.x',
  'a b',
  'a/b',
  'ä',
  '__proto__',
  'a'.repeat(129),
];
export const uuid = [
  ...notText,
  ...unstorable,
  '',
  '1',
  'not-a-uuid',
  '01994c3e7d2a7bb39f105d0c3c1f8a21',
  '{01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21}',
  '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a210',
  'g1994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21',
];
export const time = [
  ...notText,
  ...unstorable,
  '',
  'now',
  '2026-11-20',
  '2026-11-20T00:00:00',
  '2026-11-20 00:00:00Z',
  '2026-11-20T24:00:00Z',
  '2026-11-20T00:00:60Z',
  '2026-11-20T00:00:00+24:00',
  '2026-02-30T00:00:00Z',
  '1899-12-31T23:59:59Z',
  '2200-01-01T00:00:00Z',
];
export const text = (max: number) => [...notText, ...unstorable, '', 'x'.repeat(max + 1)];
export const printable = (max: number) => [
  ...text(max),
  'line\nbreak',
  'tab\t',
  'zero\u200bwidth',
  'line\u2028separator',
  'private\ue000use',
];
export const metadata = [
  [],
  ['a'],
  'x',
  5,
  true,
  { x: 'x'.repeat(16 * 1024) },
  { n: 2 ** 60 },
  deep,
  { k: '\u0000' },
  { '\u0000': 1 },
  { a: [{ b: '\ud800' }] },
];
export const flag = ['', 'true', 'false', 'yes', 0, 1, [], {}];
export const whole = (min: number, max: number) => [
  ...[min - 1, max + 1, min + 0.5, String(min), '', true, [], {}],
];
export const currency = [
  ...notText,
  '',
  'usd',
  'US',
  'USD/2',
  'BTC',
  'BTC/19',
  'BTC/08',
  'BTC/',
  'TOOLONGCODES1/2',
];
export const choice = [...notText, '', 'other', 'Debit', 'open '];
export const comparison = [
  5,
  true,
  [],
  '100',
  {},
  { gte: '1.5' },
  { near: '1' },
  { gte: null },
  { gt: 2 ** 53 },
];
export const object = [5, true, 'x', [], [{}]];
