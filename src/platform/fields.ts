import type { Type } from '@nestjs/common';
import { ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import { parseAmount, parseSigned } from '../ledger/rules/amount.js';
import { parseCurrency } from '../ledger/rules/currency.js';
import { parseTime } from '../ledger/rules/time.js';
import { field, type FieldOptions } from './shape.js';

export { field, shapeOf, type FieldOptions, type Shape } from './shape.js';

const text = (accept: (value: string) => boolean) => (value: unknown) =>
  typeof value === 'string' && accept(value) ? value : undefined;
const matching = (pattern: RegExp) => text((value) => pattern.test(value));
const short = (max: number, pattern?: RegExp) =>
  text((value) => value.length > 0 && [...value].length <= max && (!pattern || pattern.test(value)));

const ID = /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
// No control, format, surrogate, private or unassigned characters, and no line or paragraph separators.
export const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u;
// The form alone, for the documentation; `parseTime` knows the calendar too.
const TIME =
  '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$';
const CURSOR = /^[\x21-\x7e]+$/;

/** An id the caller chose. */
export const Id = (options: FieldOptions = {}) =>
  field(
    {
      parse: matching(ID),
      message: `must match ${ID.source}`,
      schema: { type: 'string', pattern: ID.source, example: 'alice' },
    },
    options,
  );

/** A UUID in any case → lower case. */
export const Uuid = (options: FieldOptions = {}) =>
  field(
    {
      parse: (value) => (typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined),
      message: 'must be a UUID',
      schema: { type: 'string', format: 'uuid', example: '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21' },
    },
    options,
  );

/** What moves, in minor units, at least 1 → canonical string. */
export const Amount = (options: FieldOptions = {}) =>
  field(
    {
      parse: parseAmount,
      message:
        'must be a whole number of minor units from 1, as a string of up to 38 digits without leading zeros',
      schema: {
        oneOf: [
          { type: 'string', pattern: '^[1-9][0-9]{0,37}$' },
          { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
        ],
        example: '1250',
      },
    },
    options,
  );

const signed = [
  { type: 'string', pattern: '^(0|-?[1-9][0-9]{0,37})$' },
  { type: 'integer', minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
];

/** A limit of an account: signed → canonical string; `null` is no limit and stays, absent is the default. */
export const Limit = (options: FieldOptions = {}) =>
  field(
    {
      parse: parseSigned,
      keepsNull: true,
      message: 'must be a whole number of minor units, as a string of up to 38 digits without leading zeros',
      schema: {
        oneOf: [...signed, { type: 'null' }],
        example: '-50000',
      },
    },
    { optional: true, ...options },
  );

/** ISO 4217, or a code with its exponent. */
export const Currency = (options: FieldOptions = {}) =>
  field(
    {
      parse: (value) => parseCurrency(value)?.code,
      message: 'must be an ISO 4217 code, or another code with its exponent such as BTC/8',
      schema: { type: 'string', pattern: '^[A-Z][A-Z0-9]{1,11}(/(0|[1-9]|1[0-8]))?$', example: 'USD' },
    },
    options,
  );

/** RFC 3339 → canonical UTC text with microseconds. */
export const Time = (options: FieldOptions = {}) =>
  field(
    {
      parse: parseTime,
      message: 'must be an RFC 3339 time with Z or an offset, in the years 1900–2199',
      schema: {
        type: 'string',
        format: 'date-time',
        pattern: TIME,
        example: '2026-11-20T00:00:00.000000Z',
      },
    },
    options,
  );

const METADATA_BYTES = 16 * 1024;
const METADATA_DEPTH = 8;

/** An object of the caller's, kept as it is. In a merge patch its members may be null. */
export const Metadata = (options: FieldOptions = {}) =>
  field(
    {
      parse: (value) => (isMetadata(value) ? value : undefined),
      message:
        'must be an object of up to 16 KiB, 8 levels deep, whose numbers JSON holds exactly (a large one as a string)',
      schema: { type: 'object', additionalProperties: true, example: { tier: 'gold' } },
    },
    { optional: true, ...options },
  );

function isMetadata(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isExact(value, 0) && Buffer.byteLength(JSON.stringify(value)) <= METADATA_BYTES;
}

function isExact(value: unknown, depth: number): boolean {
  // 1e400 is read as Infinity and 2^53+1 as 2^53: what can't be kept as it was sent is refused.
  if (typeof value === 'number')
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (typeof value !== 'object' || value === null) return true;
  return depth < METADATA_DEPTH && Object.values(value).every((member) => isExact(member, depth + 1));
}

/** Free text, 1 to `max` characters. */
export const Text = (max = 1024, options: FieldOptions = {}) =>
  field(
    {
      parse: short(max),
      message: `must be text of 1 to ${max} characters`,
      schema: { type: 'string', minLength: 1, maxLength: max, example: 'top-up' },
    },
    options,
  );

/** 1–255 printable characters, unique in the ledger for ever. */
export const Reference = (options: FieldOptions = {}) =>
  field(
    {
      parse: short(255, PRINTABLE),
      message: 'must be 1 to 255 printable characters',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: PRINTABLE.source, example: 'order-1' },
    },
    options,
  );

export const OneOf = (values: readonly string[], options: FieldOptions = {}) =>
  field(
    {
      parse: text((value) => values.includes(value)),
      message: `must be one of ${values.join(', ')}`,
      schema: { type: 'string', enum: [...values], example: values[0] },
    },
    options,
  );

/** true or false; in a query the words. */
export const Flag = (options: FieldOptions = {}) =>
  field(
    {
      parse: (value) => (typeof value === 'boolean' ? value : undefined),
      fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
      message: 'must be true or false',
      schema: { type: 'boolean', example: true },
    },
    { optional: true, ...options },
  );

/** A whole number; in a query its decimal digits. */
export const Whole = (min: number, max: number, options: FieldOptions = {}) =>
  field(
    {
      parse: (value) =>
        Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
          ? value
          : undefined,
      fromText: (text) => (/^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text),
      message: `must be a whole number from ${min} to ${max}`,
      schema: { type: 'integer', minimum: min, maximum: max },
    },
    options,
  );

/** `limit` of a list; 50 is the caller's to set as the property's initial value. */
export const PageLimit = (max = 1000, options: FieldOptions = {}) =>
  Whole(1, max, { optional: true, description: 'How many rows at most.', example: 50, ...options });

/** `cursor` of a list: opaque, as an earlier answer gave it. */
export const Cursor = (options: FieldOptions = {}) =>
  field(
    {
      parse: short(1024, CURSOR),
      message: 'must be a cursor that an earlier answer gave',
      schema: { type: 'string', minLength: 1, maxLength: 1024, pattern: CURSOR.source },
    },
    { optional: true, description: 'The `next_cursor` of the page before.', ...options },
  );

/** Query parameters `name[key]=value` → `{ key: value }` of strings. */
export const MetadataFilter = (options: FieldOptions = {}) =>
  field(
    {
      bracketed: true,
      parse: (value) =>
        typeof value === 'object' && Object.keys(value!).every((key) => key !== '' && key.length <= 255)
          ? value
          : undefined,
      message: 'must be given as metadata[key]=value',
      schema: {
        type: 'object',
        style: 'deepObject',
        explode: true,
        additionalProperties: { type: 'string' },
      },
    },
    { optional: true, ...options },
  );

const COMPARISONS = ['lt', 'lte', 'gt', 'gte', 'eq'];

/** `{"gte":"100"}`, or `name[gte]=100` in a query → `{ gte: '100' }` of canonical signed amounts, at least one. */
export const Comparison = (options: FieldOptions = {}) =>
  field(
    {
      bracketed: true,
      parse: parseComparison,
      message: `must compare with whole numbers by ${COMPARISONS.join(', ')}`,
      schema: {
        type: 'object',
        style: 'deepObject',
        explode: true,
        properties: Object.fromEntries(COMPARISONS.map((name) => [name, { oneOf: signed }])),
        additionalProperties: false,
        minProperties: 1,
        example: { gte: '100' },
      },
    },
    { optional: true, ...options },
  );

function parseComparison(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const given = Object.entries(value).filter(([, bound]) => bound !== null);
  const bounds = given.map(([name, bound]) => [name, parseSigned(bound)] as const);
  const sound =
    bounds.length > 0 && bounds.every(([name, bound]) => COMPARISONS.includes(name) && bound !== undefined);
  return sound ? (Object.fromEntries(bounds) as Record<string, string>) : undefined;
}

/** How many and what: `array` for a list of min–max objects, `orId` where a plain id may stand in its place. */
export interface NestedOptions extends FieldOptions {
  array?: boolean;
  min?: number;
  max?: number;
  orId?: boolean;
}

/** Objects of another DTO class, each judged by its own fields. */
export const Nested = (type: () => Type, options: NestedOptions = {}) => {
  const { array = false, min = 1, max = Number.MAX_SAFE_INTEGER, orId = false, ...rest } = options;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const isList = (value: unknown) => Array.isArray(value) && value.length >= min && value.length <= max;
  const accepts = array ? isList : isObject;
  const what = array ? `a list of ${min} to ${max} objects` : 'an object';
  const id = { type: 'string', pattern: ID.source };
  const declare = field(
    {
      nested: type,
      parse: (value) => (accepts(value) || (orId && matching(ID)(value) !== undefined) ? value : undefined),
      message: `must be ${orId ? 'an id or ' : ''}${what}`,
      schema: orId
        ? {
            oneOf: [
              id,
              { type: 'array', items: { $ref: getSchemaPath(type()) }, minItems: min, maxItems: max },
            ],
          }
        : // Swagger calls a function for the type only if its name is `type`.
          { type: () => type(), ...(array && { isArray: true, minItems: min, maxItems: max }) },
    },
    rest,
  );
  if (!orId) return declare;
  // Nothing but the reference says that the class belongs to the document.
  return (target: object, name: string | symbol) => {
    declare(target, name);
    ApiExtraModels(type())(target.constructor);
  };
};
