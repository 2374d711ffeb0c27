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
import { invalid, Problem } from '../../ledger/errors.js';
import { shapeOf, type Part, type Shapes } from '../shape.js';

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

/** Judges the key headers before anything in the body or query is, as the order of refusals wants. */
@Injectable()
export class RecordsGuard implements CanActivate {
  private readonly handlers = new Map<unknown, Handler>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const method = context.getHandler();
    let handler = this.handlers.get(method);
    if (!handler) this.handlers.set(method, (handler = inspectHandler(context.getClass(), method)));
    const { ctx } = request;
    ctx.shapes = handler.shapes;
    const query = request.query as Record<string, unknown>;
    if (handler.records && !(handler.dryRun && query.dry_run === 'true')) {
      ctx.idempotencyKey = idempotencyKey(request.raw.headersDistinct);
    }
    const items = handler.records?.items;
    const whole = ctx.bodyErrors?.filter(({ path }) => items === undefined || !path.startsWith(`${items}.`));
    if (whole && whole.length > 0) throw invalid(whole);
    refuseUnread(handler, request.body, query);
    return true;
  }
}

/** @throws Problem IDEMPOTENCY_KEY_REQUIRED, IDEMPOTENCY_KEY_INVALID */
export function idempotencyKey(headers: NodeJS.Dict<string[]>): string {
  const given = [...(headers['idempotency-key'] ?? []), ...(headers['x-idempotency-key'] ?? [])];
  const [key, ...others] = given.filter((value) => value !== '');
  if (!key) throw new Problem('IDEMPOTENCY_KEY_REQUIRED', 'the header Idempotency-Key is missing');
  if (others.some((other) => other !== key)) {
    throw new Problem('IDEMPOTENCY_KEY_INVALID', 'the request has several idempotency keys that differ');
  }
  if (!PRINTABLE_ASCII.test(key)) {
    throw new Problem(
      'IDEMPOTENCY_KEY_INVALID',
      'the idempotency key is not 1–255 printable ASCII characters',
    );
  }
  return key;
}

// A field is refused, not ignored, where a handler reads no body or query at all.
function refuseUnread(handler: Handler, body: unknown, query: Record<string, unknown>): void {
  if (!handler.takesQuery) {
    const names = Object.keys(query);
    if (names.length > 0) throw invalid(names.map((path) => ({ path, message: 'is not known here' })));
  }
  if (!handler.takesBody && body !== undefined && body !== null) {
    if (typeof body !== 'object' || Array.isArray(body)) {
      throw invalid([{ path: '', message: 'must be an object' }]);
    }
    const names = Object.keys(body);
    if (names.length > 0) throw invalid(names.map((path) => ({ path, message: 'is not known here' })));
  }
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
