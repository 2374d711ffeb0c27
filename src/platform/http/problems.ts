import type { Socket } from 'node:net';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { invalid, Problem, problemBody, type Code } from '../../ledger/errors.js';
import type { Refusal } from '../admission/admission.js';
import { InvalidCursor } from '../cursor.js';
import { refusals } from '../metrics.js';
import { isConnectionLost, isUnavailable } from '../postgres.js';
import { createContext } from './context.js';

const byStatus: Record<number, Code> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'ROUTE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** Those that are counted: what comes too late to be refused before anything is done for it. */
const refusedFor: Partial<Record<Code, Refusal['reason']>> = {
  OVERLOADED: 'overloaded',
  RATE_LIMITED: 'rate',
};

/** Answers every error of a request as a problem document; what is no Problem and no HTTP error is a bug, and logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.code === 'INTERNAL') {
      this.logger.error({ err: error, trace_id: request.ctx?.traceId }, 'request failed');
    }
    // Too late to say anything: a broken stream must not look like a complete one.
    if (reply.sent || reply.raw.headersSent) reply.raw.destroy();
    else sendProblem(request, reply, problem);
  }
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
  const ctx = (request.ctx ??= createContext(request.headers));
  ctx.code = problem.code;
  const reason = refusedFor[problem.code];
  if (reason) refusals.inc({ reason, urgency: ctx.urgency ?? '' });
  const { status } = problem;
  if (status === 429 || status === 503) reply.header('retry-after', String(problem.retryAfter ?? 1));
  // A stream that goes on after its refusal is not read to its end.
  if (!request.raw.complete) reply.header('connection', 'close');
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 405) reply.header('allow', (problem.fields.allow as string[]).join(', '));
  // Bytes, since Fastify adds a charset to a string's content type, which this one doesn't have.
  void reply
    .status(status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(problemBody(problem, ctx.traceId)));
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidCursor) return invalid([{ path: 'cursor', message: error.message }]);
  const status = error instanceof HttpException ? error.getStatus() : fastifyStatus(error);
  if (status === undefined && (isConnectionLost(error) || isUnavailable(error))) {
    return new Problem('UNAVAILABLE', 'the database can’t be reached, or can’t do it now', {}, 1);
  }
  if (status === undefined || (status >= 500 && !byStatus[status])) {
    return new Problem('INTERNAL', 'something went wrong here; the trace id finds it in the log');
  }
  const detail = (error as Error).message;
  const code = byStatus[status];
  return code && code !== 'METHOD_NOT_ALLOWED'
    ? new Problem(code, detail)
    : invalid([{ path: '', message: detail }]);
}

function fastifyStatus(error: unknown): number | undefined {
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  const ours = typeof code === 'string' && (code.startsWith('FST_') || code === 'ECONNRESET');
  return ours && typeof statusCode === 'number' ? statusCode : undefined;
}

/** What Node's HTTP parser refuses never becomes a request; it is answered on the bare socket where that still works. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET' || socket.destroyed) {
    socket.destroy();
    return;
  }
  const problem = parserProblem(error.code);
  const body = problemBody(problem, createContext({}).traceId);
  const reason = problem.status === 413 ? 'Payload Too Large' : 'Bad Request';
  socket.end(
    `HTTP/1.1 ${problem.status} ${reason}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function parserProblem(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('PAYLOAD_TOO_LARGE', 'the headers are beyond 16 KiB');
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') {
    return new Problem('PAYLOAD_TOO_LARGE', 'the chunk extensions are beyond 16 KiB');
  }
  const message =
    code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'did not arrive in time' : 'is not a valid HTTP request';
  return new Problem('VALIDATION_FAILED', `the request ${message}`, { errors: [{ path: '', message }] });
}
