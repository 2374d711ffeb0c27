import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Problem } from '../errors.js';
import type { Outcome } from '../journal/request.js';
import { answerLines } from './stream.js';

const done = (body: unknown): Outcome => ({ status: 201, body: JSON.stringify(body), replayed: false });
const overloaded = () => new Problem('OVERLOADED', 'too many', {}, 1);

function answer(
  source: Readable,
  run: (commands: unknown[], first: number) => Promise<Outcome[]>,
  more = {},
) {
  return answerLines(source, { slice: 2, run, ending: new AbortController().signal, traceId: 't', ...more });
}

/** Its lines, and the error it broke off with. */
async function read(answers: Readable): Promise<{ lines: string[]; error?: unknown }> {
  let text = '';
  const lines = () => text.split('\n').filter(Boolean);
  try {
    for await (const chunk of answers) text += chunk;
  } catch (error) {
    return { lines: lines(), error };
  }
  return { lines: lines() };
}

describe('a stream of commands', () => {
  it('is run slice by slice, each with the number of its first command', async () => {
    const firsts: number[] = [];
    const run = async (commands: unknown[], first: number) => {
      firsts.push(first);
      return commands.map(done);
    };
    const { lines, error } = await read(answer(Readable.from([Buffer.from('1\n2\n3\n4\n5\n')]), run));
    expect(error).toBeUndefined();
    expect(lines.map((line) => JSON.parse(line).body)).toEqual([1, 2, 3, 4, 5]);
    expect(firsts).toEqual([0, 2, 4]);
  });

  it('says at once that a quota is used up: nobody waits here for tomorrow', async () => {
    let runs = 0;
    const run = async (): Promise<Outcome[]> => {
      runs += 1;
      throw new Problem('RATE_LIMITED', 'used up', {}, 3600);
    };
    const { lines, error } = await read(answer(Readable.from([Buffer.from('1\n')]), run));
    expect(lines.map((line) => JSON.parse(line).body.code)).toEqual(['RATE_LIMITED']);
    expect([runs, (error as Problem).code]).toEqual([1, 'RATE_LIMITED']);
  });

  it('tries again what cannot be recorded now', async () => {
    let refusals = 3;
    const run = async (commands: unknown[]) => {
      if (refusals-- > 0) throw overloaded();
      return commands.map(done);
    };
    const { lines, error } = await read(answer(Readable.from([Buffer.from('1\n2\n')]), run));
    expect([lines, error]).toEqual([['{"status":201,"body":1}', '{"status":201,"body":2}'], undefined]);
  });

  it('ends with a 503 and breaks off when that does not help', async () => {
    const run = async (commands: unknown[], first: number) => {
      if (first === 2) throw overloaded();
      return commands.map(done);
    };
    const source = Readable.from([Buffer.from('1\n2\n3\n4\n5\n')]);
    const { lines, error } = await read(answer(source, run, { patienceMs: 0 }));
    expect(lines.map((line) => JSON.parse(line).status)).toEqual([201, 201, 503]);
    expect(JSON.parse(lines[2]!).body).toMatchObject({ code: 'OVERLOADED', trace_id: 't' });
    expect(error).toBeDefined();
  });

  it('breaks off when what it reads does, without running what came before', async () => {
    let runs = 0;
    const source = new PassThrough();
    const answers = answer(source, async (commands) => {
      runs++;
      return commands.map(done);
    });
    source.write('1\n2');
    const reading = read(answers);
    await sleep(20);
    source.destroy(new Error('reset'));
    expect((await reading).error).toBeDefined();
    expect(runs).toBe(1);
  });

  it('finishes and answers the slice at hand when it is ended, and no other', async () => {
    const ending = new AbortController();
    const source = new PassThrough();
    source.write('1\n2\n3\n4\n');
    const run = async (commands: unknown[]) => {
      ending.abort();
      await sleep(20);
      return commands.map(done);
    };
    const { lines, error } = await read(answer(source, run, { ending: ending.signal }));
    expect(lines.map((line) => JSON.parse(line).body)).toEqual([1, 2]);
    expect(error).toBeDefined();
    expect(source.destroyed).toBe(false);
  });

  it('is not read further than a slice and what is read ahead while nobody reads its answers', async () => {
    let sent = 0;
    const source = Readable.from(
      (function* () {
        for (; sent < 500; sent++) yield Buffer.from(`"${'x'.repeat(10_000)}"\n`);
      })(),
      { objectMode: false },
    );
    const answers = answer(source, async (commands) => commands.map(() => done('y'.repeat(50_000))));
    answers.once('readable', () => {});
    await sleep(200);
    expect(sent).toBeLessThan(200);
    expect((await read(answers)).lines).toHaveLength(500);
    expect(sent).toBe(500);
  });
});
