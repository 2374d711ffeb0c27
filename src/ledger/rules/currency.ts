import { data } from 'currency-codes';

// What ISO 4217 has gained since the edition of the package, June 2024: Caribbean guilder, Arab Accounting Dinar.
const SINCE = [
  { code: 'XCG', digits: 2 },
  { code: 'XAD', digits: 2 },
];
const iso = new Map([...data, ...SINCE].map(({ code, digits }) => [code, digits ?? 0]));
const OTHER = /^([A-Z][A-Z0-9]{1,11})\/(0|[1-9]|1[0-8])$/;

export interface Currency {
  /** As callers write it: `USD`, `BTC/8`. */
  code: string;
  /** How many of the digits of an amount are behind the decimal point, 0–18. */
  digits: number;
}

/**
 * An ISO 4217 code, or any other code with its exponent (`BTC/8`); an ISO code takes no `/`.
 * Undefined when it is neither.
 */
export function parseCurrency(input: unknown): Currency | undefined {
  if (typeof input !== 'string') return undefined;
  const digits = iso.get(input);
  if (digits !== undefined) return { code: input, digits };
  const match = OTHER.exec(input);
  if (!match || iso.has(match[1]!)) return undefined;
  return { code: input, digits: Number(match[2]) };
}

/** Exponent of a currency that was accepted: USD → 2, BTC/8 → 8. @throws when it never was one. */
export function digitsOf(code: string): number {
  const currency = parseCurrency(code);
  if (!currency) throw new Error(`${code} is not a currency`);
  return currency.digits;
}
