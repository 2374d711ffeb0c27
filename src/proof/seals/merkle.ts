import { createHash } from 'node:crypto';

/** The tree of RFC 6962: a node is SHA-256 of a one byte and its two halves, a leaf (made in SQL) of a zero byte. */
const NODE = Buffer.from([1]);
export const HASH_BYTES = 32;

/** One step from a leaf to the root: what is hashed together with it, and on which side that stands. */
export interface Sibling {
  side: 'left' | 'right';
  hash: Buffer;
}

/** @param leaves at least one */
export function rootOf(leaves: Buffer[]): Buffer {
  let level = leaves;
  while (level.length > 1) level = parentsOf(level);
  return level[0]!;
}

/** From a leaf to the root; empty where it is the only one. */
export function pathOf(leaves: Buffer[], index: number): Sibling[] {
  const path: Sibling[] = [];
  for (let level = leaves, at = index; level.length > 1; level = parentsOf(level), at >>= 1) {
    const sibling = level[at ^ 1];
    // The last of an odd level goes up as it is.
    if (sibling) path.push({ side: at % 2 === 1 ? 'left' : 'right', hash: sibling });
  }
  return path;
}

/** The leaves of a seal, from the bytes that they are kept as. */
export function leavesOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, n) =>
    bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  );
}

function parentsOf(level: Buffer[]): Buffer[] {
  const parents: Buffer[] = [];
  for (let n = 0; n < level.length; n += 2) {
    const [left, right] = [level[n]!, level[n + 1]];
    parents.push(right ? createHash('sha256').update(NODE).update(left).update(right).digest() : left);
  }
  return parents;
}
