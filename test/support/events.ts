import type { Client, Json } from './client.js';

export interface EventLine {
  cursor: string;
  event: Json;
}

/** The JSON lines of one answer; `query` begins with `?`. @throws unless it is 200 */
export async function readEvents(client: Client, query = '?limit=10000'): Promise<EventLine[]> {
  const { status, text } = await client.get(`events${query}`);
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

export interface ServerSentEvent {
  id: string;
  event: string;
  data: string;
}

export interface LiveEvents {
  headers: Headers;
  /** The next event; comments and bare ids are passed over. @throws when the stream has ended */
  next(): Promise<ServerSentEvent>;
  /** All until the stream ends; fails when it breaks off. */
  rest(): Promise<ServerSentEvent[]>;
  close(): void;
}

/** A stream of server-sent events. @throws unless the answer is 200 */
export async function liveEvents(
  { url }: Client,
  query: string,
  headers: Record<string, string> = {},
  ledger = 'main',
): Promise<LiveEvents> {
  const gone = new AbortController();
  const response = await fetch(`${url}/v1/ledgers/${ledger}/events${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: gone.signal,
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const events = parse(response);
  return {
    headers: response.headers,
    async next() {
      const { value, done } = await events.next();
      if (done) throw new Error('the stream has ended');
      return value;
    },
    async rest() {
      const found = [];
      for await (const event of events) found.push(event);
      return found;
    },
    close: () => gone.abort(),
  };
}

// Takes the response itself: fetch cancels a body that nobody reads yet once its response is garbage.
async function* parse(response: Response): AsyncGenerator<ServerSentEvent, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body!) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      const data = field('data');
      if (data !== undefined) yield { id: field('id')!, event: field('event')!, data };
    }
  }
  return undefined;
}
