import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ApiExtension, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { accountSchemas } from '../ledger/accounts/account.schema.js';
import { bulkSchemas } from '../ledger/bulk/bulk.schema.js';
import { codes, problemType, type Code } from '../ledger/errors.js';
import { ledgerSchemas } from '../ledger/ledgers/ledger.schema.js';
import { transactionSchemas } from '../ledger/transactions/transaction.schema.js';
import { trialBalanceSchemas } from '../ledger/trial-balance/trial-balance.schema.js';
import { walletSchemas } from '../ledger/wallet/wallet.schema.js';
import { object, oneOf, type Schema } from './answers.js';
import { describeBodies } from './openapi-bodies.js';

/** Names the codes an endpoint may answer beside those every endpoint may; shown with an example each. */
export const Problems = (...problems: Code[]) => ApiExtension('x-problems', problems);

/** Says that the body may come as lines of JSON too. */
export const LinesBody = (description: string, example: string) =>
  ApiExtension('x-lines', { schema: { type: 'string', description }, example });

interface Operation {
  parameters?: object[];
  requestBody?: { content: Record<string, object> };
  responses: Record<string, object>;
  'x-problems'?: Code[];
  'x-records'?: boolean;
  'x-lines'?: object;
}

const ALWAYS: Code[] = [
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'INTERNAL',
  'OVERLOADED',
  'UNAVAILABLE',
];
const WITH_BODY: Code[] = ['MALFORMED_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
const RECORDING: Code[] = ['IDEMPOTENCY_KEY_REQUIRED', 'IDEMPOTENCY_KEY_INVALID', 'IDEMPOTENCY_MISMATCH'];

/** `/openapi.json`, made when it is first asked for, and `/docs`, which shows it. */
export function installOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => createDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    ui: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  for (const path of ['/docs', '/docs/']) {
    fastify.get(path, (_, reply) => reply.type('text/html; charset=utf-8').send(DOCS_PAGE));
  }
  for (const [name, type] of Object.entries(DOCS_ASSETS)) {
    fastify.get(`/docs/${name}`, (_, reply) => reply.type(type).send(createReadStream(join(assets, name))));
  }
}

// SwaggerModule would serve these through @fastify/static; three files from the package are all that is needed,
// and nothing comes from the internet.
const requireFromSwagger = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'));
const assets = dirname(requireFromSwagger.resolve('swagger-ui-dist/package.json'));
const DOCS_ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Counterfoil API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script>
      SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });
    </script>
  </body>
</html>
`;

export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Counterfoil')
    .setVersion('1')
    .setDescription(
      'An event-sourced double-entry ledger. Amounts are whole minor units as strings, times RFC 3339 UTC. ' +
        'Every refusal is a problem document (RFC 9457) with a stable `code`.',
    )
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  describeBodies(document);
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, ...(answers as object) };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item)) {
      if (operation && typeof operation === 'object' && 'responses' in operation) {
        describe(path, operation as unknown as Operation);
      }
    }
  }
  return document;
}

function describe(path: string, operation: Operation): void {
  const problems = new Set<Code>(operation['x-problems']);
  if (path.startsWith('/v1/')) {
    for (const code of ALWAYS) problems.add(code);
    if (operation.requestBody || operation['x-records']) for (const code of WITH_BODY) problems.add(code);
    if (operation['x-records']) for (const code of RECORDING) problems.add(code);
    Object.assign(operation, { security: [{ bearer: [] }] });
  }
  if (operation['x-records']) {
    (operation.parameters ??= []).unshift(keyHeader, prefixedKeyHeader);
    for (const response of successesOf(operation)) {
      response.headers = { ...response.headers, 'Idempotent-Replayed': replayedHeader };
    }
  }
  const { requestBody, 'x-lines': lines } = operation;
  if (requestBody && lines) requestBody.content['application/x-ndjson'] = lines;
  delete operation['x-lines'];
  delete operation['x-records'];
  delete operation['x-problems'];
  const known = (Object.keys(codes) as Code[]).filter((code) => problems.has(code));
  for (const status of new Set(known.map((code) => codes[code].status))) {
    operation.responses[status] = problemResponse(known.filter((code) => codes[code].status === status));
  }
}

function successesOf(operation: Operation): { headers?: object }[] {
  const found = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  return found.map(([, response]) => response);
}

function problemResponse(list: Code[]): object {
  const description = list.map((code) => `\`${code}\`: ${codes[code].when}`).join('\n\n');
  const examples = Object.fromEntries(list.map((code) => [code, { value: exampleOf(code) }]));
  const { status } = codes[list[0]!];
  const retry = status === 429 || status === 503;
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples } },
    ...(retry && {
      headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } },
    }),
  };
}

function exampleOf(code: Code): object {
  const { status, title, when } = codes[code];
  const errors =
    code === 'VALIDATION_FAILED' ? { errors: [{ path: 'entries.0.amount', message: 'is required' }] } : {};
  return {
    type: problemType(code),
    title,
    status,
    code,
    detail: when,
    ...errors,
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  };
}

const keyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, ' +
    'and changes nothing.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
  example: 'order-1-topup',
};
const prefixedKeyHeader = {
  name: 'X-Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same.',
  schema: { type: 'string', maxLength: 255, pattern: '^[ -~]*$' },
};
const replayedHeader = {
  description: '`true` where the answer was stored before and nothing was done',
  schema: { type: 'string', const: 'true' },
};

/** Headers of answers, for an `@ApiOkResponse({ headers })`. */
export const etagHeader = {
  ETag: { description: 'The revision of the account', schema: { type: 'string' as const, example: '"1"' } },
};
export const freshnessHeader = {
  'Read-Model-As-Of': {
    description: 'Everything recorded before that time is in the answer',
    schema: { type: 'string' as const, format: 'date-time' },
  },
};

const problemSchema = {
  type: 'object',
  description: 'RFC 9457; some codes have further members that help a program.',
  required: ['type', 'title', 'status', 'code', 'detail', 'trace_id'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(codes) },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      description: 'With `VALIDATION_FAILED`: everything that is wrong.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    trace_id: { type: 'string' },
  },
  additionalProperties: true,
};

const checks: Schema = { type: 'object', additionalProperties: true };

/** The schemas of all answers; those of requests come from their DTO classes. */
const answers: Record<string, Schema> = {
  ...ledgerSchemas,
  ...accountSchemas,
  ...transactionSchemas,
  ...bulkSchemas,
  ...trialBalanceSchemas,
  ...walletSchemas,
  Problem: problemSchema,
  Liveness: object({ status: oneOf(['ok']) }, { example: { status: 'ok' } }),
  Readiness: object(
    { status: oneOf(['ok', 'degraded']), checks },
    {
      example: {
        status: 'ok',
        checks: {
          postgres: 'ok',
          read_model: { source: 'tail', lag_events: 0, lag_seconds: 0, healed_events: 0 },
        },
      },
    },
  ),
};
