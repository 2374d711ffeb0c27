/** What the schemas of answers are made of: plain JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Record<string, unknown>;

/** Minor units that are never negative, such as a total of debits. */
export const amount: Schema = { type: 'string', pattern: '^(0|[1-9][0-9]{0,37})$' };
/** Minor units with a sign, such as a balance or a limit. */
export const signed: Schema = { type: 'string', pattern: '^(0|-?[1-9][0-9]{0,37})$' };
/** Sums of amounts: of an account's posted and pending, or over accounts; they may pass 38 digits. */
export const sum: Schema = { type: 'string', pattern: '^(0|-?[1-9][0-9]*)$' };
export const time: Schema = {
  type: 'string',
  format: 'date-time',
  pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$`,
};
export const uuid: Schema = { type: 'string', format: 'uuid' };
export const id: Schema = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$' };
export const currency: Schema = { type: 'string', pattern: '^[A-Z][A-Z0-9]{1,11}(/(0|[1-9]|1[0-8]))?$' };
export const text: Schema = { type: 'string' };
export const metadata: Schema = { type: 'object', additionalProperties: true };

export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: [...values] });
export const whole = (minimum: number): Schema => ({ type: 'integer', minimum });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const nullable = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });

/** A schema below `components` by its name. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** An object whose members are all there, save for those that `optional` names. */
export function object(
  properties: Record<string, Schema>,
  { optional = [], ...rest }: { optional?: string[]; description?: string; example?: unknown } = {},
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', ...rest, required, properties };
}

/** The envelope of every list. */
export function pageOf(name: string, example: unknown): Schema {
  return object(
    {
      data: listOf(ref(name)),
      next_cursor: { ...nullable(text), description: 'For `cursor` of the next page; null: there is none.' },
    },
    { example: { data: [example], next_cursor: null } },
  );
}
