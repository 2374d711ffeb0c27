import { describe, expect, it } from '@jest/globals';
import { bulkOf, type Chunk, chunksOf, lineKeys, LIMITS } from './chunks.js';
import { linesOf } from './lines.js';

async function* pieces(text: string | Buffer, size = 7): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function chunksIn(text: string | Buffer, limits = LIMITS, size?: number): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of chunksOf(linesOf(pieces(text, size), 1000), () => 0, limits)) chunks.push(chunk);
  return chunks;
}

const commandsIn = async (text: string) =>
  (await chunksIn(text)).flatMap(({ commands }) => commands.map(({ json }) => JSON.parse(json)));
const keysIn = async (text: string) =>
  (await commandsIn(text)).map((command) => command.idempotency_key as string);

const line = (n: number): string => `{"command":"transfer","from":"a","to":"b","amount":"${n}"}`;

describe('keys of lines', () => {
  it('are the same whenever the same file is read', async () => {
    const text = [line(1), line(2), line(1)].join('\n');
    expect(await keysIn(text)).toEqual(await keysIn(text));
  });

  it('tell identical lines apart by counting them', async () => {
    const [first, other, second] = await keysIn([line(1), line(2), line(1)].join('\n'));
    expect(first).toMatch(/^import:[0-9a-f]{32}:1$/);
    expect(second).toBe(first!.replace(/:1$/, ':2'));
    expect(other).not.toBe(first);
  });

  it('stay when another line is mended, blank lines come in, or line ends change', async () => {
    const before = await keysIn(`${line(1)}\n{broken\n${line(3)}`);
    const after = await keysIn(`${line(1)}\r\n\r\n${line(2)}\r\n${line(3)}\r\n`);
    expect([after[0], after[2]]).toEqual(before);
  });

  it('stay distinct and counted over many lines', () => {
    const keyOf = lineKeys();
    const keys = new Set<string>();
    for (let round = 1; round <= 2; round++) {
      for (let n = 0; n < 20_000; n++) {
        const key = keyOf(line(n));
        expect(key.endsWith(`:${round}`)).toBe(true);
        keys.add(key);
      }
    }
    expect(keys.size).toBe(40_000);
  });

  it('leave a key of its own alone, and take the place of a null or empty one', async () => {
    const [own, none, empty] = await keysIn(
      '{"idempotency_key":"mine"}\n{"idempotency_key":null}\n{"idempotency_key":""}',
    );
    expect(own).toBe('mine');
    expect([none, empty]).toEqual([expect.stringMatching(/^import:/), expect.stringMatching(/^import:/)]);
  });
});

describe('commands of lines', () => {
  it('keep the text as it stands, so that a large integer is not rounded', async () => {
    const [chunk] = await chunksIn('{"command":"transfer","amount":9007199254740993}');
    expect(chunk!.commands[0]!.json).toContain('"amount":9007199254740993,"idempotency_key":"import:');
  });

  it('are refused with their line number when they are not JSON objects', async () => {
    const text = Buffer.concat([
      Buffer.from('\ufeff{}\n\n[1]\n{"a":\n"text"\nnull\n'),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from(`{"long":"${'x'.repeat(2000)}"}\n{"last":true}`),
    ]);
    const [chunk] = await chunksIn(text);
    expect(chunk!.commands.map((command) => command.line)).toEqual([1, 9]);
    expect(chunk!.bad.map((bad) => bad.line)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(chunk!.bad.at(-2)!.detail).toBe('not UTF-8');
    expect(chunk!.bad.at(-1)!.detail).toBe('longer than 1000 bytes');
  });

  it('come out the same however the bytes arrive', async () => {
    const text = [line(1), '{broken', line(3), ''].join('\n');
    const [whole] = await chunksIn(text, LIMITS, 1_000_000);
    for (const size of [1, 2, 3, 50]) expect((await chunksIn(text, LIMITS, size))[0]).toEqual(whole);
  });
});

describe('chunks', () => {
  const numbersIn = (chunks: Chunk[]) =>
    chunks.map(({ commands }) => commands.map((command) => command.line));

  it('hold at most so many commands, in file order', async () => {
    const text = [1, 2, 3, 4, 5].map(line).join('\n');
    expect(numbersIn(await chunksIn(text, { ...LIMITS, commands: 2 }))).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('hold at most so many bytes', async () => {
    const text = [1, 2, 3].map(line).join('\n');
    const [all] = await chunksIn(text);
    const bytes = 2 * (all!.commands[0]!.json.length + 1);
    expect(numbersIn(await chunksIn(text, { ...LIMITS, bytes }))).toEqual([[1, 2], [3]]);
  });

  it('hold at most so many entries, counting those of a split', async () => {
    const split = '{"command":"transfer","to":[{},{},{}]}';
    const posting = '{"command":"transaction","entries":[{},{},{}]}';
    const text = [split, posting, line(1)].join('\n');
    expect(numbersIn(await chunksIn(text, { ...LIMITS, entries: 6 }))).toEqual([[1], [2, 3]]);
  });

  it('count bad lines too, so that a file of nothing else is not gathered in memory', async () => {
    const chunks = await chunksIn('x\n'.repeat(5), { ...LIMITS, commands: 2 });
    expect(chunks.map(({ bad }) => bad.length)).toEqual([2, 2, 1]);
  });

  it('make a bulk request whose key follows from its commands', async () => {
    const [chunk] = await chunksIn([line(1), line(2)].join('\n'));
    const { body, key } = bulkOf(chunk!.commands);
    expect(JSON.parse(body)).toMatchObject({
      mode: 'independent',
      commands: [{ amount: '1' }, { amount: '2' }],
    });
    expect(key).toMatch(/^import-chunk:[0-9a-f]{32}$/);
    expect(bulkOf(chunk!.commands).key).toBe(key);
    expect(bulkOf(chunk!.commands.slice(1)).key).not.toBe(key);
  });
});
