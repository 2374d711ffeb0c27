import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { IsInt } from 'class-validator';
import { pino } from 'pino';
import { request } from 'undici';
import { Problem } from '../../src/ledger/errors.js';
import {
  Amount,
  Comparison,
  Flag,
  Id,
  Limit,
  Metadata,
  MetadataFilter,
  Nested,
  OneOf,
  PageLimit,
  Reference,
  Time,
} from '../../src/platform/fields.js';
import { Admission } from '../../src/platform/admission/admission.js';
import { HealthController, READINESS } from '../../src/platform/health.controller.js';
import { configureHttp, createHttpAdapter } from '../../src/platform/http/configure.js';
import { Ctx, type RequestContext } from '../../src/platform/http/context.js';
import { Records } from '../../src/platform/http/records.js';
import { MetricsController } from '../../src/platform/metrics.js';
import { Problems } from '../../src/platform/openapi.js';

class Leg {
  @Id() account: string;
  @OneOf(['debit', 'credit']) side: string;
  @Amount() amount: string;
}

class Posting {
  @Reference({ optional: true }) reference?: string;
  @Time({ optional: true }) effective_at?: string;
  @Metadata() metadata?: Record<string, unknown>;
  @Limit() min_balance?: string | null;
  @Nested(() => Leg, { array: true, min: 2, max: 200 }) entries: Leg[];
}

class Share {
  @Id() account: string;
}

class Split {
  @Nested(() => Share, { array: true, orId: true }) to: string | Share[];
}

class PostingQuery {
  @Flag() dry_run?: boolean;
}

class ListQuery {
  @PageLimit() limit = 50;
  @MetadataFilter() metadata?: Record<string, string>;
  @Comparison() balance?: Record<string, string>;
}

class LedgerPath {
  @Id() ledger: string;
}

class Plain {
  @IsInt() count: number;
}

@Controller('v1/ledgers')
class TestController {
  @Post(':ledger/transactions')
  @Records()
  @Problems('INSUFFICIENT_FUNDS')
  post(
    @Ctx() ctx: RequestContext,
    @Param() { ledger }: LedgerPath,
    @Query() query: PostingQuery,
    @Body() body: Posting,
  ) {
    if (body.reference === 'broke') {
      throw new Problem('INSUFFICIENT_FUNDS', 'account a has 1 available, 2 needed', { account: 'a' });
    }
    if (body.reference === 'bug') throw new TypeError('secret internals');
    if (body.reference === 'busy') throw new Problem('OVERLOADED', 'too many commands are waiting', {}, 3);
    return { ledger, query, body, ctx };
  }

  @Post(':ledger/freeze')
  @Records()
  freeze() {
    return { frozen: true };
  }

  @Post(':ledger/plain')
  plain(@Body() body: Plain) {
    return body;
  }

  @Post(':ledger/split')
  split(@Body() body: Split) {
    return body;
  }

  @Post(':ledger/bulk')
  bulk(@Body() body: Record<string, unknown>) {
    return { keys: Object.keys(body).length };
  }

  @Get(':ledger')
  one(@Param() path: LedgerPath) {
    return path;
  }

  @Get()
  list(@Query() query: ListQuery) {
    return query;
  }

  @Put(':ledger')
  put(@Param() path: LedgerPath) {
    return path;
  }
}

interface Sent {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is, instead of the JSON of `body`. */
  raw?: string | Buffer;
}

const lines: Record<string, unknown>[] = [];
const logger = pino(
  { level: 'info', base: undefined },
  { write: (line) => void lines.push(JSON.parse(line)) },
);

