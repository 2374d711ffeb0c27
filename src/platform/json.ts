// JSON put together as text: of what is recorded with every transaction, where an object made only to be serialised
// costs three times as much.

/** Text of a caller, or null. */
export function jsonText(value: string | null): string {
  return value === null ? 'null' : JSON.stringify(value);
}

/** Null, or what needs no escape whatever it says: ids, times, digits, currencies and names out of our own lists. */
export function jsonPlain(value: string | null): string {
  return value === null ? 'null' : `"${value}"`;
}

/** Metadata; null stands for the empty object. */
export function jsonObject(value: Record<string, unknown> | null): string {
  return value === null ? '{}' : JSON.stringify(value);
}
