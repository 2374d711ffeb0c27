import { validateSync } from 'class-validator';
import { invalid, type FieldError } from '../../ledger/errors.js';
import { shapeOf, type Part, type Shape, type Shapes } from '../shape.js';

/**
 * Plain JSON → an instance of the class. An absent body is an empty one.
 * @throws Problem VALIDATION_FAILED
 */
export function toShape<T>(shape: Shape<T>, value: unknown, from: 'body' | 'query' = 'body'): T {
  const errors: FieldError[] = [];
  const result = judge(shape, value, from, errors);
  if (errors.length > 0) throw invalid(errors);
  return result as T;
}

/**
 * Puts the DTOs of a handler in the place of what came as path, query and body.
 *
 * A field of `fields.ts` is judged while it is made canonical, by the same function that its class-validator rule
 * calls; class-validator itself only runs to word the errors, or for a class with rules of its own: it is too dear
 * for every request.
 * @returns everything that is wrong with them
 */
export function judgeParts(request: Record<Part, unknown>, shapes: Shapes): FieldError[] {
  const errors: FieldError[] = [];
  for (const [part, shape] of shapes) {
    request[part] = judge(shape, request[part], part === 'body' ? 'body' : 'query', errors);
  }
  return errors;
}

function judge(shape: Shape<unknown>, value: unknown, from: 'body' | 'query', errors: FieldError[]): unknown {
  const input = from === 'query' ? foldBrackets(shape, value, errors) : value;
  return build(shape, input === undefined ? {} : input, '', errors);
}

function build(shape: Shape<unknown>, value: unknown, path: string, errors: FieldError[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.push({ path, message: 'must be an object' });
    return value;
  }
  const input = value as Record<string, unknown>;
  for (const name of Object.keys(input)) {
    if (!shape.fields.has(name) && !shape.others.has(name)) {
      errors.push({ path: join(path, name), message: 'is not known here' });
    }
  }
  const result = new shape.type() as Record<string, unknown>;
  let sound = !shape.hasOtherRules;
  for (const [name, field] of shape.fields) {
    const given = Object.hasOwn(input, name) ? input[name] : undefined;
    if (given === undefined || given === null) {
      if (given === null && field.keepsNull) result[name] = null;
      sound &&= field.optional;
      continue;
    }
    const canonical = field.parse(given);
    sound &&= canonical !== undefined;
    result[name] = canonical === undefined ? given : canonical;
    if (field.nested && canonical !== undefined) {
      result[name] = buildNested(shapeOf(field.nested())!, canonical, join(path, name), errors);
    }
  }
  for (const name of shape.others) if (Object.hasOwn(input, name)) result[name] = input[name] ?? undefined;
  if (!sound) explain(result, path, errors);
  return result;
}

function buildNested(shape: Shape<unknown>, value: unknown, path: string, errors: FieldError[]): unknown {
  if (Array.isArray(value)) return value.map((item, i) => build(shape, item, `${path}.${i}`, errors));
  // Fields that take an id or a list of objects keep the id as it is.
  return typeof value === 'string' ? value : build(shape, value, path, errors);
}

function explain(instance: object, path: string, errors: FieldError[]): void {
  for (const { property, constraints } of validateSync(instance, { forbidUnknownValues: true })) {
    for (const message of Object.values(constraints ?? {})) {
      errors.push({ path: join(path, property), message });
    }
  }
}

// `metadata[k]=v` and `balance[lt]=5` arrive as flat names; a name given twice arrives as an array.
function foldBrackets(shape: Shape<unknown>, query: unknown, errors: FieldError[]): Record<string, unknown> {
  const folded = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (Array.isArray(value)) {
      errors.push({ path: name, message: 'is given more than once' });
      continue;
    }
    if (unstorable(name) || (typeof value === 'string' && unstorable(value))) {
      errors.push({ path: name.replaceAll('\0', '\ufffd'), message: 'must not contain U+0000' });
      continue;
    }
    const open = name.indexOf('[');
    const outer = name.slice(0, open);
    if (open > 0 && name.endsWith(']') && shape.fields.get(outer)?.bracketed) {
      const inner = (folded[outer] ??= Object.create(null)) as Record<string, unknown>;
      if (typeof inner === 'object') inner[name.slice(open + 1, -1)] = value;
    } else folded[name] = shape.fields.get(name)?.fromText?.(value as string) ?? value;
  }
  return folded;
}

function unstorable(text: string): boolean {
  return text.includes('\0');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
