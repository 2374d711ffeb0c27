import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { breakingChanges, type Schema } from '../support/breaking-changes.js';

const read = (path: string): Schema => JSON.parse(readFileSync(path, 'utf8'));

describe('an event’s schema, against what was released of its version', () => {
  const released = readdirSync('test/data/schemas').filter((name) => name.endsWith('.json'));

  test.each(released)('%s breaks no consumer', (name) => {
    const path = `src/events/schemas/${name}`;
    const current = existsSync(path) ? read(path) : undefined;
    expect(breakingChanges(read(`test/data/schemas/${name}`), current)).toEqual([]);
  });

  test('there are some', () => expect(released.length).toBeGreaterThanOrEqual(4));
});

describe('what breaks a consumer', () => {
  const schema = (): Schema => ({
    type: 'object',
    required: ['type', 'amount', 'legs'],
    properties: {
      type: { enum: ['a', 'b'] },
      version: { const: '1' },
      amount: { type: 'string', pattern: '^[0-9]+$', description: 'Minor units' },
      note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      legs: {
        type: 'array',
        minItems: 1,
        items: { type: 'object', required: ['no'], properties: { no: { type: 'integer', minimum: 1 } } },
      },
    },
  });
  const of = (change: (now: Schema) => void): string[] => {
    const now = schema();
    change(now);
    return breakingChanges(schema(), now);
  };
  const leg = (now: Schema) => now.properties!.legs!.items!;

  test.each<[string, (now: Schema) => void, string]>([
    ['a field that goes', (now) => delete now.properties!.note, 'event.note is gone'],
    ['one deeper', (now) => delete leg(now).properties!.no, 'event.legs[].no is gone'],
    [
      'another type',
      (now) => (now.properties!.amount!.type = 'number'),
      'event.amount was string, is number',
    ],
    [
      'one deeper',
      (now) => (leg(now).properties!.no!.type = 'string'),
      'event.legs[].no was integer, is string',
    ],
    ['no type', (now) => (now.properties!.amount = {}), 'event.amount was string, is anything'],
    [
      'an enumeration of others',
      (now) => (now.properties!.type = { type: 'integer' }),
      'event.type was string, is integer',
    ],
    [
      'what may be null',
      (now) => (now.properties!.amount!.type = ['string', 'null']),
      'event.amount was string, is string or null',
    ],
    [
      'the same as an alternative',
      (now) => (now.properties!.amount = { anyOf: [now.properties!.amount!, { type: 'null' }] }),
      'event.amount may be null now',
    ],
    [
      'an alternative more',
      (now) => now.properties!.note!.anyOf!.push({ type: 'object' }),
      'event.note may be object now',
    ],
    [
      'the alternative that counts, gone',
      (now) => now.properties!.note!.anyOf!.shift(),
      'event.note (string) is gone',
    ],
    ['required, now optional', (now) => now.required!.pop(), 'event.legs was required, is optional'],
    ['one deeper', (now) => (leg(now).required = []), 'event.legs[].no was required, is optional'],
    ['a value that goes', (now) => now.properties!.type!.enum!.pop(), 'event.type has no b any more'],
    [
      'values no longer named',
      (now) => (now.properties!.type = { type: 'string' }),
      'event.type was one of a, b, may be anything',
    ],
    ['another constant', (now) => (now.properties!.version!.const = '2'), 'event.version has no 1 any more'],
    [
      'another form',
      (now) => (now.properties!.amount!.pattern = '^-?[0-9]+$'),
      'event.amount: pattern was ^[0-9]+$, is ^-?[0-9]+$',
    ],
    [
      'a promise taken back',
      (now) => delete now.properties!.legs!.minItems,
      'event.legs: minItems was 1, is not said',
    ],
    ['one deeper', (now) => (leg(now).properties!.no!.minimum = 0), 'event.legs[].no: minimum was 1, is 0'],
  ])('%s', (_, change, told) => expect(of(change)).toEqual([told]));

  test('a schema that goes', () => expect(breakingChanges(schema(), undefined)).toEqual(['event is gone']));

  test.each<[string, (now: Schema) => void]>([
    ['nothing', () => {}],
    ['a field more', (now) => (now.properties!.more = { type: 'string' })],
    [
      'one deeper, required',
      (now) =>
        Object.assign(leg(now), { required: ['no', 'x'], properties: { ...leg(now).properties, x: {} } }),
    ],
    ['optional, now required', (now) => now.required!.push('note')],
    ['a value more', (now) => now.properties!.type!.enum!.push('c')],
    ['a constant that becomes one of several', (now) => (now.properties!.version = { enum: ['1', '1.1'] })],
    ['what is never null any more', (now) => (now.properties!.note = { type: 'string' })],
    ['a promise more', (now) => (now.properties!.amount!.maxLength = 38)],
    ['other words', (now) => (now.properties!.amount!.description = 'Cents')],
  ])('not %s', (_, change) => expect(of(change)).toEqual([]));
});
