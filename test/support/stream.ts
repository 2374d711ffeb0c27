import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { Json } from './client.js';

/** A bulk that is sent line by line, and answered line by line meanwhile. */
export interface LineStream {
  status: number;
  headers: IncomingMessage['headers'];
  /** Sends commands, or text as it stands. Resolves when there is room for more. */
  send(...lines: (object | string)[]): Promise<void>;
  /** No more lines. */
  end(): void;
  /** The next answer. @throws when the stream ended or broke off */
  next(): Promise<Json>;
  /** All further answers. @throws when the stream broke off */
  rest(): Promise<Json[]>;
  /** Goes away in the middle of it. */
  abort(): void;
  request: ClientRequest;
}

interface Options {
  key?: string;
  ledger?: string;
  path?: string;
  headers?: Record<string, string>;
  /** Sent before there is an answer, and nothing after it. */
  text?: string;
}

/** Begins the request; resolves with the head of the response. */
export async function openStream(url: string, options: Options = {}): Promise<LineStream> {
  const { key = randomUUID(), ledger = 'main', path = `/v1/ledgers/${ledger}/bulk` } = options;
  const post = request(new URL(path, url), {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key, ...options.headers },
  });
  if (options.text === undefined) post.flushHeaders();
  else post.end(options.text);
  const [response] = (await once(post, 'response')) as [IncomingMessage];
  // Whoever reads hears of a connection that broke from the response.
  post.on('error', () => {});
  let answers: AsyncIterator<Json> | undefined;
  const read = () => (answers ??= linesOf(response));
  return {
    status: response.statusCode!,
    headers: response.headers,
    request: post,
    async send(...lines) {
      const text = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`));
      if (!post.write(text.join(''))) await once(post, 'drain');
    },
    end: () => void post.end(),
    async next() {
      const { value, done } = await read().next();
      if (done) throw new Error('the stream has ended');
      return value;
    },
    async rest() {
      const all: Json[] = [];
      for (;;) {
        const { value, done } = await read().next();
        if (done) return all;
        all.push(value);
      }
    },
    abort: () => void post.destroy(),
  };
}

/** Sends all lines and reads all answers. */
export async function stream(url: string, lines: (object | string)[], options?: Options): Promise<Json[]> {
  const opened = await openStream(url, options);
  const rest = opened.rest();
  await opened.send(...lines);
  opened.end();
  return rest;
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<Json> {
  let broken: Error | undefined;
  response.on('error', (error) => (broken = error));
  for await (const line of createInterface({ input: response })) yield JSON.parse(line);
  if (broken || !response.complete) throw broken ?? new Error('the stream broke off');
}
