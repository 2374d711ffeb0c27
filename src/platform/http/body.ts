import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem, type FieldError } from '../../ledger/errors.js';

export const BODY_LIMIT = 1024 * 1024;
export const BULK_BODY_LIMIT = 16 * 1024 * 1024;

// Far above what any endpoint takes; keeps recursion over a body (hashing, validation) off the stack's end.
const MAX_DEPTH = 32;
const UTF8_JSON = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Reads bodies: JSON, or nothing at all. Anything else is 415, once it is known not to be too large. */
export function installBodyParser(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseBody(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else done(unsupported(request.headers['content-type']));
  });
}

function unsupported(type: string | undefined): Problem {
  return new Problem(
    'UNSUPPORTED_MEDIA_TYPE',
    `the body is ${type ?? 'of no type'}, not application/json in UTF-8`,
  );
}

function parseBody(request: FastifyRequest, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type']!;
  if (type !== 'application/json' && !UTF8_JSON.test(type)) throw unsupported(type);
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding.toLowerCase() !== 'identity') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', `content encoding ${encoding} is not supported`);
  }
  const { value, errors } = parseJson(bytes);
  if (errors.length > 0) request.ctx.bodyErrors = errors;
  return value;
}

/**
 * JSON text → its value, and what in it can't be stored: U+0000, lone surrogates, a depth beyond 32.
 * @throws Problem MALFORMED_JSON when it is not JSON in UTF-8, or plays with prototypes.
 */
export function parseJson(bytes: Buffer): { value: unknown; errors: FieldError[] } {
  if (!isUtf8(bytes)) throw new Problem('MALFORMED_JSON', 'the body is not UTF-8');
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('MALFORMED_JSON', describe(error as Error));
  }
  // Valid UTF-8 has no surrogates and JSON no raw NUL: only an escape can bring in either, or hide a key.
  const escapes = text.includes('\\u');
  const errors: FieldError[] = [];
  inspect(value, { escapes, prototypes: escapes || /__proto__|prototype/.test(text), errors }, [], 0);
  return { value, errors };
}

// The engine's message quotes the body, which may hold what must not be repeated; its position is enough.
function describe(error: Error): string {
  const position = /position (\d+)/.exec(error.message);
  return `the body is not JSON${position ? ` (at character ${position[1]})` : ''}`;
}

interface Inspection {
  escapes: boolean;
  prototypes: boolean;
  errors: FieldError[];
}

function inspect(value: unknown, look: Inspection, path: (string | number)[], depth: number): void {
  if (typeof value === 'string') {
    if (look.escapes) inspectText(value, look, path);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) {
    look.errors.push({ path: printable(path), message: `is nested more than ${MAX_DEPTH} levels deep` });
    return;
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) inspectMember(value[i], i, look, path, depth);
    return;
  }
  for (const key of Object.keys(value)) {
    if (look.prototypes) refusePrototypes(value as Record<string, unknown>, key);
    if (look.escapes) inspectText(key, look, path);
    inspectMember((value as Record<string, unknown>)[key], key, look, path, depth);
  }
}

function inspectMember(
  member: unknown,
  key: string | number,
  look: Inspection,
  path: (string | number)[],
  depth: number,
): void {
  path.push(key);
  inspect(member, look, path, depth + 1);
  path.pop();
}

function inspectText(text: string, look: Inspection, path: (string | number)[]): void {
  if (text.includes('\0')) look.errors.push({ path: printable(path), message: 'must not contain U+0000' });
  else if (LONE_SURROGATE.test(text)) {
    look.errors.push({ path: printable(path), message: 'must not contain a lone surrogate' });
  }
}

function printable(path: (string | number)[]): string {
  return path.join('.').replace(/[\0\p{Surrogate}]/gu, '\ufffd');
}

function refusePrototypes(object: Record<string, unknown>, key: string): void {
  const inner = object[key];
  if (
    key === '__proto__' ||
    (key === 'constructor' &&
      typeof inner === 'object' &&
      inner !== null &&
      Object.hasOwn(inner, 'prototype'))
  ) {
    throw new Problem('MALFORMED_JSON', `the key ${key} is not accepted`);
  }
}
