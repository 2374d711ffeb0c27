import { toJson, toQuery } from './encode.js';
import { ConnectionError, CounterfoilError, isProblem } from './errors.js';
import { backOffMs, retryAfterMs, retryDefaults, sleep, type RetryOptions } from './retry.js';

export interface TransportOptions {
  /** Where the service is: `http://127.0.0.1:3000`. */
  url: string;
  /** Shown as `Authorization: Bearer …`; a function is asked at each attempt. */
  token?: string | (() => string | Promise<string>);
  retry?: Partial<RetryOptions>;
  /** How long one attempt may take, its answer included; 30 s. */
  timeoutMs?: number;
  /** In place of the global one. */
  fetch?: typeof globalThis.fetch;
}

export interface Request {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  /** Below the URL, ids encoded. */
  path: string;
  query?: object;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  content?: { type: string; text: string };
  /** Idempotency key: every attempt carries the same one. */
  key?: string;
  headers?: Record<string, string>;
  /** A media type other than JSON. */
  accept?: string;
  signal?: AbortSignal;
  /** Added to the time of an attempt: how long the service was asked to wait before it answers. */
  waitMs?: number;
  /** False where doing it twice is not the same as doing it once: then only what was surely not done is tried again. */
  repeatable?: boolean;
}

/** An answer of any status. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON; undefined where the answer is none. */
  body: unknown;
}

export interface Transport {
  /** The answer to the last attempt, whatever its status. @throws ConnectionError without one */
  send(request: Request): Promise<Answer>;
  /** The answer of a success. @throws CounterfoilError, ConnectionError */
  ask(request: Request): Promise<Answer>;
  /** The body of a success. @throws CounterfoilError, ConnectionError */
  call<T>(request: Request): Promise<T>;
}

// 502 and 504 are a proxy's: the service behind it was not reached, or did not answer.
const RETRIED = new Set([429, 502, 503, 504]);

export function createTransport(options: TransportOptions): Transport {
  const retry = { ...retryDefaults, ...options.retry };
  const { timeoutMs = 30_000 } = options;
  const base = options.url.replace(/\/+$/, '');

  async function send(request: Request): Promise<Answer> {
    const { signal } = request;
    const url = new URL(base + request.path + toQuery(request.query));
    const content =
      request.content ??
      (request.body === undefined ? undefined : { type: 'application/json', text: toJson(request.body) });
    for (let tried = 1; ; tried++) {
      const headers = await headersOf(request, content?.type, options.token);
      const init = { method: request.method, headers, body: content?.text, signal };
      const outcome = await attempt(url, init, timeoutMs + (request.waitMs ?? 0));
      const wait = waitOf(request, outcome, tried);
      if (wait === undefined) {
        if (outcome instanceof ConnectionError) throw outcome;
        return outcome;
      }
      await sleep(wait, signal);
    }
  }

  /** An answer, or why there is none. @throws the signal's reason */
  async function attempt(
    url: URL,
    init: { method: string; headers: Headers; body?: string; signal?: AbortSignal },
    timeoutMs: number,
  ): Promise<Answer | ConnectionError> {
    const { signal } = init;
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    const timer = setTimeout(() => controller.abort(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      // A redirect would turn a POST into a GET.
      const response = await (options.fetch ?? fetch)(url, {
        ...init,
        redirect: 'manual',
        signal: controller.signal,
      });
      const { status, headers } = response;
      const text = await response.text();
      return { status, headers, text, body: jsonOf(headers, text) };
    } catch (cause) {
      signal?.throwIfAborted();
      const key = init.headers.get('idempotency-key') ?? undefined;
      return new ConnectionError(`${url.origin}: ${messageOf(cause)}`, key, undefined, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** How long to wait before the next attempt; undefined: there is none. */
  function waitOf(request: Request, outcome: Answer | ConnectionError, tried: number): number | undefined {
    if (tried >= retry.attempts) return undefined;
    if (outcome instanceof ConnectionError) {
      return request.repeatable === false ? undefined : backOffMs(tried, retry);
    }
    if (!RETRIED.has(outcome.status)) return undefined;
    if (request.repeatable === false && !wasNotDone(outcome)) return undefined;
    // The jitter comes on top, or all would return at the same second.
    const asked = retryAfterMs(outcome.headers.get('retry-after')) ?? 0;
    return asked > retry.longestRetryAfterMs ? undefined : asked + backOffMs(tried, retry);
  }

  async function ask(request: Request): Promise<Answer> {
    const answer = await send(request);
    const { status, body, headers } = answer;
    const { key } = request;
    if (status >= 200 && status < 300 && isWanted(answer, request.accept)) return answer;
    if (isProblem(body)) throw new CounterfoilError(body, key, retryAfterMs(headers.get('retry-after')));
    throw new ConnectionError(`${base} answered ${status}, but not as the service does`, key, status);
  }

  return { send, ask, call: async <T>(request: Request) => (await ask(request)).body as T };
}

/** A page of a proxy in between is no answer, even with status 200. */
function isWanted({ body, headers }: Answer, accept: string | undefined): boolean {
  return accept === undefined ? body !== undefined : headers.get('content-type')?.startsWith(accept) === true;
}

function wasNotDone({ status, body }: Answer): boolean {
  return status === 429 || (isProblem(body) && body.code === 'OVERLOADED');
}

async function headersOf(
  { key, headers, accept = 'application/json' }: Request,
  type: string | undefined,
  token: TransportOptions['token'],
): Promise<Headers> {
  const shown = typeof token === 'function' ? await token() : token;
  return new Headers({
    accept,
    ...(type !== undefined && { 'content-type': type }),
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(shown && { authorization: `Bearer ${shown}` }),
    ...headers,
  });
}

function jsonOf(headers: Headers, text: string): unknown {
  if (!/^application\/([\w.-]+\+)?json\b/.test(headers.get('content-type') ?? '')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch says only "fetch failed"; what happened is in its cause. */
function messageOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code || cause?.message || message || String(error);
}
