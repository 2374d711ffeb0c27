import { randomBytes } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { FieldError } from '../../ledger/errors.js';
import type { Urgency } from '../admission/urgency.js';

/** What a handler needs to know about who asks; give it to a parameter with `@Ctx()`. */
export interface RequestContext {
  /** Name of the token, or `anonymous` where there are no tokens. */
  principal: string;
  /** Set on handlers marked `@Records()`, null elsewhere and for a dry run. */
  idempotencyKey: string | null;
  /** Of the traceparent, else `X-Trace-Id`, else a new one. */
  traceId: string;
  /** What the caller itself sent, kept with what it records: `traceparent`, else `X-Trace-Id`, else null. */
  trace: string | null;
  /** How urgent it is, where that counts; null elsewhere. */
  urgency: Urgency | null;
  /** Code of the problem that was answered, for the log. */
  code: string | null;
  /** What the body parser found that must wait for the key headers to be judged first, or for the item it is in. */
  bodyErrors: FieldError[] | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    ctx: RequestContext;
  }
}

export const Ctx = createParamDecorator(
  (_: unknown, host: ExecutionContext) => host.switchToHttp().getRequest<FastifyRequest>().ctx,
);

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const PRINTABLE = /^[\x20-\x7e]{1,128}$/;

export function createContext(headers: Record<string, string | string[] | undefined>): RequestContext {
  return {
    ...trace(headers),
    principal: 'anonymous',
    idempotencyKey: null,
    urgency: null,
    code: null,
    bodyErrors: null,
  };
}

function trace(headers: Record<string, string | string[] | undefined>) {
  const parent = headers['traceparent'];
  const match = typeof parent === 'string' ? TRACEPARENT.exec(parent) : null;
  if (match) return { traceId: match[1]!, trace: parent as string };
  const id = headers['x-trace-id'];
  if (typeof id === 'string' && PRINTABLE.test(id)) return { traceId: id, trace: id };
  return { traceId: randomHex(16), trace: null };
}

// One call to the system's randomness serves many requests.
let pool = Buffer.alloc(0);
let used = 0;
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(4096);
    used = 0;
  }
  return pool.toString('hex', used, (used += bytes));
}
