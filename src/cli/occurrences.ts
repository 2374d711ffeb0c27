/**
 * Counts how often each hash was seen, in about 20 bytes a hash: a Map of strings takes ten times as much and
 * ends at 16 million entries. Two lines that share 64 bits of their hashes would share a count, which leaves
 * keys distinct and repeatable all the same.
 */
export function occurrences(): (hash: Buffer) => number {
  let size = 1 << 12;
  let used = 0;
  let highs = new Uint32Array(size);
  let lows = new Uint32Array(size);
  let counts = new Uint32Array(size);

  const slotOf = (high: number, low: number): number => {
    let slot = low & (size - 1);
    while (counts[slot] !== 0 && (highs[slot] !== high || lows[slot] !== low)) slot = (slot + 1) & (size - 1);
    return slot;
  };

  const grow = (): void => {
    const [oldHighs, oldLows, oldCounts] = [highs, lows, counts];
    size *= 2;
    highs = new Uint32Array(size);
    lows = new Uint32Array(size);
    counts = new Uint32Array(size);
    oldCounts.forEach((count, old) => {
      if (count === 0) return;
      const slot = slotOf(oldHighs[old]!, oldLows[old]!);
      highs[slot] = oldHighs[old]!;
      lows[slot] = oldLows[old]!;
      counts[slot] = count;
    });
  };

  return (hash) => {
    if (used > size * 0.7) grow();
    const high = hash.readUInt32LE(0);
    const low = hash.readUInt32LE(4);
    const slot = slotOf(high, low);
    if (counts[slot] === 0) used++;
    highs[slot] = high;
    lows[slot] = low;
    return (counts[slot] = counts[slot]! + 1);
  };
}
