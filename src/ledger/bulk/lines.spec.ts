import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../errors.js';
import { slicesOf } from './lines.js';

async function* pieces(bytes: Buffer, cuts: number[] = []): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

async function slices(text: string | Buffer, cuts?: number[], most = 500): Promise<unknown[][]> {
  const found: unknown[][] = [];
  for await (const slice of slicesOf(pieces(Buffer.from(text), cuts), most)) {
    found.push(slice.map((item) => (item instanceof Problem ? item.code : item)));
  }
  return found;
}

const commands = async (text: string | Buffer, cuts?: number[]) => (await slices(text, cuts)).flat();

describe('lines', () => {
  it('are the same however they are cut into pieces', async () => {
    const line = fc.oneof(
      fc.json(),
      fc.constantFrom('', ' ', '\t\r', '{', '"é€😀"', '{"a":"\\u0000"}', '"\\ud800"', '{"__proto__":1}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.boolean(), fc.array(fc.nat(400)), async (lines, ended, cuts) => {
        const text = lines.join('\n') + (ended ? '\n' : '');
        expect(await commands(text, cuts)).toEqual(await commands(text));
      }),
    );
  });

  it('that are blank are passed over, and the last needs no end', async () => {
    expect(await commands('\n1\r\n\n \t\r\n2\n\n3')).toEqual([1, 2, 3]);
    expect(await commands('')).toEqual([]);
    expect(await commands(' \n')).toEqual([]);
  });

  it('that are no JSON in UTF-8, or hold what cannot be stored, are problems of their own', async () => {
    const text = Buffer.concat([
      Buffer.from('{"a":1}\n{"a":\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from('"\\u0000"\n"\\ud800"\n{"__proto__":{}}\n4\n'),
    ]);
    const malformed = 'MALFORMED_JSON';
    const failed = 'VALIDATION_FAILED';
    expect(await commands(text)).toEqual([{ a: 1 }, malformed, malformed, failed, failed, malformed, 4]);
  });

  it.each([[[]], [[1]], [[600_000]], [[1_048_577]], [[5, 1_048_580]], [[300_000, 700_000, 1_048_590]]])(
    'of up to 1 MiB are taken, longer ones passed over (pieces %p)',
    async (cuts) => {
      const longest = `"${'x'.repeat(1024 * 1024 - 2)}"`;
      const found = await commands(
        `1\n${longest}\n"y${longest.slice(1)}\n2\n"${'z'.repeat(3_000_000)}`,
        cuts,
      );
      expect(found).toEqual([1, JSON.parse(longest), 'PAYLOAD_TOO_LARGE', 2, 'PAYLOAD_TOO_LARGE']);
    },
  );

  it('go in slices of what is there, of no more than so many', async () => {
    expect(await slices('1\n2\n3\n4\n5\n6', [2, 9], 3)).toEqual([[1], [2, 3, 4], [5], [6]]);
  });
});
