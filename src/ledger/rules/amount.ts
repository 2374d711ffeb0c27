// Amounts are whole minor units. 38 digits is what numeric(38,0) holds.
const POSITIVE = /^[1-9][0-9]{0,37}$/;
const SIGNED = /^(0|-?[1-9][0-9]{0,37})$/;

/** The greatest magnitude of an amount, limit or total: 38 nines. */
export const MAX_AMOUNT = 10n ** 38n - 1n;

/**
 * What moves, as received: a decimal string or a JSON integer up to 2^53−1, at least 1.
 * Gives the canonical string, or undefined when it is none.
 */
export function parseAmount(input: unknown): string | undefined {
  return parse(input, POSITIVE);
}

/** A limit, condition or filter, as received: like an amount, but zero and negative too. */
export function parseSigned(input: unknown): string | undefined {
  return parse(input, SIGNED);
}

function parse(input: unknown, pattern: RegExp): string | undefined {
  const text = Number.isSafeInteger(input) ? String(input) : input;
  return typeof text === 'string' && pattern.test(text) ? text : undefined;
}

/** Minor units as a decimal of the currency: (1250n, 2) → "12.50", (-5n, 3) → "-0.005". */
export function toDecimal(amount: bigint, digits: number): string {
  if (digits === 0) return String(amount);
  const magnitude = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0');
  const sign = amount < 0n ? '-' : '';
  return `${sign}${magnitude.slice(0, -digits)}.${magnitude.slice(-digits)}`;
}
