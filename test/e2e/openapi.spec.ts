import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { description } from '../support/answers.js';
import { createClient, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
let document: Json;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  document = (await client.get('/openapi.json')).body;
});

afterAll(() => service?.stop());

const operations = () =>
  Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).map(([method, operation]) => ({ path, method, operation })),
  );

const resolved = (schema: Json): Json =>
  schema?.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)] : schema;

describe('/openapi.json', () => {
  it('is the one that the client is generated from (npm run client)', () => {
    expect(document).toEqual(description);
  });

  it('is what the client’s types say', async () => {
    const generate = ['clients/typescript/generate.mjs', '--check'];
    const { stderr } = await promisify(execFile)(process.execPath, generate);
    expect(stderr).toBe('');
  });

  it('names the schema of each JSON answer', () => {
    for (const { path, method, operation } of operations()) {
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        for (const [type, { schema }] of Object.entries<Json>(response.content ?? {})) {
          const named = !/[/+]json$/.test(type) || (Boolean(resolved(schema)?.required) && '$ref' in schema);
          expect({ path, method, status, named }).toEqual({ path, method, status, named: true });
        }
      }
    }
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect((await validator.validate(document)).errors).toBeUndefined();
    expect(validator.version).toBe('3.1');
  });

  it('has every endpoint of the contract that is there', () => {
    const found = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const ledger = '/v1/ledgers/{ledger}';
    expect(found.sort()).toEqual(
      [
        'GET /health/live',
        'GET /health/ready',
        'GET /metrics',
        'GET /v1/ledgers',
        `GET ${ledger}`,
        `PUT ${ledger}`,
        ...['GET', 'POST'].map((method) => `${method} ${ledger}/accounts`),
        ...['GET', 'PATCH'].map((method) => `${method} ${ledger}/accounts/{id}`),
        ...['freeze', 'unfreeze', 'close'].map((action) => `POST ${ledger}/accounts/{id}/${action}`),
        ...['entries', 'statement', 'daily-totals'].map((list) => `GET ${ledger}/accounts/{id}/${list}`),
        ...['GET', 'POST'].map((method) => `${method} ${ledger}/transactions`),
        ...['GET', 'PATCH'].map((method) => `${method} ${ledger}/transactions/{id}`),
        `POST ${ledger}/transactions/{id}/reverse`,
        `POST ${ledger}/transfers`,
        ...['GET', 'POST'].map((method) => `${method} ${ledger}/holds`),
        ...['capture', 'void'].map((action) => `POST ${ledger}/holds/{id}/${action}`),
        ...['debit', 'credit', 'hold', 'commit', 'rollback'].map((action) => `POST /v1/wallet/${action}`),
        `POST ${ledger}/bulk`,
        `GET ${ledger}/trial-balance`,
        `GET ${ledger}/events`,
      ].sort(),
    );
  });

  it('has an example of each success, and of each problem by its code', () => {
    for (const { path, method, operation } of operations()) {
      const where = `${method} ${path}`;
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        for (const content of Object.values<Json>(response.content ?? {})) {
          const schema = resolved(content.schema);
          const isText = schema?.type === 'string';
          const has = isText || Boolean(content.examples ?? content.example ?? schema?.example);
          expect({ where, status, has }).toEqual({ where, status, has: true });
          for (const [code, { value }] of Object.entries<Json>(content.examples ?? {})) {
            expect([value.code, value.status]).toEqual([code, Number(status)]);
          }
        }
      }
    }
  });

  it('names the problems that are answered', async () => {
    await client.open('alice');
    const transfers = document.paths['/v1/ledgers/{ledger}/transfers'].post;
    const codesOf = (status: number) =>
      Object.keys(transfers.responses[status].content['application/problem+json'].examples);
    const bodies = [
      {},
      { from: 'alice', to: 'ghost', amount: '1' },
      { from: 'alice', to: 'alice', amount: '1' },
      { from: 'alice', to: 'bob', amount: '1' },
    ];
    await client.open('bob', { currency: 'EUR' });
    for (const body of bodies) {
      const reply = await client.post('transfers', body);
      expect(codesOf(reply.status)).toContain(reply.body.code);
    }
    const unkeyed = await client.post('transfers', bodies[0], { key: '' });
    expect(codesOf(unkeyed.status)).toContain(unkeyed.body.code);
  });
});
