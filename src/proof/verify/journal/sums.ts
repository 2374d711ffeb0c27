/** Over the legs whose transactions have sequences of one range. */
export interface Sums {
  legs: bigint;
  /** Of a hash of all that makes a leg one of its transaction's. */
  hash: bigint;
  /** Debits less credits, each currency of each transaction under a random weight of its own; of entries alone. */
  posted: bigint;
  pending: bigint;
}

export function addTo(sums: Map<string, Sums>, more: Map<string, Sums>): void {
  for (const [bucket, { legs, hash, posted, pending }] of more) {
    const sum = sums.get(bucket) ?? { legs: 0n, hash: 0n, posted: 0n, pending: 0n };
    sums.set(bucket, {
      legs: sum.legs + legs,
      hash: sum.hash + hash,
      posted: sum.posted + posted,
      pending: sum.pending + pending,
    });
  }
}

/** Ranges of sequences that are not as they should be: legs other than the transactions name, or out of balance. */
export function brokenOf(entries: Map<string, Sums>, transactions: Map<string, Sums>): string[] {
  const all = new Set([...entries.keys(), ...transactions.keys()]);
  return [...all]
    .filter((bucket) => {
      const [e, t] = [entries.get(bucket), transactions.get(bucket)];
      return e?.legs !== t?.legs || e?.hash !== t?.hash || e?.posted !== 0n || e.pending !== 0n;
    })
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
}

/** Sequences in one range: a thousand ranges at most, and none so small that there would be many for nothing. */
export function widthOf(horizon: bigint): bigint {
  const thousandth = horizon / 1_000n + 1n;
  return thousandth > 65_536n ? thousandth : 65_536n;
}

/**
 * The hash of a leg, in SQL. Postgres's own hash of a bigint beyond 32 bits folds it to 32 bits first, which two
 * neighbours survive.
 * @param ledger the hash of its ledger
 */
export function legHash(leg: {
  sequence: string;
  leg: string;
  account: string;
  version: string;
  effective: string;
  recorded: string;
  ledger: string;
}): string {
  return `hashint8extended(${leg.sequence}, hashint8extended(${leg.leg}, hashint8extended(${leg.version},
    hashint8extended(${leg.account}, timestamp_hash_extended(${leg.effective}::timestamp,
    timestamp_hash_extended(${leg.recorded}::timestamp, ${leg.ledger}))))))`;
}
