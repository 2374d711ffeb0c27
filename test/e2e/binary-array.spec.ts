import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import * as types from '../../src/platform/binary-array.js';
import { binaryArray, type ElementType } from '../../src/platform/binary-array.js';

const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
beforeAll(async () => {
  await client.connect();
  await client.query(`set timezone = 'UTC'; set bytea_output = hex`);
});
afterAll(() => client.end());

/** As Postgres reads it. */
async function read<T>(
  type: string,
  element: ElementType<T>,
  values: (T | null)[],
): Promise<(string | null)[]> {
  const { rows } = await client.query<{ read: (string | null)[] }>(
    `select array(select v::text from unnest($1::${type}[]) v) as read`,
    [binaryArray(element, values)],
  );
  return rows[0]!.read;
}

const digits = (count: number) => BigInt(`${1 + Math.floor(Math.random() * 9)}${'7'.repeat(count - 1)}`);

it('no elements, one, nulls alone', async () => {
  expect(await read('int8', types.int8, [])).toEqual([]);
  expect(await read('text', types.text, [''])).toEqual(['']);
  expect(await read('uuid', types.uuid, [null, null])).toEqual([null, null]);
});

it('numerics of every length, and where their groups of digits begin and end', async () => {
  const values = [
    0n,
    1n,
    9n,
    10n,
    9_999n,
    10_000n,
    10_001n,
    100_000_000n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
  ];
  for (let length = 1; length <= 38; length += 1) values.push(digits(length), 10n ** BigInt(length - 1));
  const all = values.flatMap((value) => [value, -value]);
  expect(await read('numeric', types.numeric, [...all, null])).toEqual([...all.map(String), null]);
});

it('whole numbers, beyond what a double holds too', async () => {
  const values = [
    '0',
    '1',
    '4294967295',
    '4294967296',
    '9007199254740991',
    '9007199254740993',
    '9223372036854775807',
    '-1',
    '-4294967297',
  ];
  expect(await read('int8', types.int8, values)).toEqual(values);
  expect(await read('int4', types.int4, [1, -1, 2_147_483_647])).toEqual(['1', '-1', '2147483647']);
  expect(await read('int2', types.int2, [1, 201, 32_767])).toEqual(['1', '201', '32767']);
});

it('texts of any length and script, whatever array literals make of them', async () => {
  const awkward = [
    'NULL',
    'null',
    '{}',
    '"',
    '\\',
    ',',
    ' a ',
    '\n\t',
    'ä',
    '日本',
    '👩‍👩‍👧',
    'é'.repeat(24),
    `${'x'.repeat(47)}é`,
  ];
  const long = ['x'.repeat(48), 'x'.repeat(49), 'y'.repeat(200_000), '日'.repeat(70_000)];
  expect(await read('text', types.text, [...awkward, ...long])).toEqual([...awkward, ...long]);
  expect(await read('json', types.json, ['{"a":"\\u00e4"}', null])).toEqual(['{"a":"\\u00e4"}', null]);
});

it('ids, times, bytes', async () => {
  const ids = Array.from({ length: 50 }, () => randomUUID());
  expect(await read('uuid', types.uuid, [...ids, ids[0]!.toUpperCase()])).toEqual([...ids, ids[0]]);
  const times = [
    '2026-11-22T10:00:00.123456Z',
    '0001-01-01T00:00:00.000001Z',
    '9999-12-31T23:59:59.999999Z',
    '1999-12-31T23:59:59.000999Z',
  ];
  const seen = await read('timestamptz', types.timestamptz, [times[0]!, times[0]!, ...times]);
  const canonical = seen.map((time) => {
    const [day, clock = ''] = time!.replace('+00', '').split(' ');
    const [seconds, fraction = ''] = clock.split('.');
    return `${day}T${seconds}.${fraction.padEnd(6, '0')}Z`;
  });
  expect(canonical).toEqual([times[0], times[0], ...times]);
  expect(() => binaryArray(types.timestamptz, ['2026-11-22'])).toThrow('no canonical time');
  const bytes = randomBytes(33);
  expect(await read('bytea', types.bytea, [bytes])).toEqual([`\\x${bytes.toString('hex')}`]);
});
