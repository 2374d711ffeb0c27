import { addAbortSignal, finished, PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Problem, problemBody } from '../errors.js';
import { resultBody } from '../journal/batch.js';
import type { Outcome } from '../journal/request.js';
import { slicesOf } from './lines.js';

/** What is read ahead while a slice is recorded: the next ones, if the caller is that quick. */
const READ_AHEAD = 256 * 1024;
/** How long a slice that can't be recorded now is tried again; meanwhile the caller is held back. */
const PATIENCE_MS = 60_000;
const LONGEST_PAUSE_MS = 2_000;

interface Stream {
  /** Most commands of a slice. */
  slice: number;
  /** Records a slice of commands, the first of which has the number `first`. */
  run(commands: unknown[], first: number): Promise<Outcome[]>;
  /** Aborted when the caller is gone or the service stops. */
  ending: AbortSignal;
  traceId: string;
  patienceMs?: number;
}

/**
 * A line of answer for each line of commands, in order, while they are read. Whoever does not read the answers is
 * not read from either: at any time a slice and its answers are held, and the bytes of the next ones.
 *
 * What can't be recorded now is tried again for a while. If that does not help, the answer to the first command of
 * the slice is a 503, and the stream breaks off. It does so too after the slice at hand when it is `ending`. It never
 * looks complete then: the same lines under the same key go on where it stopped.
 */
export function answerLines(source: Readable, stream: Stream): Readable {
  const ahead = addAbortSignal(stream.ending, new PassThrough({ highWaterMark: READ_AHEAD }));
  // Not a pipeline: that would end the source with it, and the socket on which the last answers go out.
  source.pipe(ahead);
  finished(source, { writable: false }, (error) => error && ahead.destroy(error));
  return Readable.from(answers(ahead, stream), { objectMode: false });
}

async function* answers(source: Readable, stream: Stream): AsyncGenerator<string> {
  const { slice, run, ending, traceId, patienceMs = PATIENCE_MS } = stream;
  let first = 0;
  for await (const commands of slicesOf(source as AsyncIterable<Buffer>, slice)) {
    ending.throwIfAborted();
    const outcomes = await patiently(() => run(commands, first), ending, patienceMs);
    if (outcomes instanceof Problem) {
      yield line({ status: outcomes.status, body: problemBody(outcomes, traceId), replayed: false });
      throw outcomes;
    }
    yield outcomes.map(line).join('');
    first += commands.length;
  }
}

/** @returns the Problem that was still there in the end */
async function patiently(
  run: () => Promise<Outcome[]>,
  ending: AbortSignal,
  patienceMs: number,
): Promise<Outcome[] | Problem> {
  const giveUpAt = performance.now() + patienceMs;
  for (let pause = 50; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Problem)) {
        new Logger('bulk').error(error);
        throw error;
      }
      // A rate is waited for within; a quota that is used up comes back tomorrow.
      if (error.code === 'RATE_LIMITED' || performance.now() > giveUpAt) return error;
    }
    await sleep(Math.random() * pause, undefined, { signal: ending });
  }
}

function line(outcome: Outcome): string {
  return `${resultBody(outcome)}\n`;
}
