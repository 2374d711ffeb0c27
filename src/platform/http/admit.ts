import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { codes, problemBody } from '../../ledger/errors.js';
import type { Admission, Principal, Refusal } from '../admission/admission.js';
import { kindOf, urgencyOf } from '../admission/urgency.js';
import { refusals } from '../metrics.js';
import { atAQuarter } from './late.js';

/** A body up to this many bytes is rather read to its end than the connection given up with it. */
const SMALL_BODY = 64 * 1024;
/** The answers of refusals. */
const inTurn = atAQuarter();
/** It has turns of its own, and a reader that waits for events is not at work. */
const EVENTS = '/v1/ledgers/:ledger/events';

/** Before the body is read, and before anything else is done for the request. */
export function refusalOf(
  admission: Admission,
  request: FastifyRequest,
  principal: Principal,
): Refusal | undefined {
  const kind = kindOf(request.method, request.routeOptions.url);
  if (!kind) return undefined;
  const urgency = urgencyOf(kind, request.headers.priority, principal.limits.urgency);
  request.ctx.urgency = urgency;
  return admission.refusalOf(principal, kind, urgency);
}

/** Few read history at once; from when a request has come in until its answer is made, not until it is received. */
export function admitReaders(fastify: FastifyInstance, admission: Admission): void {
  const inside = new WeakSet<FastifyRequest>();
  const leave = (request: FastifyRequest) => {
    if (inside.delete(request)) admission.leaveHistory();
  };
  fastify.addHook('onRoute', (route) => {
    if (kindOf([route.method].flat()[0]!, route.url) !== 'history' || route.url === EVENTS) return;
    route.onRequest = async (request, reply) => {
      const { principal, urgency } = request.ctx;
      const refusal = await admission.enterHistory(principal, urgency!);
      if (refusal) return turnAway(request, reply, refusal);
      inside.add(request);
      reply.raw.once('close', () => leave(request));
      if (reply.raw.closed) leave(request);
    };
    route.onSend = async (request) => leave(request);
  });
}

/** A refusal, as cheap as may be: past Nest and the rest of Fastify, and the connection can be used again. */
export function turnAway(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  const { ctx, raw } = request;
  const { reason, code, detail, retryAfter } = refusal;
  ctx.code = code;
  refusals.inc({ reason, urgency: ctx.urgency ?? '' });
  const body = problemBody({ code, detail, fields: {} }, ctx.traceId);
  const unread = raw.headers['transfer-encoding'] ? Infinity : Number(raw.headers['content-length'] ?? 0);
  reply.hijack();
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'retry-after': String(retryAfter),
    ...(unread > SMALL_BODY && { connection: 'close' }),
  };
  // A string goes out together with the headers, in one write: that is most of what a refusal costs.
  inTurn(() => reply.raw.writeHead(codes[code].status, headers).end(body));
}
