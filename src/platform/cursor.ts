import { parseTime } from '../ledger/rules/time.js';

/** A cursor that was not made by us, or for another list. */
export class InvalidCursor extends Error {
  constructor() {
    super('is not a cursor that this list has given out');
  }
}

type Form = (value: string) => boolean;

const matches =
  (form: RegExp): Form =>
  (value) =>
    form.test(value);

/** Forms of a cursor's parts: a whole number of Postgres's bigint, a canonical time, a day, an id, a signed amount or none. */
export const parts = {
  whole: matches(/^(?:0|[1-9]\d{0,17})$/),
  time: (value: string) => parseTime(value) === value,
  id: matches(/^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/),
  day: (value: string) => parts.time(`${value}T00:00:00.000000Z`),
  amount: matches(/^(?:-?\d{1,40})?$/),
};

export interface Page<Row> {
  rows: Row[];
  next_cursor: string | null;
}

/** An opaque text of a position in a list; `list` says which, down to the account whose entries they are. */
export function encodeCursor(list: string, values: string[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/**
 * The parts of a cursor of this list, each of its form; undefined without a cursor.
 * @throws InvalidCursor
 */
export function decodeCursor(list: string, cursor: string | undefined, forms: Form[]): string[] | undefined {
  if (cursor === undefined) return undefined;
  const [name, ...values] = parse(cursor);
  const sound = values.every((value, index) => typeof value === 'string' && forms[index]?.(value) === true);
  if (name !== list || values.length !== forms.length || !sound) throw new InvalidCursor();
  return values as string[];
}

/** The page of rows that were read with one more than `limit`, to know whether there are more. */
export function pageOf<Row>(
  list: string,
  rows: Row[],
  limit: number,
  position: (last: Row) => string[],
): Page<Row> {
  const page = rows.slice(0, limit);
  const more = rows.length > limit && page.length > 0;
  return { rows: page, next_cursor: more ? encodeCursor(list, position(page.at(-1)!)) : null };
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.length <= 16 ? value : [];
  } catch {
    return [];
  }
}
