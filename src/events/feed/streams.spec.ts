import { describe, expect, it } from '@jest/globals';
import type { Line, Reader } from './readers.js';
import { jsonLines, serverSentEvents } from './streams.js';

const line = (n: number): Line => ({ cursor: `c${n}`, type: 't', payload: `{"n":${n}}` });

/** A reader of given pages; an error among them is thrown, and after the last nothing is new. */
function reader(...pages: (Line[] | Error)[]): Reader & { asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    async next(most) {
      asked.push(most);
      const page = pages.shift() ?? [];
      if (page instanceof Error) throw page;
      return page;
    },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))),
    cursor: () => 'here',
    signal: new AbortController().signal,
  };
}

describe('JSON lines', () => {
  it('end at the limit, or when nothing is new', async () => {
    const text = async (limit: number) => {
      const lines = [];
      for await (const chunk of jsonLines(reader([line(2)], [line(3)]), [line(1)], limit)) lines.push(chunk);
      return lines.join('');
    };
    expect(await text(2)).toBe('{"cursor":"c1","event":{"n":1}}\n{"cursor":"c2","event":{"n":2}}\n');
    expect((await text(9)).split('\n')).toHaveLength(4);
  });

  it('are read no faster than they are taken', async () => {
    const source = reader([line(2)], [line(3)]);
    const chunks = jsonLines(source, [line(1)], 10);
    await chunks.next();
    expect(source.asked).toEqual([]);
    await chunks.next();
    expect(source.asked).toEqual([9]);
  });
});

describe('server-sent events', () => {
  it('have a heartbeat when nothing is new, which says where the reader stands', async () => {
    const stream = serverSentEvents(reader(), [line(1)], 1);
    const texts = [];
    for (let n = 0; n < 3; n += 1) texts.push((await stream.next()).value);
    expect(texts).toEqual([
      'retry: 1000\n\n',
      'id: c1\nevent: t\ndata: {"n":1}\n\n',
      ': heartbeat\nid: here\n\n',
    ]);
  });

  it('wait while Postgres is away; a fault of ours ends them', async () => {
    const away = Object.assign(new Error('gone'), { code: '57P01' });
    const stream = serverSentEvents(reader(away, [line(1)], new Error('a bug')), [], 60_000);
    await stream.next();
    await stream.next();
    expect((await stream.next()).value).toContain('{"n":1}');
    await expect(stream.next()).rejects.toThrow('a bug');
  });
});
