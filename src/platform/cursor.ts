/** A cursor that was not made by us, or for another list. */
export class InvalidCursor extends Error {
  constructor() {
    super('is not a cursor that this list has given out');
  }
}

/** Forms of a cursor's parts: a whole number of Postgres's bigint, a canonical time, an id, a signed amount. */
export const parts = {
  whole: /^(?:0|[1-9]\d{0,17})$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  id: /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/,
  amount: /^-?\d{0,40}$/,
};

/** An opaque text of a position in a list. */
export function encodeCursor(list: string, values: string[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/**
 * The parts of a cursor of this list, each of its form.
 * @throws InvalidCursor
 */
export function decodeCursor(list: string, cursor: string, forms: RegExp[]): string[] {
  const [name, ...values] = parse(cursor);
  const sound = values.every(
    (value, index) => typeof value === 'string' && forms[index]?.test(value) === true,
  );
  if (name !== list || values.length !== forms.length || !sound) throw new InvalidCursor();
  return values as string[];
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.length <= 16 ? value : [];
  } catch {
    return [];
  }
}
