import type { Part } from './command.js';
import { refuse, type Refusal } from './refusal.js';

/** 100 %: shares are in 10^-10 of a percent. */
export const WHOLE_SHARE = 10n ** 12n;
const SHARE = /^(0|[1-9]\d{0,2})(?:\.(\d{1,10}))?%$/;

/** `"70%"`, `"12.5%"` → the share; undefined for what is none, or not above 0 and up to 100. */
export function parseShare(text: string): bigint | undefined {
  const match = SHARE.exec(text);
  if (!match) return undefined;
  const share = BigInt(match[1]!) * 10n ** 10n + BigInt((match[2] ?? '').padEnd(10, '0'));
  return share > 0n && share <= WHOLE_SHARE ? share : undefined;
}

/**
 * Splits an amount (minor units) exactly, never losing or making a unit: fixed amounts first; what is left by
 * shares, each rounded down, and the units that remain one each to the largest remainders, of equal ones the first.
 * `remaining` is the share that the others leave. 101 by 70 %, fixed 30 and `remaining`: 50, 30, 21.
 * @returns an amount a part, which may be zero; or why it does not add up
 */
export function split(amount: bigint, parts: Part[]): bigint[] | Refusal {
  const fixed = parts.reduce((sum, part) => sum + ('amount' in part ? part.amount : 0n), 0n);
  const left = amount - fixed;
  if (left < 0n) return unbalanced(`the fixed amounts exceed ${amount} by ${-left}`, -left);
  const given = parts.reduce((sum, part) => sum + ('share' in part ? part.share : 0n), 0n);
  if (given > WHOLE_SHARE) return unbalanced('the shares are more than 100 %', 0n);
  const takesRest = parts.some((part) => 'remaining' in part);
  if (!takesRest && left > 0n && given < WHOLE_SHARE) {
    return unbalanced(`${left} of ${amount} are left without a share or "remaining"`, left);
  }
  return allocate(left, parts, WHOLE_SHARE - given);
}

function allocate(left: bigint, parts: Part[], rest: bigint): bigint[] {
  const shareOf = (part: Part) => ('share' in part ? part.share : 'remaining' in part ? rest : 0n);
  const amounts = parts.map((part) =>
    'amount' in part ? part.amount : (left * shareOf(part)) / WHOLE_SHARE,
  );
  const shared = parts.flatMap((part, index) =>
    'amount' in part ? [] : [{ index, remainder: (left * shareOf(part)) % WHOLE_SHARE }],
  );
  let over = left - shared.reduce((sum, { index }) => sum + amounts[index]!, 0n);
  // Stable: of equal remainders the first in the list comes first.
  shared.sort((a, b) => (a.remainder === b.remainder ? 0 : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of shared) {
    if (over === 0n) break;
    amounts[index]! += 1n;
    over -= 1n;
  }
  return amounts;
}

function unbalanced(detail: string, difference: bigint): Refusal {
  return refuse('UNBALANCED', detail, { difference: String(difference) });
}
