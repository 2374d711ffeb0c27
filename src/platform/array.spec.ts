import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayLiteral } from './array.js';

const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils.js') as {
  prepareValue(value: unknown): string;
};

it('an array literal means what pg’s own means', () => {
  const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value));
  const element = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'NULL', '"', '\\', '\n\t', 'a\\"\u0001', '{1,2}', '{"a":"\\u0000"}', '\u2028'),
    fc.integer(),
    fc.constant(null),
    bytes,
  );
  fc.assert(
    fc.property(fc.array(element), (values) => {
      expect(parsed(arrayLiteral(values))).toEqual(parsed(prepareValue(values)));
    }),
  );
});

/** As Postgres reads it: quotes are taken off, a backslash stands for what follows it, unquoted NULL is null. */
function parsed(literal: string): (string | null)[] {
  const elements = literal.slice(1, -1).match(/"(?:\\[^]|[^"\\])*"|[^,]+/g) ?? [];
  return elements.map((element) => {
    if (element === 'NULL') return null;
    const text = element.startsWith('"') ? element.slice(1, -1) : element;
    return text.replace(/\\([^])/g, '$1');
  });
}
