/** Bytes of JSON in UTF-8, and levels of objects and arrays. */
export const MAX_METADATA_BYTES = 16 * 1024;
export const MAX_METADATA_DEPTH = 8;

/** What is wrong with metadata as a whole, or null. */
export function metadataFault(metadata: Record<string, unknown>): string | null {
  if (depth(metadata) > MAX_METADATA_DEPTH) return `is nested more than ${MAX_METADATA_DEPTH} levels deep`;
  const text = JSON.stringify(metadata);
  // UTF-16 units are at most three bytes each: only long text needs to be measured.
  if (text.length * 3 > MAX_METADATA_BYTES && new TextEncoder().encode(text).length > MAX_METADATA_BYTES) {
    return 'is larger than 16 KiB';
  }
  return null;
}

/** JSON merge patch, RFC 7396: null removes a member, objects are merged, anything else replaces. */
export function mergePatch(
  target: Record<string, unknown>,
  patch: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else if (isObject(value)) merged[key] = mergePatch(isObject(merged[key]) ? merged[key] : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}
