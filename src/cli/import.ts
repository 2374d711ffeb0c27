import { badLines } from './bad-lines.js';
import { ledgerPath } from './api.command.js';
import { type Again, attempt, isAgain, problemOf, Refused, retrying, type Service } from './client.js';
import { bulkOf, type Chunk, chunksOf, type Command, LIMITS } from './chunks.js';
import { linesOf, openSource } from './lines.js';
import { grouped, rateOf, startProgress } from './progress.js';

interface Result {
  status: number;
  body: unknown;
  /** An earlier run had sent it already. */
  before?: boolean;
}

export interface Outcome {
  /** Lines with a command, or with something that should have been one. */
  lines: number;
  applied: number;
  /** Applied by an earlier run. */
  before: number;
  refused: number;
  /** Of those applied by this run. */
  transactions: number;
  seconds: number;
  /** Ctrl-C was pressed before the end. */
  stopped: boolean;
}

/** A first request finds out soon that no service is there; later ones outlast a restart of the service. */
const FIRST_TRIES = 6;
const LATER_TRIES = 14;

/**
 * Sends the commands of `file` in file order, a chunk after the other; a second run changes nothing.
 * @throws Unreachable, or Refused when the service refuses a chunk as a whole
 */
export async function importFile(service: Service, file: string, errorsFile?: string): Promise<Outcome> {
  const source = openSource(file);
  const began = performance.now();
  const progress = await startProgress(source.size, 'commands', began);
  const bad = badLines(errorsFile, progress.print.bind(progress));
  const counts = { lines: 0, applied: 0, before: 0, refused: 0, transactions: 0 };
  const outcome: Outcome = { ...counts, seconds: 0, stopped: false };
  const stop = (): void => void (outcome.stopped = true);
  process.once('SIGINT', stop);
  try {
    for await (const chunk of ahead(chunksOf(linesOf(source.bytes, LIMITS.bytes), source.read))) {
      chunk.bad.forEach(bad.add);
      const tries = outcome.applied + outcome.before ? LATER_TRIES : FIRST_TRIES;
      const results = await sendAll(service, chunk.commands, tries);
      tally(chunk, results, outcome, bad.add);
      progress.show(chunk.read, outcome.lines);
      if (outcome.stopped) break;
    }
  } finally {
    process.removeListener('SIGINT', stop);
    progress.stop();
    bad.close();
  }
  return { ...outcome, refused: bad.count(), seconds: (performance.now() - began) / 1000 };
}

export function summaryOf(outcome: Outcome): string {
  const { lines, applied, before, refused, transactions, seconds } = outcome;
  const earlier = before ? ` ${grouped(before)} had been applied before,` : '';
  const rate = before && !transactions ? '' : `, ${rateOf(transactions, 0, seconds * 1000)} transactions/s`;
  return (
    `${grouped(lines)} lines: ${grouped(applied)} applied,${earlier} ${grouped(refused)} refused; ` +
    `${seconds.toFixed(1)} s${rate}`
  );
}

function tally(
  chunk: Chunk,
  results: Result[],
  outcome: Outcome,
  add: (bad: Chunk['bad'][number]) => void,
): void {
  outcome.lines += chunk.commands.length + chunk.bad.length;
  chunk.commands.forEach((command, index) => {
    const { status, body, before } = results[index]!;
    if (status >= 200 && status < 300) {
      if (before) return void outcome.before++;
      outcome.applied++;
      if (command.isTransaction) outcome.transactions++;
      return;
    }
    const { code, detail } = problemOf(status, body);
    add({ line: command.line, status, code, detail });
  });
}

/** The results of commands in order; a request that is too large for the service is halved. */
async function sendAll(service: Service, commands: Command[], tries: number): Promise<Result[]> {
  if (commands.length === 0) return [];
  try {
    return await send(service, commands, tries);
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.status !== 413) throw refusedChunk(error, commands);
    if (commands.length === 1) return [{ status: 413, body: error.problem }];
    const half = commands.length >> 1;
    const first = await sendAll(service, commands.slice(0, half), tries);
    return first.concat(await sendAll(service, commands.slice(half), tries));
  }
}

async function send(service: Service, commands: Command[], tries: number): Promise<Result[]> {
  const { body, key } = bulkOf(commands);
  const path = `${ledgerPath(service)}/bulk`;
  let attempts = 0;
  return retrying(tries, async () => {
    attempts++;
    const answer = await attempt(service, { method: 'POST', path, body, key });
    if (isAgain(answer)) return answer;
    const results = resultsOf(answer.text, commands.length);
    // After an attempt whose answer was lost it may have been this very run that applied them.
    const before = answer.replayed && attempts === 1;
    return isAgain(results) ? results : results.map((result) => ({ ...result, before }));
  });
}

/** A 503 inside means that the rest waits: the same request again goes on where it stopped. */
function resultsOf(answer: string, expected: number): Result[] | Again {
  const { results } = JSON.parse(answer) as { results: Result[] };
  if (results.length !== expected) {
    throw new Error(`the service answered ${results.length} results to ${expected} commands`);
  }
  const waiting = results.find(({ status }) => status === 429 || status === 503);
  if (!waiting) return results;
  const { code, detail } = problemOf(waiting.status, waiting.body);
  return { again: `the service answered ${code}: ${detail}` };
}

function refusedChunk(error: unknown, commands: Command[]): unknown {
  if (!(error instanceof Refused)) return error;
  const [from, to] = [commands[0]!.line, commands.at(-1)!.line];
  const { status, code, detail } = error.problem;
  return new Refused({ status, code, detail: `${detail} (lines ${from} to ${to} as a whole)` });
}

/** Reads and cuts the next chunk while this one is on its way. */
async function* ahead(chunks: AsyncGenerator<Chunk>): AsyncGenerator<Chunk> {
  let next = chunks.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = chunks.next();
      // Whoever waits for it later gets the error; until then it must not end the process as unhandled.
      next.catch(() => {});
      yield value;
    }
  } finally {
    void chunks.return(undefined);
  }
}
