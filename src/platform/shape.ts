import type { Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { getMetadataStorage, IsOptional, ValidateBy } from 'class-validator';

/**
 * One decorator a field of a DTO: its rule, how it is made canonical, and what the API's documentation says of it.
 * `null` in a request is the same as absent (the property stays undefined), save for limits.
 */
export interface FieldOptions {
  optional?: boolean;
  description?: string;
  example?: unknown;
}

export interface Field {
  /** The canonical value of what was received (never null or undefined), or undefined when it is refused. */
  parse: (value: unknown) => unknown;
  /** In a query or path all values are text: what `parse` gets of one. Without it the text itself. */
  fromText?: (text: string) => unknown;
  optional: boolean;
  keepsNull?: boolean;
  nested?: () => Type;
  /** A query parameter of the form `name[key]=value`. */
  bracketed?: boolean;
}

export interface Shape<T> {
  type: Type<T>;
  fields: Map<string, Field>;
  /** Properties that carry plain class-validator rules only; taken as they come. */
  others: Set<string>;
  hasOtherRules: boolean;
}

/** What of a request a handler takes as a DTO. */
export type Part = 'params' | 'query' | 'body';
export type Shapes = readonly (readonly [Part, Shape<unknown>])[];

type Rule = Omit<Field, 'optional'> & { message: string; schema: object };

const declared = new WeakMap<object, Map<string, Field>>();
const shapes = new WeakMap<object, Shape<unknown>>();
const RULE = 'counterfoil';
const NATIVE = new Set<unknown>([String, Number, Boolean, Object, Array, Date, Promise, undefined]);

/** Declares a field with a rule of its own, for what none of the decorators below say. */
export function field(rule: Rule, options: FieldOptions = {}): PropertyDecorator {
  const { optional = false, description, example } = options;
  const { message, schema, ...parsing } = rule;
  const judge = ValidateBy({
    name: RULE,
    validator: {
      validate: (value) => value !== undefined && value !== null && parsing.parse(value) !== undefined,
      defaultMessage: (args) => (args?.value === undefined ? 'is required' : message),
    },
  });
  const api = { ...schema, required: !optional, ...(description && { description }) } as Record<
    string,
    unknown
  >;
  if (example !== undefined) api.example = example;
  return (target, name) => {
    const fields = declared.get(target.constructor) ?? new Map<string, Field>();
    declared.set(target.constructor, fields.set(String(name), { ...parsing, optional }));
    judge(target, name);
    if (optional) IsOptional()(target, name);
    ApiProperty(api as ApiPropertyOptions)(target, name);
  };
}

/** What the fields of a DTO class are, its parents' included; undefined for what is no DTO class. */
export function shapeOf(type: unknown): Shape<unknown> | undefined {
  if (typeof type !== 'function' || NATIVE.has(type)) return undefined;
  let shape = shapes.get(type);
  if (!shape) shapes.set(type, (shape = inspectClass(type as Type)));
  return shape;
}

function inspectClass(type: Type): Shape<unknown> {
  const fields = new Map<string, Field>();
  const lineage: object[] = [];
  for (let t: object | null = type; t && t !== Function.prototype; t = Object.getPrototypeOf(t))
    lineage.unshift(t);
  for (const ancestor of lineage)
    for (const [name, own] of declared.get(ancestor) ?? []) fields.set(name, own);
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const foreign = rules.filter(({ type, name }) => type !== 'conditionalValidation' && name !== RULE);
  const others = new Set(rules.map((rule) => rule.propertyName).filter((name) => !fields.has(name)));
  return { type, fields, others, hasOtherRules: foreign.length > 0 };
}
