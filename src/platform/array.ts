/**
 * A Postgres array literal of texts and numbers. pg's own is made by adding up strings piece by piece, which costs
 * more than everything else does for a batch; this is JSON's, where the two agree.
 */
export function arrayLiteral(values: unknown[]): string {
  return `{${values.map(element).join(',')}}`;
}

function element(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Buffer.isBuffer(value)) return `"\\\\x${value.toString('hex')}"`;
  const text = String(value);
  // Both put a backslash before quotes and backslashes; a control character is its own self in Postgres.
  return /[\0-\x1f]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : JSON.stringify(text);
}
