/**
 * Postgres arrays in their binary form, for parameters: a batch is thousands of values, and as text each is written
 * with quotes and read with escapes. pg sends a Buffer as binary.
 */
export interface ElementType<T> {
  /** Of the element type in pg_type. */
  oid: number;
  /** At most so many bytes. */
  most(value: T): number;
  /** Writes the value at an offset; @returns how many bytes */
  write(bytes: Buffer, at: number, value: T): number;
}

const HEADER = 20;
let scratch = Buffer.allocUnsafe(1 << 16);

/** One dimension, from 1; null elements are NULL. */
export function binaryArray<T>(type: ElementType<T>, values: readonly (T | null)[]): Buffer {
  let at = HEADER;
  let nulls = 0;
  for (const value of values) {
    const most = value === null ? 0 : type.most(value);
    if (at + 4 + most > scratch.length) grow(at, at + 4 + most);
    let length = -1;
    if (value === null) nulls = 1;
    else length = type.write(scratch, at + 4, value);
    scratch.writeInt32BE(length, at);
    at += 4 + (length < 0 ? 0 : length);
  }
  scratch.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  scratch.writeInt32BE(nulls, 4);
  scratch.writeInt32BE(type.oid, 8);
  scratch.writeInt32BE(values.length, 12);
  scratch.writeInt32BE(1, 16);
  return Buffer.from(scratch.subarray(0, values.length === 0 ? 12 : at));
}

function grow(used: number, needed: number): void {
  const larger = Buffer.allocUnsafe(Math.max(2 * scratch.length, needed));
  scratch.copy(larger, 0, 0, used);
  scratch = larger;
}

/** Whole numbers as decimal digits, or as numbers. */
export const int8: ElementType<string | number> = {
  oid: 20,
  most: () => 8,
  write(bytes, at, value) {
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      bytes.writeInt32BE(Math.floor(number / 2 ** 32), at);
      bytes.writeInt32BE(number | 0, at + 4);
    } else bytes.writeBigInt64BE(BigInt(value), at);
    return 8;
  },
};

export const int4: ElementType<number> = {
  oid: 23,
  most: () => 4,
  write: (bytes, at, value) => bytes.writeInt32BE(value, at) - at,
};

export const int2: ElementType<number> = {
  oid: 21,
  most: () => 2,
  write: (bytes, at, value) => bytes.writeInt16BE(value, at) - at,
};

export const bytea: ElementType<Buffer> = {
  oid: 17,
  most: (value) => value.length,
  write: (bytes, at, value) => value.copy(bytes, at),
};

export const text: ElementType<string> = {
  oid: 25,
  most: (value) => 3 * value.length,
  write(bytes, at, value) {
    const { length } = value;
    // A call out of JavaScript costs more than a short name does.
    if (length > 48) return bytes.write(value, at);
    for (let n = 0; n < length; n += 1) {
      const code = value.charCodeAt(n);
      if (code > 127) return bytes.write(value, at);
      bytes[at + n] = code;
    }
    return length;
  },
};

/** JSON as text. */
export const json: ElementType<string> = { ...text, oid: 114 };

/** `xxxxxxxx-xxxx-…` in lower or upper case. */
export const uuid: ElementType<string> = {
  oid: 2950,
  most: () => 16,
  write(bytes, at, value) {
    let from = 0;
    for (let n = 0; n < 16; n += 1) {
      if (value.charCodeAt(from) === 45) from += 1;
      bytes[at + n] = (digit(value.charCodeAt(from)) << 4) | digit(value.charCodeAt(from + 1));
      from += 2;
    }
    return 16;
  },
};

function digit(code: number): number {
  return code < 58 ? code - 48 : (code | 32) - 87;
}

const EPOCH = Date.UTC(2000, 0, 1);
let lastTime = '';
let lastMicros = 0n;

/** Canonical times, `YYYY-MM-DDTHH:MM:SS.ffffffZ`: those of a batch are mostly the same. */
export const timestamptz: ElementType<string> = {
  oid: 1184,
  most: () => 8,
  write(bytes, at, value) {
    if (value !== lastTime) {
      const millis = Date.parse(`${value.slice(0, 23)}Z`) - EPOCH;
      if (value.length !== 27 || Number.isNaN(millis)) throw new Error(`${value} is no canonical time`);
      lastMicros = BigInt(millis) * 1000n + BigInt(value.slice(23, 26));
      lastTime = value;
    }
    bytes.writeBigInt64BE(lastMicros, at);
    return 8;
  },
};

/** Whole numbers of any size. */
export const numeric: ElementType<bigint> = {
  oid: 1700,
  most: (value) => 8 + (value < SAFE && value > -SAFE ? 8 : value.toString().length),
  write(bytes, at, value) {
    const negative = value < 0n;
    const groups = value < SAFE && value > -SAFE ? smallGroups(Number(value)) : largeGroups(value);
    const weight = groups.length - 1;
    while (groups.length > 0 && groups.at(-1) === 0) groups.pop();
    bytes.writeInt16BE(groups.length, at);
    bytes.writeInt16BE(groups.length === 0 ? 0 : weight, at + 2);
    bytes.writeInt16BE(negative ? 0x4000 : 0, at + 4);
    bytes.writeInt16BE(0, at + 6);
    groups.forEach((group, index) => bytes.writeInt16BE(group, at + 8 + 2 * index));
    return 8 + 2 * groups.length;
  },
};

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Digits in groups of four, the highest first; none for zero. */
function smallGroups(value: number): number[] {
  const groups: number[] = [];
  for (let rest = Math.abs(value); rest > 0; rest = Math.floor(rest / 10_000)) groups.push(rest % 10_000);
  return groups.reverse();
}

function largeGroups(value: bigint): number[] {
  const digits = (value < 0n ? -value : value).toString();
  const groups: number[] = [];
  for (let end = digits.length; end > 0; end -= 4)
    groups.push(Number(digits.slice(Math.max(0, end - 4), end)));
  return groups.reverse();
}
