import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem, type FieldError } from '../../ledger/errors.js';

export const BODY_LIMIT = 1024 * 1024;
const BULK_BODY_LIMIT = 16 * 1024 * 1024;
const BULK_ROUTE = '/v1/ledgers/:ledger/bulk';

// Far above what any endpoint takes; keeps recursion over a body (hashing, validation) off the stack's end.
const MAX_DEPTH = 32;
const UTF8_TYPE = /^application\/(x-nd)?json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i;
/** A body could be made of nothing but errors: so many are told of one item of a list, and of the whole. */
const MOST_ERRORS = { item: 10, whole: 100_000 };
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Most bytes of a route's body. */
export function bodyLimitOf(url: string | undefined): number {
  return url === BULK_ROUTE ? BULK_BODY_LIMIT : BODY_LIMIT;
}

/** Whether the body is lines without an end, which the handler reads itself as they come. */
export function isStream({ routeOptions, headers }: FastifyRequest): boolean {
  return (
    routeOptions.url === BULK_ROUTE && /^application\/x-ndjson\s*(;|$)/i.test(headers['content-type'] ?? '')
  );
}

/**
 * Reads bodies: JSON, or nothing at all; for bulk also lines of JSON, which are left to be read. Anything else is
 * 415, once it is known not to be too large.
 */
export function installBodyParser(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseBody(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser('application/x-ndjson', async (request: FastifyRequest, body: Readable) => {
    if (isStream(request)) {
      refuseEncoded(request);
      return body;
    }
    if ((await sizeOf(body)) > 0) throw unsupported(request.headers['content-type']);
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
  refuseEncoded(request);
  const { value, errors } = parseJson(bytes);
  if (errors.length > 0) request.ctx.bodyErrors = errors;
  return value;
}

/** @throws Problem UNSUPPORTED_MEDIA_TYPE: another charset than UTF-8, or compressed */
function refuseEncoded({ headers }: FastifyRequest): void {
  const type = headers['content-type']!;
  if (type !== 'application/json' && !UTF8_TYPE.test(type)) throw unsupported(type);
  const encoding = headers['content-encoding'];
  if (encoding && encoding.toLowerCase() !== 'identity') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', `content encoding ${encoding} is not supported`);
  }
}

/** @throws Problem PAYLOAD_TOO_LARGE */
async function sizeOf(body: Readable): Promise<number> {
  let size = 0;
  // Destroyed, it could not be answered any more.
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) throw tooLarge('body', BODY_LIMIT);
  }
  return size;
}

export function tooLarge(what: 'body' | 'line', limit: number): Problem {
  return new Problem('PAYLOAD_TOO_LARGE', `the ${what} is beyond ${limit} bytes`, { limit });
}

/**
 * JSON text → its value, and what in it can't be stored: U+0000, lone surrogates, a depth beyond 32.
 * @throws Problem MALFORMED_JSON when it is not JSON in UTF-8, or plays with prototypes.
 */
export function parseJson(
  bytes: Buffer,
  what: 'body' | 'line' = 'body',
): { value: unknown; errors: FieldError[] } {
  if (!isUtf8(bytes)) throw new Problem('MALFORMED_JSON', `the ${what} is not UTF-8`);
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem('MALFORMED_JSON', describe(error as Error, what));
  }
  // Valid UTF-8 has no surrogates and JSON no raw NUL: only an escape can bring in either, or hide a key.
  const escapes = text.includes('\\u');
  const errors: FieldError[] = [];
  const prototypes = escapes || /__proto__|prototype/.test(text);
  inspect(value, { escapes, prototypes, errors, member: '', told: 0 }, [], 0);
  return { value, errors };
}

// The engine's message quotes the body, which may hold what must not be repeated; its position is enough.
function describe(error: Error, what: string): string {
  const position = /position (\d+)/.exec(error.message);
  return `the ${what} is not JSON${position ? ` (at character ${position[1]})` : ''}`;
}

interface Inspection {
  escapes: boolean;
  prototypes: boolean;
  errors: FieldError[];
  /** What the newest errors are in, such as `commands.7`, and how many of them there are. */
  member: string;
  told: number;
}

function inspect(value: unknown, look: Inspection, path: (string | number)[], depth: number): void {
  if (typeof value === 'string') {
    if (look.escapes) inspectText(value, look, path);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) {
    tell(look, path, `is nested more than ${MAX_DEPTH} levels deep`);
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
  if (text.includes('\0')) tell(look, path, 'must not contain U+0000');
  else if (LONE_SURROGATE.test(text)) tell(look, path, 'must not contain a lone surrogate');
}

function tell(look: Inspection, path: (string | number)[], message: string): void {
  const member = path.slice(0, 2).join('.');
  look.told = member === look.member ? look.told + 1 : 1;
  look.member = member;
  if (look.told > MOST_ERRORS.item || look.errors.length === MOST_ERRORS.whole) return;
  look.errors.push({ path: printable(path), message });
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