async function start(apiTokensFile?: string): Promise<NestFastifyApplication> {
  const module = await Test.createTestingModule({
    controllers: [TestController, HealthController, MetricsController],
    providers: [
      {
        provide: READINESS,
        useValue: () => Promise.resolve({ status: 'down', checks: { postgres: 'unreachable' } }),
      },
    ],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(), {
    bodyParser: false,
    logger: false,
  });
  const load = { waitOf: () => 0, longestWait: () => 0 };
  const quotas = { used: () => 0, count: () => {}, stop: async () => {} };
  const admission = new Admission({ maxWaitMs: 1_000, rateLimit: 0, rateBurst: 0, load, quotas });
  configureHttp(app, { config: { apiTokensFile }, logger, admission });
  await app.listen(0, '127.0.0.1');
  return app;
}

function client(app: () => NestFastifyApplication) {
  return async (path: string, { method = 'GET', headers = {}, body, raw }: Sent = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = payload === undefined ? {} : { 'content-type': 'application/json' };
    const { port } = app().getHttpServer().address() as AddressInfo;
    const response = await request(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...type, ...headers },
      body: payload,
    });
    const text = await response.body.text();
    const isJson = String(response.headers['content-type']).includes('json');
    return { status: response.statusCode, headers: response.headers, json: isJson ? JSON.parse(text) : text };
  };
}

const posting = (more: object = {}) => ({
  entries: [
    { account: 'cash', side: 'debit', amount: '1000' },
    { account: 'alice', side: 'credit', amount: 1000 },
  ],
  ...more,
});
const keyed = { 'idempotency-key': 'k1' };

