import type { Code, Problem } from './types.js';

/** The service refused: a problem document (RFC 9457), told apart by its `code`. */
export class CounterfoilError extends Error {
  override readonly name = 'CounterfoilError';
  /** A service newer than this client may answer with codes that the type doesn't have. */
  readonly code: Code;
  readonly status: number;
  /** The whole document, with what helps a program: `account`, `available`, `errors`… */
  readonly problem: Problem;
  /** Finds the request in the service's log. */
  readonly traceId: string;

  constructor(
    problem: Problem,
    /** The key of the call: with the same request, it finds out or goes on. */
    readonly idempotencyKey?: string,
    /** How long the service asked to wait, with 429 and 503. */
    readonly retryAfterMs?: number,
  ) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
    this.traceId = problem.trace_id;
  }
}

/**
 * No answer of the service: it could not be reached, or something in between answered in its place. What was asked
 * for may have been done; the same call with the same `idempotencyKey` finds out.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  constructor(
    message: string,
    readonly idempotencyKey?: string,
    /** Of an answer that was no problem document, such as a proxy's page. */
    readonly status?: number,
    options?: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** Is it a refusal with one of these codes? `if (isCode(error, 'INSUFFICIENT_FUNDS')) …` */
export function isCode<C extends Code>(
  error: unknown,
  ...codes: C[]
): error is CounterfoilError & { readonly code: C } {
  return error instanceof CounterfoilError && (codes as Code[]).includes(error.code);
}

/** Is it a problem document? Tells the refused commands of a bulk from the others. */
export function isProblem(body: unknown): body is Problem {
  const { code, status, detail } = (body ?? {}) as Record<string, unknown>;
  return typeof code === 'string' && typeof status === 'number' && typeof detail === 'string';
}
