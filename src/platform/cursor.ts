/** A cursor that was not made by us, or for another list. */
export class InvalidCursor extends Error {
  constructor() {
    super('the cursor is not one that this list has given out');
  }
}

const largest = 2n ** 63n - 1n;

/** An opaque text of a position in a list: its parts are whole numbers of Postgres's bigint. */
export function encodeCursor(list: string, parts: string[]): string {
  return Buffer.from([list, ...parts].join(':')).toString('base64url');
}

/**
 * The parts of a cursor of this list.
 * @throws InvalidCursor
 */
export function decodeCursor(list: string, cursor: string, length: number): string[] {
  const [name, ...parts] = Buffer.from(cursor, 'base64url').toString().split(':');
  const ours = name === list && parts.length === length && parts.every(isPosition);
  if (!ours || encodeCursor(list, parts) !== cursor) throw new InvalidCursor();
  return parts;
}

function isPosition(part: string): boolean {
  return /^(0|[1-9]\d{0,18})$/.test(part) && BigInt(part) <= largest;
}
