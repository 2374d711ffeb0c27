import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { invalid, type Problem } from '../../ledger/errors.js';
import { createAccess, type Access } from '../access.js';
import type { Admission } from '../admission/admission.js';
import { logRequest } from '../logging.js';
import { installOpenApi } from '../openapi.js';
import { admitReaders, refusalOf, turnAway } from './admit.js';
import { BODY_LIMIT, bodyLimitOf, installBodyParser, isStream, tooLarge } from './body.js';
import { createContext } from './context.js';
import { answerClientError, ProblemFilter, sendProblem, toProblem } from './problems.js';
import { RequestGuard } from './records.js';
import { collectRoutes } from './routes.js';

/** Create the application with this adapter and `{ bodyParser: false }`, then call `configureHttp` before `init`. */
export function createHttpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    // Too long an id is the business of its rule (400), not of the router (414).
    routerOptions: { maxParamLength: 16 * 1024 },
    return503OnClosing: false,
    // A request without Host is answered by us, as a problem document.
    http: { requireHostHeader: false },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const { access } = installed.get(request.server) ?? {};
      const refuse = (problem: Problem) => sendProblem(request, reply, problem);
      request.ctx = createContext(request.headers);
      try {
        access?.principal(request);
        refuse(invalid([{ path: 'path', message: error.message }]));
      } catch (problem) {
        refuse(toProblem(problem));
      }
    },
  });
}

// What an instance's framework errors need, which come before any hook.
const installed = new WeakMap<FastifyInstance, { access: Access }>();

/**
 * Installs all that a request meets on its way: trace and access, routes and methods, body parsing, key headers,
 * validation, problem documents, the request log, the API's documentation.
 * @throws ConfigError when the tokens file can't be used
 */
export function configureHttp(
  app: NestFastifyApplication,
  {
    config,
    logger,
    admission,
  }: { config: Pick<Config, 'apiTokensFile'>; logger: Logger; admission: Admission },
): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const access = createAccess(config.apiTokensFile, logger);
  installed.set(fastify, { access });
  const routeProblem = collectRoutes(fastify);

  admitReaders(fastify, admission);

  fastify.decorateRequest('ctx');
  fastify.addHook('onRequest', (request, reply, done) => {
    request.ctx = createContext(request.headers);
    try {
      const principal = access.principal(request);
      request.ctx.principal = principal.name;
      refuseUnfit(request, routeProblem);
      const refusal = refusalOf(admission, request, principal);
      if (refusal) return turnAway(request, reply, refusal);
    } catch (error) {
      refuse(request, reply, error, logger);
      return;
    }
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    logRequest(logger, request, reply);
    done();
  });
  fastify.addHook('onClose', (_, done) => {
    access.close();
    done();
  });
  installBodyParser(fastify);

  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalGuards(new RequestGuard());
  installOpenApi(app);
}

// In the order of refusals: where, how much.
function refuseUnfit(request: FastifyRequest, routeProblem: (request: FastifyRequest) => Problem): void {
  if (request.is404) throw routeProblem(request);
  const limit = bodyLimitOf(request.routeOptions.url);
  if (Number(request.headers['content-length']) > limit && !isStream(request)) {
    throw tooLarge('body', limit);
  }
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
    throw invalid([{ path: 'Host', message: 'is required' }]);
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown, logger: Logger): void {
  const problem = toProblem(error);
  if (problem.code === 'INTERNAL')
    logger.error({ err: error, trace_id: request.ctx.traceId }, 'request failed');
  // What is still on its way of the body won't be read.
  if (request.raw.headers['content-length'] || request.raw.headers['transfer-encoding']) {
    reply.header('connection', 'close');
  }
  sendProblem(request, reply, problem);
}
