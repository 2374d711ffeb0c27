import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; required?: string[] };

interface Body {
  required?: boolean;
  content: Record<string, { schema: { $ref?: string } }>;
}

/**
 * Says of the bodies' schemas what no decorator does: unknown fields are refused, null is the same as absent, and
 * a body without a field that must be there may be left out.
 */
export function describeBodies(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as unknown as Record<string, Schema>;
  for (const schema of Object.values(schemas)) {
    schema.additionalProperties = false;
    allowNulls(schema);
  }
  for (const item of Object.values(document.paths)) {
    for (const { requestBody } of Object.values(item) as { requestBody?: Body }[]) {
      const name = requestBody?.content['application/json']?.schema.$ref?.split('/').at(-1);
      if (name && !schemas[name]?.required?.length) requestBody!.required = false;
    }
  }
}

function allowNulls({ properties = {}, required = [] }: Schema): void {
  for (const [name, schema] of Object.entries(properties)) {
    allowNulls(schema);
    if (!required.includes(name)) properties[name] = orNull(schema);
  }
}

function orNull(schema: Schema): Schema {
  const { oneOf, allOf, ...rest } = schema as Schema & { oneOf?: Schema[]; allOf?: Schema[] };
  const isNull = { type: 'null' };
  if (allOf) return { ...rest, anyOf: [...allOf, isNull] };
  if (oneOf)
    return oneOf.some(({ type }) => type === 'null') ? schema : { ...rest, oneOf: [...oneOf, isNull] };
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(schema.enum ? { enum: [...(schema.enum as unknown[]), null] } : {}),
  };
}
