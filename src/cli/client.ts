import { setTimeout as sleep } from 'node:timers/promises';

/** Where the service is, the token shown to it, and the ledger meant. */
export interface Service {
  url: string;
  token: string | undefined;
  ledger: string;
}

export interface Problem {
  status: number;
  code: string;
  detail: string;
}

export interface Request {
  method: 'GET' | 'POST';
  /** Below the URL, with its query. */
  path: string;
  body?: string;
  /** Idempotency key; every attempt carries the same one. */
  key?: string;
  accept?: string;
}

/** A 2xx answer. CSV has no place for a cursor, so the next page's comes as a header. */
export interface Answer {
  text: string;
  nextCursor: string | null;
  /** Everything the request asks for was recorded before. */
  replayed: boolean;
}

/** The service answered, and the answer is no. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
  }
}

/** No usable answer after all attempts. */
export class Unreachable extends Error {}

/** This attempt came to nothing, another may succeed: why, and how long the service asks to wait. */
export interface Again {
  again: string;
  waitMs?: number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const LONGEST_RETRY_AFTER_MS = 60_000;
const ATTEMPT_TIMEOUT_MS = 120_000;
const RETRIED = new Set([429, 502, 503, 504]);

/**
 * The 2xx answer. Network errors, 429 and 503 are tried again, `tries` times in all.
 * @throws Refused on any other status, Unreachable when every attempt failed
 */
export async function call(service: Service, request: Request, tries = 5): Promise<Answer> {
  return retrying(tries, () => attempt(service, request));
}

/** One attempt, without a retry: the 2xx answer, or why to try again. */
export async function attempt(service: Service, request: Request): Promise<Answer | Again> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(service.url + request.path, {
      method: request.method,
      headers: headersOf(service, request),
      body: request.body,
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    return { again: `${service.url} cannot be reached (${causeOf(error)})` };
  }
  if (response.ok) {
    const { headers } = response;
    const replayed = headers.get('idempotent-replayed') === 'true';
    return { text, nextCursor: headers.get('next-cursor'), replayed };
  }
  const problem = problemOf(response.status, text);
  if (!RETRIED.has(response.status)) throw new Refused(problem);
  return {
    again: `${service.url} answered ${problem.code}: ${problem.detail}`,
    waitMs: retryAfterMs(response.headers.get('retry-after')),
  };
}

/** Runs `once` until it gives more than `Again`, with exponential back-off and full jitter in between. */
export async function retrying<T>(tries: number, once: () => Promise<T | Again>): Promise<T> {
  for (let tried = 1; ; tried++) {
    const outcome = await once();
    if (!isAgain(outcome)) return outcome;
    if (tried >= tries) throw new Unreachable(outcome.again);
    await sleep(Math.max(outcome.waitMs ?? 0, backOffMs(tried)));
  }
}

/** Full jitter: anywhere from nothing to the doubled-up limit, so that clients don't return in step. */
export function backOffMs(tried: number, random = Math.random): number {
  return random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tried - 1));
}

/** `Retry-After` in seconds or as a date; at most a minute, nothing when it says nothing. */
export function retryAfterMs(header: string | null, now = Date.now()): number {
  if (!header) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? 0 : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}

/** A problem document as one line's worth; anything else (a proxy's page) keeps its status. */
export function problemOf(status: number, body: unknown): Problem {
  const found = typeof body === 'string' ? parsed(body) : body;
  const { code, detail, title, errors } = (found ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string')
    return { status, code: `HTTP_${status}`, detail: 'no problem document in the answer' };
  const fields = Array.isArray(errors)
    ? errors.map((one: { path?: string; message?: string }) => `${one.path || 'the body'} ${one.message}`)
    : [];
  const said = String(detail ?? title ?? '');
  if (fields.length === 0) return { status, code, detail: said };
  // The detail repeats the first field and counts the others.
  const all = fields.join('; ');
  return { status, code, detail: said.startsWith(fields[0]!) ? all : `${said} (${all})` };
}

export function isAgain(outcome: unknown): outcome is Again {
  return typeof outcome === 'object' && outcome !== null && 'again' in outcome;
}

function headersOf(service: Service, request: Request): Record<string, string> {
  return {
    accept: request.accept ?? 'application/json',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
    ...(service.token ? { authorization: `Bearer ${service.token}` } : {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch says only "fetch failed"; what happened is in its cause. */
function causeOf(error: unknown): string {
  const cause = ((error as Error).cause ?? error) as { code?: string; message?: string };
  return cause.code || cause.message || String(error);
}
