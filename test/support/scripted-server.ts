import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

export type Step = (response: ServerResponse, seen: Seen) => unknown;

/** A server that answers its first request by the first step, the next by the next one, all others by the last. */
export async function startScripted(...steps: Step[]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = {
        method,
        path: url,
        headers,
        body: Buffer.concat(chunks).toString(),
        at: performance.now(),
      };
      seen.push(one);
      steps[Math.min(seen.length, steps.length) - 1]!(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, seen, stop };
}

export const answers =
  (status: number, body: object | string, headers: Record<string, string> = {}): Step =>
  (response) => {
    const isText = typeof body === 'string';
    const type = isText ? 'text/html' : status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(isText ? body : JSON.stringify(body));
  };

/** The request arrives, its answer does not. */
export const drops: Step = (response) => response.destroy();
export const keepsSilent: Step = () => {};

/** The request is done at another server, and its answer is passed on, or lost on the way. */
export const forwardsTo =
  (url: string, { lost = false } = {}): Step =>
  async (response, { method, path, headers, body }) => {
    const kept = ['content-type', 'idempotency-key'].filter((name) => headers[name] !== undefined);
    const answer = await fetch(url + path, {
      method,
      headers: Object.fromEntries(kept.map((name) => [name, String(headers[name])])),
      ...(body && { body }),
    });
    const text = await answer.text();
    if (lost) return response.destroy();
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type')!,
      'idempotent-replayed': answer.headers.get('idempotent-replayed') ?? 'false',
    });
    return response.end(text);
  };
