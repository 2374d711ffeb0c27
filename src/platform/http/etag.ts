import { invalid } from '../../ledger/errors.js';

const ETAGS = /^\s*(?:W\/)?"[!#-~\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[!#-~\x80-\xff]*")*\s*$/;

/** The header `If-Match` in the documentation. */
export const ifMatchSchema = {
  type: 'string',
  pattern: '^(\\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*)$',
  example: '"1"',
} as const;

/**
 * The revisions that an If-Match names (RFC 9110, 13.1.1: one of several will do, weak ones never match);
 * undefined: any. An ETag that is none of ours is a condition that does not hold, not an error.
 * @throws Problem VALIDATION_FAILED for what is no list of ETags
 */
export function revisionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  if (!ETAGS.test(ifMatch)) {
    throw invalid([{ path: 'If-Match', message: 'must be ETags such as "1", or *' }]);
  }
  const strong = ifMatch.split(',').map((tag) => /^"([1-9]\d{0,9})"$/.exec(tag.trim())?.[1]);
  return strong.filter((revision) => revision !== undefined).map(Number);
}
