import { hash } from 'node:crypto';

/** Members whose null says something else than their absence. */
const nullable = new Set(['min_balance', 'max_balance']);

/**
 * What makes two requests the same: method, path, query and JSON value. The order of members and blanks don't
 * count, nor does null against absent (save for limits), nor `1` against `"1"` where an amount may stand.
 * 16 bytes of SHA-256.
 */
export function fingerprint(method: string, url: string, body: unknown): Buffer {
  const text = `${method} ${normalizedUrl(url)}\n${canonical(body, true)}`;
  return hash('sha256', text, 'buffer').subarray(0, 16);
}

function normalizedUrl(url: string): string {
  if (!url.includes('?')) return url;
  const [path, query] = url.split('?', 2);
  return query ? `${path}?${query.split('&').sort().join('&')}` : path!;
}

/** `ours` is false inside metadata: there a number is a number and null is a value. */
function canonical(value: unknown, ours: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, ours)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    const members = Object.keys(object)
      .filter((key) => object[key] !== undefined && !(ours && object[key] === null && !nullable.has(key)))
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(object[key], ours && key !== 'metadata')}`);
    return `{${members.join(',')}}`;
  }
  if (ours && typeof value === 'number') return JSON.stringify(String(value));
  return JSON.stringify(value) ?? 'null';
}
