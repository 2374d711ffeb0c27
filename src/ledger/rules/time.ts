// RFC 3339, section 5.6: `T` and `Z` may be lower case.
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const FIRST = Date.UTC(1900, 0, 1);
const BEYOND = Date.UTC(2200, 0, 1);

/**
 * An RFC 3339 time with `Z` or an offset → its canonical text, UTC with exactly six decimals
 * (`2026-11-20T00:00:00.000000Z`), which compares as a plain string. Fractions are cut to microseconds.
 * Undefined for anything else: bare dates, leap seconds, days a month doesn't have, UTC years outside 1900–2199.
 */
export function parseTime(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined;
  const match = RFC3339.exec(input);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  const local = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`).getTime();
  // Date takes 24:00:00 and rolls 30 February over to March; neither is a time here.
  if (Number.isNaN(local) || Number(hour) > 23 || Number(day) > daysIn(Number(year), Number(month)))
    return undefined;
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  const utc = sign === '-' ? local + offset : local - offset;
  if (utc < FIRST || utc >= BEYOND) return undefined;
  return format(utc, fraction.slice(0, 6).padEnd(6, '0'));
}

/** A canonical time `seconds` (whole, may be negative) later. The result may leave the years that are accepted. */
export function addSeconds(time: string, seconds: number): string {
  const whole = new Date(`${time.slice(0, 19)}Z`).getTime();
  return format(whole + seconds * 1000, time.slice(20, 26));
}

function format(milliseconds: number, micros: string): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${micros}Z`;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
