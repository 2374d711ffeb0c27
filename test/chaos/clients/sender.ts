import { createTransport, isProblem } from '@counterfoil/client';
import type { Attempt, Command, History, Operation } from '../history.js';
import { isDefinite } from '../history.js';
import { createBalancer, patience } from './balancer.js';

/** Sends commands to any of the APIs until they are answered, and writes down every attempt. */
export interface Sender {
  /**
   * Resolves with an answer, or when `signal` ends it before there was one.
   * @param times more than one: so often at the same time, as a client does that has lost its patience
   */
  send(
    client: string,
    command: Command,
    key: string | null,
    signal: AbortSignal,
    times?: number,
  ): Promise<Operation>;
  /** The same again, until it is answered; a new attempt of the same operation. */
  repeat(operation: Operation, signal: AbortSignal): Promise<Attempt | undefined>;
}

export function createSender(urls: string[], history: History): Sender {
  const { url: address, next } = createBalancer(urls);

  async function run(operation: Operation, signal: AbortSignal): Promise<Attempt | undefined> {
    const { method, path, body, key, dryRun, attempts } = operation;
    const transport = createTransport({
      url: address,
      ...patience,
      fetch: async (input, init) => {
        const { api, url } = next(input as URL);
        const attempt: Attempt = { api, began: performance.now(), ended: Infinity };
        attempts.push(attempt);
        try {
          const response = await fetch(url, init);
          const text = await response.text();
          attempt.replayed = response.headers.get('idempotent-replayed') === 'true';
          Object.assign(attempt, { ended: performance.now(), status: response.status, text });
          judge(operation, attempt);
          return new Response(text, { status: response.status, headers: response.headers });
        } catch (error) {
          const { message, cause } = error as Error;
          attempt.failure = `${message}${cause ? ` (${(cause as Error).message})` : ''}`;
          attempt.ended = performance.now();
          throw error;
        }
      },
    });
    const place = path.startsWith('/') ? path : `/v1/ledgers/main/${path}`;
    try {
      const query = dryRun ? { dry_run: true } : undefined;
      await transport.send({ method, path: place, body, key: key ?? undefined, query, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    const last = attempts.at(-1);
    return last && isDefinite(last) ? last : undefined;
  }

  /** No fault of the machine excuses these. */
  function judge(operation: Operation, { status, text }: Attempt): void {
    if (status! < 300) return;
    const problem = parsed(text!);
    const say = (what: string) =>
      void history.odd.push(`${what}: #${operation.number} ${operation.kind} ${text}`);
    if (!isProblem(problem)) return say(`${status} without a problem document`);
    if (problem.status !== status) say(`a problem of another status than ${status}`);
    if (status! >= 500 && !['UNAVAILABLE', 'OVERLOADED'].includes(problem.code)) say(`status ${status}`);
    if ([400, 401, 403, 404, 405, 413, 415].includes(status!)) say(`status ${status}`);
  }

  return {
    async send(client, command, key, signal, times = 1) {
      const number = history.operations.length;
      const operation: Operation = { ...command, number, client, key, attempts: [] };
      history.operations.push(operation);
      await Promise.all(Array.from({ length: times }, () => run(operation, signal)));
      return operation;
    },
    repeat: (operation, signal) => run(operation, signal),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
