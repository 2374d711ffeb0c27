import type { LoggerService } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { destination, pino, type Logger } from 'pino';

/** JSON lines on standard output, written behind the request's back and flushed at the exit. */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 1, sync: false }),
  );
}

/** Nest's own voice in the same log; its start-up chatter is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'fatal' | 'error' | 'warn' | 'debug' | 'trace') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.findLast((value) => typeof value === 'string');
      if (message instanceof Error) logger[level]({ err: message, context });
      else
        logger[level](
          { context, ...(level === 'error' && rest.length > 1 && { stack: rest[0] }) },
          String(message),
        );
    };
  return {
    log: write('debug'),
    error: write('error'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('trace'),
    fatal: write('fatal'),
  };
}

/** One line a request: who asked for what and what came of it; never an amount, metadata or a body. */
export function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url;
  const probe = route === '/metrics' || route?.startsWith('/health/');
  const level = probe ? 'debug' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  const { ctx } = request;
  logger[level](
    {
      method: request.method,
      route: route ?? null,
      status: reply.statusCode,
      code: ctx?.code ?? undefined,
      trace_id: ctx?.traceId,
      ledger: (request.params as { ledger?: string } | null)?.ledger,
      idempotency_key: ctx?.idempotencyKey ?? undefined,
      principal: ctx?.principal,
      duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
    },
    'request',
  );
}
