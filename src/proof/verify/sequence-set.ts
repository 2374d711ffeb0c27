const CHUNK = 65_536;

/** A set of sequences at a bit each, where they are dense. */
export function sequenceSet() {
  const chunks = new Map<number, Uint8Array>();
  return {
    has(sequence: string): boolean {
      const n = Number(sequence);
      const bits = chunks.get(Math.floor(n / CHUNK));
      return bits !== undefined && (bits[(n % CHUNK) >> 3]! & (1 << (n & 7))) !== 0;
    },
    /** @returns false when it was in it before */
    add(sequence: string): boolean {
      const n = Number(sequence);
      const chunk = Math.floor(n / CHUNK);
      let bits = chunks.get(chunk);
      if (!bits) chunks.set(chunk, (bits = new Uint8Array(CHUNK / 8)));
      const [at, bit] = [(n % CHUNK) >> 3, 1 << (n & 7)];
      if (bits[at]! & bit) return false;
      bits[at]! |= bit;
      return true;
    },
  };
}
