import { parseTime } from '../ledger/rules/time.js';
import { UsageError } from './api.command.js';

/**
 * An option's time, canonical; a bare day stands for its time of day that is given.
 * @throws UsageError
 */
export function momentOf(option: string, value: string, timeOfDay: '00:00:00' | '23:59:59.999999'): string {
  const time = parseTime(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T${timeOfDay}Z` : value);
  if (time) return time;
  throw new UsageError(
    `${option} ${value}: takes a day (2026-01-31) or an RFC 3339 time (2026-01-31T08:30:00Z) of the years 1900 to 2199`,
  );
}
