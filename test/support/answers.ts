import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Json } from './client.js';

/** The API's description as it is committed; another test holds it against the served one. */
export const description = JSON.parse(readFileSync('clients/typescript/openapi.json', 'utf8')) as Json;

const ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true });
addFormats.default(ajv);
ajv.addSchema(closed(description) as object, 'api');
const validators = new Map<string, ValidateFunction>();

const operations = Object.entries<Json>(description.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => ({
    method: method.toUpperCase(),
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    responses: item[method].responses,
  })),
);

interface Answered {
  status: number;
  headers: Headers;
  body: Json;
}

/**
 * What of an answer the description does not say; nothing where all is well. A member that the schema lacks counts,
 * and so does a code that the endpoint doesn't name.
 */
export function undescribed(method: string, url: string, { status, headers, body }: Answered): string[] {
  const { pathname } = new URL(url, 'http://service');
  const operation = operations.find((one) => one.method === method && one.pattern.test(pathname));
  // Nothing is at that place: the description has no say.
  if (!operation || body?.code === 'ROUTE_NOT_FOUND') return [];
  const where = `${method} ${operation.path}: ${status}`;
  const content = operation.responses[status]?.content;
  const type = headers.get('content-type')?.split(';', 1)[0] ?? '';
  if (!content?.[type]) return [`${where} ${type} is not described`];
  if (body?.code && status >= 400 && !content[type].examples[body.code]) {
    return [`${where} ${body.code} is not described`];
  }
  if (!/[/+]json$/.test(type)) return [];
  const pointer = [
    'paths',
    operation.path,
    method.toLowerCase(),
    'responses',
    status,
    'content',
    type,
    'schema',
  ];
  const validate = validatorOf(pointer.map((part) => String(part).replaceAll('/', '~1')).join('/'));
  if (validate(body)) return [];
  return validate.errors!.map(({ instancePath, message, params, data }) =>
    [where, instancePath, message, JSON.stringify(params), JSON.stringify(data)].join(' '),
  );
}

function validatorOf(pointer: string): ValidateFunction {
  let validate = validators.get(pointer);
  if (!validate) validators.set(pointer, (validate = ajv.compile({ $ref: `api#/${pointer}` })));
  return validate;
}

/** Members may be added to answers without notice, so the description leaves objects open; here none is forgotten. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries<Json>(schema).map(([name, member]) => [name, closed(member)]),
  );
  const isObject = schema.type === 'object' && schema.properties !== undefined;
  return isObject && schema.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
}
