import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

// One call to the system's randomness serves many ids.
const pool = new Uint8Array(16 * 256);
let used = pool.length;
let msecs = 0;
let seq = 0;

/** A UUID of version 7: those of one process sort as they were made, unless the clock is set back by far. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += 16));
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    // Room above for as many as a millisecond will ever see.
    seq = ((random[0]! << 16) | (random[1]! << 8) | random[2]!) << 6;
  } else seq += 1;
  return v7({ random, msecs, seq });
}
