/** A JSON Schema, as far as the events' use it. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  [keyword: string]: unknown;
}

/** What a consumer may take for granted of a value, besides its type. */
const promised = [
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
];

/**
 * What a consumer written for the released schema could trip over in what the current one allows, a line each. Adding
 * fields, values of an enumeration and promises is fine; so is it to require what was optional.
 */
export function breakingChanges(released: Schema, current: Schema | undefined, path = 'event'): string[] {
  if (current === undefined) return [`${path} is gone`];
  if (released.anyOf || current.anyOf) return changedAlternatives(released, current, path);
  const types = typesOf(current).filter((type) => !typesOf(released).includes(type));
  if (types.length > 0 || (typesOf(current).length === 0 && typesOf(released).length > 0)) {
    return [
      `${path} was ${typesOf(released).join(' or ') || 'anything'}, is ${typesOf(current).join(' or ') || 'anything'}`,
    ];
  }
  return [
    ...lostValues(released, current, path),
    ...promised
      .filter((name) => released[name] !== undefined && released[name] !== current[name])
      .map(
        (name) => `${path}: ${name} was ${String(released[name])}, is ${String(current[name] ?? 'not said')}`,
      ),
    ...(released.required ?? [])
      .filter((name) => !current.required?.includes(name) && current.properties?.[name])
      .map((name) => `${path}.${name} was required, is optional`),
    ...Object.entries(released.properties ?? {}).flatMap(([name, property]) =>
      breakingChanges(property, current.properties?.[name], `${path}.${name}`),
    ),
    ...(released.items ? breakingChanges(released.items, current.items, `${path}[]`) : []),
  ];
}

/** Without a type, that of its values. */
function typesOf({ type, const: only, enum: several }: Schema): string[] {
  if (type !== undefined) return [type].flat();
  const values = several ?? (only === undefined ? [] : [only]);
  return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
}

/** Consumers tell cases apart by them, so none may be renamed. One that is only one may become one of several. */
function lostValues(released: Schema, current: Schema, path: string): string[] {
  const before = valuesOf(released);
  const now = valuesOf(current);
  if (before.length > 0 && now.length === 0)
    return [`${path} was one of ${before.join(', ')}, may be anything`];
  return before
    .filter((value) => !now.includes(value))
    .map((value) => `${path} has no ${String(value)} any more`);
}

const valuesOf = ({ const: only, enum: several }: Schema) => several ?? (only === undefined ? [] : [only]);

/** Alternatives are known by their types: none may come, and none go but null. */
function changedAlternatives(released: Schema, current: Schema, path: string): string[] {
  const before = alternativesOf(released);
  const now = alternativesOf(current);
  const added = [...now.keys()].filter((type) => !before.has(type));
  const changed = [...before].flatMap(([type, schema]) =>
    now.has(type) || type !== 'null' ? breakingChanges(schema, now.get(type), `${path} (${type})`) : [],
  );
  return [...added.map((type) => `${path} may be ${type} now`), ...changed];
}

function alternativesOf(schema: Schema): Map<string, Schema> {
  return new Map((schema.anyOf ?? [schema]).map((one) => [typesOf(one).join(' or '), one]));
}
