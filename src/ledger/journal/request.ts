import { hash } from 'node:crypto';
import type { RequestContext } from '../../platform/http/context.js';
import { accountsOf, type Command } from '../rules/command.js';
import type { Transaction } from '../rules/record.js';

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
  /** Everything is checked and answered, nothing recorded. */
  dryRun: boolean;
  /** What the command builds on, once it was found. */
  target?: Transaction;
  /** See `resultKey`, once it was asked for. */
  resultKey?: string;
}

/**
 * Commands that take effect all together or not at all. The key is that of the whole: under it only a rejection is
 * stored, what took effect is under the keys of the parts.
 */
export interface Atomic extends Pick<
  Request,
  'ledger' | 'principal' | 'idempotencyKey' | 'fingerprint' | 'traceId' | 'resultKey'
> {
  parts: Request[];
}

/** What a batch is made of. */
export type Work = Request | Atomic;

export function isAtomic(work: Work): work is Atomic {
  return 'parts' in work;
}

export function partsOf(work: Work[]): Request[] {
  return work.flatMap((item) => (isAtomic(item) ? item.parts : item));
}

export function sizeOf(work: Work[]): number {
  return work.reduce((sum, item) => sum + (isAtomic(item) ? item.parts.length : 1), 0);
}

/** The accounts a request needs to see locked, by their ids within the ledger. */
export function lockedBy({ command, target }: Request): string[] {
  const named = accountsOf(command);
  return target ? [...named, ...target.entries.map(({ account }) => account)] : named;
}

/** What became of it: the status and the very bytes of the answer. */
export interface Outcome {
  status: number;
  body: string;
  replayed: boolean;
  /** For the ETag, where the body does not have it. */
  revision?: number;
}

export function requestOf(
  context: RequestContext,
  ledger: string,
  command: Command,
  fingerprint: Buffer,
  dryRun = false,
): Request {
  const { principal, idempotencyKey, traceId, trace } = context;
  return { command, ledger, principal, idempotencyKey, fingerprint, traceId, trace, dryRun };
}

/**
 * What a work's stored result is found by: 16 bytes of the SHA-256 of ledger, principal and key, in hex. None of the
 * three holds the newline between them.
 */
export function resultKey(work: Pick<Work, 'ledger' | 'principal' | 'idempotencyKey' | 'resultKey'>): string {
  const { ledger, principal, idempotencyKey } = work;
  return (work.resultKey ??= hash('sha256', `${ledger}\n${principal}\n${idempotencyKey}`).slice(0, 32));
}
