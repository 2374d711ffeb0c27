import {
  applyDecorators,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { invalid, Problem, type FieldError } from '../../ledger/errors.js';
import { shapeOf, type Part, type Shapes } from '../shape.js';
import { judgeParts } from './judge.js';

const RECORDS = 'counterfoil:records';
const PRINTABLE_ASCII = /^[\x20-\x7e]{1,255}$/;
// Nest's RouteParamtypes, which it does not export.
const parts = new Map<number, Part>([
  [5, 'params'],
  [4, 'query'],
  [3, 'body'],
]);

interface Recording {
  /** A list in the body whose items are judged one by one: what can't be stored in one is left for the handler. */
  items?: string;
}

/**
 * Marks a handler that records something: it needs an idempotency key, which `@Ctx()` then holds.
 * Where its query has `dry_run`, a dry run neither needs nor uses one.
 */
export const Records = (recording: Recording = {}) =>
  applyDecorators(SetMetadata(RECORDS, recording), ApiExtension('x-records', true));

interface Handler {
  records: Recording | undefined;
  takesBody: boolean;
  takesQuery: boolean;
  dryRun: boolean;
  shapes: Shapes;
}

/**
 * Judges a request, in the order of refusals: the key headers before anything in path, query or body, and of these
 * everything that is wrong at once. What a handler takes is its DTO from here on. (In pipes each part would wait for
 * several promises, which is much of what a request costs.)
 */
@Injectable()
export class RequestGuard implements CanActivate {
  private readonly handlers = new Map<unknown, Handler>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const method = context.getHandler();
    let handler = this.handlers.get(method);
    if (!handler) this.handlers.set(method, (handler = inspectHandler(context.getClass(), method)));
    const { ctx } = request;
    const query = request.query as Record<string, unknown>;
    if (handler.records && !(handler.dryRun && query.dry_run === 'true')) {
      ctx.idempotencyKey = idempotencyKey(request.raw.rawHeaders);
    }
    const unread = unreadErrors(handler, request.body, query);
    const errors = judgeParts(request, handler.shapes);
    if (unread) errors.push(...unread);
    if (ctx.bodyErrors) errors.push(...errorsOfWhole(ctx.bodyErrors, handler.records?.items));
    if (errors.length > 0) throw invalid(distinct(errors));
    return true;
  }
}

// What can't be stored in an item is left for the handler.
function errorsOfWhole(errors: FieldError[], items: string | undefined): FieldError[] {
  return errors.filter(({ path }) => items === undefined || !path.startsWith(`${items}.`));
}

function distinct(errors: FieldError[]): FieldError[] {
  return [...new Map(errors.map((error) => [`${error.path} ${error.message}`, error])).values()];
}

/**
 * @param headers names and values in turn: Node's own objects of them fold or cost too much
 * @throws Problem IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID
 */
export function idempotencyKey(headers: string[]): string {
  let key: string | undefined;
  for (let n = 0; n < headers.length; n += 2) {
    const value = headers[n + 1]!;
    if (value === '' || !isKeyHeader(headers[n]!)) continue;
    if (key !== undefined && value !== key) {
      throw new Problem('IDEMPOTENCY_KEY_INVALID', 'the request has several idempotency keys that differ');
    }
    key = value;
  }
  if (key === undefined)
    throw new Problem('IDEMPOTENCY_KEY_REQUIRED', 'the header Idempotency-Key is missing');
  if (!PRINTABLE_ASCII.test(key)) {
    throw new Problem(
      'IDEMPOTENCY_KEY_INVALID',
      'the idempotency key is not 1–255 printable ASCII characters',
    );
  }
  return key;
}

function isKeyHeader(name: string): boolean {
  if (name.length !== 15 && name.length !== 17) return false;
  const lower = name.toLowerCase();
  return lower === 'idempotency-key' || lower === 'x-idempotency-key';
}

// A field is refused, not ignored, where a handler reads no body or query at all.
function unreadErrors(
  handler: Handler,
  body: unknown,
  query: Record<string, unknown>,
): FieldError[] | undefined {
  const names = handler.takesQuery ? [] : Object.keys(query);
  if (!handler.takesBody && body !== undefined && body !== null) {
    if (typeof body !== 'object' || Array.isArray(body)) return [{ path: '', message: 'must be an object' }];
    names.push(...Object.keys(body));
  }
  return names.length === 0 ? undefined : names.map((path) => ({ path, message: 'is not known here' }));
}

function inspectHandler(controller: Type, method: { name: string }): Handler {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method.name) ?? {}) as Record<
    string,
    { index: number }
  >;
  const types = (Reflect.getMetadata('design:paramtypes', controller.prototype, method.name) ?? []) as Type[];
  const taken = Object.entries(args).map(([key, { index }]) => ({
    part: parts.get(Number(key.split(':')[0])),
    shape: shapeOf(types[index]),
  }));
  const shapes = [...parts.values()].flatMap((one) =>
    taken.flatMap(({ part, shape }) => (part === one && shape ? [[part, shape] as const] : [])),
  );
  return {
    records: Reflect.getMetadata(RECORDS, method) as Recording | undefined,
    takesBody: taken.some(({ part }) => part === 'body'),
    takesQuery: taken.some(({ part }) => part === 'query'),
    dryRun: shapes.some(([part, { fields }]) => part === 'query' && fields.has('dry_run')),
    shapes,
  };
}
