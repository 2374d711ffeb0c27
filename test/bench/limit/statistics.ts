/** Of measurements of one thing, or of ratios of two. */
export interface Summary {
  min: number;
  median: number;
  max: number;
}

/** @returns undefined when there is nothing to sum up */
export function summaryOf(values: number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}

/**
 * What was measured in the same round, set against each other: the machine's mood is in both. Rounds that lack one are
 * left out.
 */
export function ratiosOf(above: number[], below: number[]): number[] {
  return above.slice(0, below.length).map((value, round) => value / below[round]!);
}

/** The least value that `share` of all values do not exceed. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