describe('without tokens', () => {
  let app: NestFastifyApplication;
  const send = client(() => app);
  const post = (body: unknown, headers: Record<string, string> = keyed) =>
    send('/v1/ledgers/main/transactions', { method: 'POST', headers, body });
  const postRaw = (raw: string | Buffer, headers: Record<string, string> = {}) =>
    send('/v1/ledgers/main/transactions', { method: 'POST', headers: { ...keyed, ...headers }, raw });
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  test('a good request reaches its handler in canonical form', async () => {
    const { status, json } = await post(
      posting({ effective_at: '2026-11-20T01:00:00.1234567+01:00', min_balance: null, reference: null }),
    );
    expect(status).toBe(201);
    expect(json.body).toEqual({
      effective_at: '2026-11-20T00:00:00.123456Z',
      min_balance: null,
      entries: [
        { account: 'cash', side: 'debit', amount: '1000' },
        { account: 'alice', side: 'credit', amount: '1000' },
      ],
    });
    expect(json.ctx).toMatchObject({ principal: 'anonymous', idempotencyKey: 'k1', trace: null });
    expect(json.ctx.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a refusal is a problem document with its code and what helps a program', async () => {
    const { status, headers, json } = await post(posting({ reference: 'broke' }), {
      ...keyed,
      'x-trace-id': 'mine',
    });
    expect(status).toBe(422);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(json).toEqual({
      type: '/problems/insufficient-funds',
      title: 'Insufficient funds',
      status: 422,
      code: 'INSUFFICIENT_FUNDS',
      detail: 'account a has 1 available, 2 needed',
      account: 'a',
      trace_id: 'mine',
    });
  });

  test('a bug is a 500 that says nothing of itself, and is in the log', async () => {
    const { status, json } = await post(posting({ reference: 'bug' }));
    expect(status).toBe(500);
    expect(json.code).toBe('INTERNAL');
    expect(JSON.stringify(json)).not.toContain('secret');
    expect(lines.find((line) => line.trace_id === json.trace_id && line.err)).toBeDefined();
  });

  test('503 says when to come back', async () => {
    const { status, headers } = await post(posting({ reference: 'busy' }));
    expect([status, headers['retry-after']]).toEqual([503, '3']);
  });

  test('everything that is wrong is named by its path', async () => {
    const { status, json } = await post({
      extra: 1,
      entries: [
        { account: 'cash', side: 'up', amount: '01' },
        { account: '-', side: 'debit', toString: 'x' },
        7,
      ],
    });
    expect([status, json.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(json.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'entries.0.amount',
      'entries.0.side',
      'entries.1.account',
      'entries.1.amount',
      'entries.1.toString',
      'entries.2',
      'extra',
    ]);
    expect(json.errors).toContainEqual({ path: 'entries.1.amount', message: 'is required' });
  });

  test.each([
    ['a list', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['too few entries', '{"entries":[]}'],
    ['no entries', '{}'],
    ['constructor as a field', JSON.stringify(posting()).replace('{', '{"constructor":1,')],
    ['a NUL in a value', JSON.stringify(posting({ reference: 'a\0' }))],
    ['a NUL in a key', JSON.stringify(posting({ metadata: { 'a\0': 1 } }))],
    ['a lone surrogate', JSON.stringify(posting({ metadata: { a: ['\ud800'] } }))],
    ['an infinite number', JSON.stringify(posting()).replace('{', '{"metadata":{"n":1e400},')],
    [
      'an integer that changes',
      JSON.stringify(posting()).replace('{', '{"metadata":{"n":9007199254740993},'),
    ],
    [
      'metadata too deep',
      JSON.stringify(posting({ metadata: JSON.parse('{"a":'.repeat(9) + '1' + '}'.repeat(9)) })),
    ],
    ['metadata too large', JSON.stringify(posting({ metadata: { a: 'x'.repeat(16_400) } }))],
    ['a body nested without end', '['.repeat(400_000) + ']'.repeat(400_000)],
  ])('%s is VALIDATION_FAILED', async (_, raw) => {
    const { status, json } = await postRaw(raw);
    expect([status, json.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(json.errors.length).toBeGreaterThan(0);
  });

  test.each([
    ['half an object', '{"a":'],
    ['broken UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a prototype key', '{"metadata":{"__proto__":{"x":1}}}'],
    ['an escaped prototype key', '{"metadata":{"__pr\\u006fto__":1}}'],
    ['a constructor with a prototype', '{"a":[{"constructor":{"prototype":{}}}]}'],
  ])('%s is MALFORMED_JSON', async (_, raw) => {
    const { status, json } = await postRaw(raw);
    expect([status, json.code]).toEqual([400, 'MALFORMED_JSON']);
  });

  test('metadata is kept as it was sent', async () => {
    const metadata = { constructor: 'ACME', toString: 1, deep: { 'ü\u0001': [null, 1.5, '\ud83d\ude00'] } };
    const { status, json } = await post(posting({ metadata }));
    expect(status).toBe(201);
    expect(json.body.metadata).toEqual(metadata);
  });

  test.each([
    ['text/plain', 415],
    ['application/json; charset=latin1', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=utf-8', 201],
    ['application/json;charset="UTF-8"', 201],
  ])('content type %s is answered %i', async (type, expected) => {
    const { status } = await postRaw(JSON.stringify(posting()), { 'content-type': type });
    expect(status).toBe(expected);
  });

  test('a compressed body is 415', async () => {
    const { json } = await postRaw(JSON.stringify(posting()), { 'content-encoding': 'gzip' });
    expect(json.code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test('1 MiB is the limit, 16 MiB for bulk, before the media type is looked at', async () => {
    const raw = JSON.stringify({ a: 'x'.repeat(1024 * 1024) });
    expect((await postRaw(raw)).json.code).toBe('PAYLOAD_TOO_LARGE');
    expect((await postRaw(raw, { 'content-type': 'text/plain' })).status).toBe(413);
    expect((await send('/v1/ledgers/main/bulk', { method: 'POST', raw })).status).toBe(201);
    const huge = Buffer.alloc(17 * 1024 * 1024, ' ');
    expect((await send('/v1/ledgers/main/bulk', { method: 'POST', raw: huge })).status).toBe(413);
  });

  describe('the idempotency key', () => {
    const code = async (headers: Record<string, string>) => (await post(posting(), headers)).json.code;

    test('is required, and an empty one is none', async () => {
      expect(await code({})).toBe('IDEMPOTENCY_KEY_REQUIRED');
      expect(await code({ 'idempotency-key': '' })).toBe('IDEMPOTENCY_KEY_REQUIRED');
    });
    test('may come in either header', async () => {
      expect(await code({ 'x-idempotency-key': 'a' })).toBeUndefined();
      expect(await code({ 'idempotency-key': '', 'x-idempotency-key': 'a' })).toBeUndefined();
      expect(await code({ 'idempotency-key': 'a', 'x-idempotency-key': 'a' })).toBeUndefined();
      expect(await code({ 'idempotency-key': 'a', 'x-idempotency-key': 'b' })).toBe(
        'IDEMPOTENCY_KEY_INVALID',
      );
    });
    test('is 1–255 printable ASCII characters', async () => {
      expect(await code({ 'idempotency-key': 'k'.repeat(255) })).toBeUndefined();
      expect(await code({ 'idempotency-key': 'k'.repeat(256) })).toBe('IDEMPOTENCY_KEY_INVALID');
      expect(await code({ 'idempotency-key': 'ké' })).toBe('IDEMPOTENCY_KEY_INVALID');
      expect(await code({ 'idempotency-key': 'a\tb' })).toBe('IDEMPOTENCY_KEY_INVALID');
    });
    test('is judged after the JSON and before anything in it', async () => {
      expect((await post({ nonsense: '\0' }, {})).json.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
      const raw = await send('/v1/ledgers/main/transactions', { method: 'POST', raw: '{' });
      expect(raw.json.code).toBe('MALFORMED_JSON');
    });
    test('is neither needed nor used by a dry run', async () => {
      const dry = await send('/v1/ledgers/main/transactions?dry_run=true', {
        method: 'POST',
        headers: keyed,
        body: posting(),
      });
      expect([dry.status, dry.json.query.dry_run, dry.json.ctx.idempotencyKey]).toEqual([201, true, null]);
    });
  });

  test('an endpoint without a body takes none, or an empty one, and no query', async () => {
    const freeze = (sent: Sent, query = '') =>
      send(`/v1/ledgers/main/freeze${query}`, {
        method: 'POST',
        ...sent,
        headers: { ...keyed, ...sent.headers },
      });
    expect((await freeze({})).status).toBe(201);
    expect((await freeze({ raw: '' })).status).toBe(201);
    expect((await freeze({ body: {} })).status).toBe(201);
    expect((await freeze({ body: { x: 1 } })).json.errors).toEqual([
      { path: 'x', message: 'is not known here' },
    ]);
    expect((await freeze({}, '?x=1')).json.errors).toEqual([{ path: 'x', message: 'is not known here' }]);
  });

  test('a DTO with plain class-validator rules is judged by them', async () => {
    const plain = (body: unknown) => send('/v1/ledgers/main/plain', { method: 'POST', body });
    expect((await plain({ count: 1 })).json).toEqual({ count: 1 });
    expect((await plain({ count: 'x' })).json.errors[0].path).toBe('count');
    expect((await plain({})).status).toBe(400);
  });

  test('a field may take an id or a list of objects', async () => {
    const split = (to: unknown) => send('/v1/ledgers/main/split', { method: 'POST', body: { to } });
    expect((await split('bob')).json).toEqual({ to: 'bob' });
    expect((await split([{ account: 'bob' }])).json).toEqual({ to: [{ account: 'bob' }] });
    expect((await split([{ account: '-' }])).json.errors[0].path).toBe('to.0.account');
    for (const to of ['', '-', [], {}, 1]) expect((await split(to)).json.errors[0].path).toBe('to');
    expect((await split(['bob'])).json.errors[0].path).toBe('to.0');
  });

  test('query parameters are judged, made numbers, and unfolded', async () => {
    expect((await send('/v1/ledgers')).json).toEqual({ limit: 50 });
    const { json } = await send('/v1/ledgers?limit=7&metadata[k]=v&metadata[l]=w&balance[lt]=-5');
    expect(json).toEqual({ limit: 7, metadata: { k: 'v', l: 'w' }, balance: { lt: '-5' } });
    for (const query of [
      'limit=0',
      'limit=1001',
      'limit=1e1',
      'x=1',
      'limit=1&limit=2',
      'balance[x]=1',
      'metadata=1',
    ]) {
      const { status, json } = await send(`/v1/ledgers?${query}`);
      expect([query, status, json.code]).toEqual([query, 400, 'VALIDATION_FAILED']);
    }
  });

  test('ids in the path follow the same rule', async () => {
    expect((await send(`/v1/ledgers/${'x'.repeat(128)}`)).status).toBe(200);
    expect((await send(`/v1/ledgers/${'x'.repeat(129)}`)).json.errors[0].path).toBe('ledger');
    expect((await send('/v1/ledgers/a%00b')).json.code).toBe('VALIDATION_FAILED');
    expect((await send('/v1/ledgers/%zz')).json.code).toBe('VALIDATION_FAILED');
  });

  test('a path without a route is 404, one of another method 405 with Allow, whatever the body', async () => {
    expect((await send('/nope', { method: 'POST', raw: '{' })).json.code).toBe('ROUTE_NOT_FOUND');
    expect((await send('/v1/ledgers/main/transactions/')).status).toBe(404);
    const wrong = await send('/v1/ledgers/main', { method: 'POST', raw: '{' });
    expect([wrong.status, wrong.json.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(wrong.headers.allow).toBe('GET, HEAD, PUT');
  });

  test('a traceparent is carried, else an X-Trace-Id, as it was sent', async () => {
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traced = async (headers: Record<string, string>) =>
      (await post(posting(), { ...keyed, ...headers })).json.ctx;
    const parent = `00-${id}-00f067aa0ba902b7-01`;
    expect(await traced({ traceparent: parent, 'x-trace-id': 'x' })).toMatchObject({
      traceId: id,
      trace: parent,
    });
    expect(await traced({ 'x-trace-id': 'order 1' })).toMatchObject({ traceId: 'order 1', trace: 'order 1' });
    for (const broken of [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${id}-01`, '']) {
      const ctx = await traced({ traceparent: broken });
      expect(ctx).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/), trace: null });
      expect(ctx.traceId).not.toBe(id);
    }
  });

  test('the log has a line a request, with its code and without its content', async () => {
    const { json } = await post(posting({ reference: 'broke', metadata: { secret: 'hush' } }));
    const line = lines.find((entry) => entry.trace_id === json.trace_id);
    expect(line).toMatchObject({
      method: 'POST',
      route: '/v1/ledgers/:ledger/transactions',
      status: 422,
      code: 'INSUFFICIENT_FUNDS',
      ledger: 'main',
      idempotency_key: 'k1',
      principal: 'anonymous',
      duration_ms: expect.any(Number),
    });
    expect(JSON.stringify(lines)).not.toContain('hush');
  });

  test('health and metrics', async () => {
    expect((await send('/health/live')).json).toEqual({ status: 'ok' });
    const ready = await send('/health/ready');
    expect([ready.status, ready.headers['retry-after'], ready.json.code]).toEqual([503, '1', 'UNAVAILABLE']);
    expect(ready.json.checks).toEqual({ postgres: 'unreachable' });
    const metrics = await send('/metrics');
    expect(metrics.json).toContain('journal_batch_size');
  });

  test('/openapi.json is OpenAPI 3.1 with every problem an endpoint may answer; /docs needs no internet', async () => {
    const { json } = await send('/openapi.json');
    expect(json.openapi).toBe('3.1.0');
    const operation = json.paths['/v1/ledgers/{ledger}/transactions'].post;
    expect(Object.keys(operation.responses['422'].content['application/problem+json'].examples)).toEqual([
      'IDEMPOTENCY_MISMATCH',
      'INSUFFICIENT_FUNDS',
    ]);
    expect(operation.parameters[0].name).toBe('Idempotency-Key');
    expect(operation.requestBody).toBeDefined();
    expect(json.components.schemas.Posting.properties.entries.items.$ref).toBe('#/components/schemas/Leg');
    expect(json.components.schemas.Split.properties.to.oneOf[1].items.$ref).toBe(
      '#/components/schemas/Share',
    );
    expect(json.components.schemas.Share).toBeDefined();
    const docs = await send('/docs');
    expect(docs.status).toBe(200);
    expect(docs.json).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect((await send('/docs/swagger-ui-bundle.js')).status).toBe(200);
  });

  test('what the HTTP parser refuses is a problem document too', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (data) => (answer += String(data)));
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    const garbage = await raw('NONSENSE\r\n\r\n');
    expect(garbage).toMatch(/^HTTP\/1.1 400 .*application\/problem\+json.*"code":"VALIDATION_FAILED"/s);
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`)).toContain(
      'PAYLOAD_TOO_LARGE',
    );
    expect(await raw('GET /v1/ledgers HTTP/1.1\r\nConnection: close\r\n\r\n')).toContain('VALIDATION_FAILED');
  });
});

describe('with tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counterfoil-tokens-'));
  const file = join(folder, 'tokens');
  const line = (name: string, token: string, scopes: string) =>
    `${name} ${createHash('sha256').update(token).digest('hex')} ${scopes}\n`;
  let app: NestFastifyApplication;
  const send = client(() => app);
  const as = (token: string, path: string, sent: Sent = {}) =>
    send(path, { ...sent, headers: { ...sent.headers, authorization: `Bearer ${token}` } });
  beforeAll(async () => {
    const lines = [
      line('clerk', 'c', 'write:main,read:main'),
      line('auditor', 'a', 'read:*'),
      line('root', 'r', 'admin'),
    ];
    writeFileSync(file, `# people\n${lines.join('')}`);
    app = await start(file);
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  test('a request without a known token is 401, unknown paths and broken URLs included', async () => {
    for (const path of ['/v1/ledgers', '/nope', '/v1/ledgers/%zz']) {
      const { status, headers, json } = await send(path);
      expect([path, status, json.code]).toEqual([path, 401, 'UNAUTHENTICATED']);
      expect(headers['www-authenticate']).toBe('Bearer');
    }
    expect((await as('x', '/v1/ledgers')).status).toBe(401);
    expect((await send('/v1/ledgers', { headers: { authorization: 'Basic c' } })).status).toBe(401);
  });

  test('health, metrics and the documentation need none', async () => {
    for (const path of ['/health/live', '/metrics', '/openapi.json', '/docs']) {
      expect([path, (await send(path)).status]).toEqual([path, 200]);
    }
  });

  test('scopes say which ledger may be read and written, however the path spells it', async () => {
    const write = (ledger: string): [string, Sent] => [
      `/v1/ledgers/${ledger}/transactions`,
      { method: 'POST', headers: keyed, body: posting() },
    ];
    expect((await as('c', ...write('main'))).json.ctx.principal).toBe('clerk');
    expect((await as('c', ...write('m%61in'))).status).toBe(201);
    const other = await as('c', ...write('other'));
    expect([other.status, other.json.code, other.json.required]).toEqual([403, 'FORBIDDEN', 'write:other']);
    expect((await as('a', ...write('main'))).status).toBe(403);
    expect((await as('r', ...write('other'))).status).toBe(201);
    expect((await as('a', '/v1/ledgers/other')).status).toBe(200);
    expect((await as('c', '/v1/ledgers/other')).status).toBe(403);
    expect((await as('c', '/v1/l%65dgers/other')).status).toBe(403);
    expect((await as('c', '/v1/ledgers')).status).toBe(403);
    expect((await as('a', '/v1/ledgers')).status).toBe(200);
    expect((await as('c', '/v1/ledgers/main', { method: 'PUT' })).status).toBe(403);
    expect((await as('r', '/v1/ledgers/main', { method: 'PUT' })).status).toBe(200);
    expect((await as('c', '/v1/wallet/debit', { method: 'POST' })).status).toBe(404);
    expect((await as('a', '/v1/wallet/debit', { method: 'POST' })).status).toBe(403);
    expect((await as('c', '/nope')).status).toBe(404);
  });

  test('a changed file counts within two seconds, a broken one changes nothing', async () => {
    writeFileSync(file, line('newcomer', 'n', 'read:*'));
    await sleep(2200);
    expect((await as('n', '/v1/ledgers')).status).toBe(200);
    expect((await as('c', '/v1/ledgers')).status).toBe(401);
    writeFileSync(file, 'newcomer what');
    await sleep(2200);
    expect((await as('n', '/v1/ledgers')).status).toBe(200);
  });

  test('a file that can’t be used stops the start', async () => {
    await expect(start(join(folder, 'absent'))).rejects.toThrow('API_TOKENS_FILE');
    for (const text of ['', 'a b read:*', `a ${'0'.repeat(64)}`, `a ${'0'.repeat(64)} rule:all`]) {
      const broken = join(folder, 'broken');
      writeFileSync(broken, text);
      await expect(start(broken)).rejects.toThrow(/API_TOKENS_FILE/);
    }
  });
});
