import type { RequestContext } from '../../platform/http/context.js';
import type { Command } from '../rules/command.js';

/** One command on its way to the journal. */
export interface Request {
  command: Command;
  ledger: string;
  principal: string;
  /** null: nothing is stored under a key (PATCH). */
  idempotencyKey: string | null;
  /** What "the same request" means, see fingerprint.ts. */
  fingerprint: Buffer;
  traceId: string;
  /** The caller's own `traceparent` or `X-Trace-Id`, kept with the record; null when it sent neither. */
  trace: string | null;
}

/** What became of it: the status and the very bytes of the answer. */
export interface Outcome {
  status: number;
  body: string;
  replayed: boolean;
}

export function requestOf(
  context: RequestContext,
  ledger: string,
  command: Command,
  fingerprint: Buffer,
): Request {
  const { principal, idempotencyKey, traceId, trace } = context;
  return { command, ledger, principal, idempotencyKey, fingerprint, traceId, trace };
}

/** Stored results are found by ledger, principal and key. */
export function resultKey(of: { ledger: string; principal: string; idempotencyKey: string | null }): string {
  return `${of.ledger}\n${of.principal}\n${of.idempotencyKey}`;
}
