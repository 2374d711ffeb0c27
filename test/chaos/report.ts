import type { Violation } from './checker/violation.js';
import { showOperation, type History } from './history.js';
import type { ChaosResult } from './run.js';
import type { Counts, RoundResult } from './round.js';

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const showCounts = ({ acknowledged, refused, found, notFound, repeated, asModelled }: Counts) =>
  `${acknowledged} acknowledged, ${refused} refused, ${found + notFound} unknown ` +
  `(${found} found, ${notFound} not), ${repeated} asked again, ${asModelled} as the model`;

export function showRound(number: number, { struck, counts, recoveredMs, violations }: RoundResult): string {
  const faults = struck.map(({ what }) => `  - ${what}`);
  const outcome = violations.length === 0 ? 'every promise kept' : `${violations.length} VIOLATIONS`;
  return [
    `round ${number}: ${showCounts(counts)}; all answered ${seconds(recoveredMs)} after the last fault; ${outcome}`,
    ...faults,
  ].join('\n');
}

/** @param most characters of each answer */
export function showViolation({ check, what, operation }: Violation, most?: number): string {
  return `${check}: ${what}${operation ? `\n${showOperation(operation, most)}` : ''}`;
}

export function showSummary({ rounds, errors, history }: ChaosResult, seed: number): string {
  const sum = (name: keyof Counts) => rounds.reduce((total, { counts }) => total + counts[name], 0);
  const counts = {
    acknowledged: sum('acknowledged'),
    refused: sum('refused'),
    found: sum('found'),
    notFound: sum('notFound'),
    repeated: sum('repeated'),
    asModelled: sum('asModelled'),
  };
  const broken = rounds.reduce((total, { violations }) => total + violations.length, 0);
  const logged = errors.map(([line, times]) => `  ${times} × ${line}`);
  return (
    (logged.length > 0 ? `logged as errors:\n${logged.join('\n')}\n` : '') +
    `${showWaits(history)}\nseed ${seed}: ${rounds.length} rounds, ${showCounts(counts)}; ${history.reads.length} reads of accounts, ` +
    `${history.looks.length} looks at the whole bank; ${broken === 0 ? 'every promise kept' : `${broken} violations`}`
  );
}

/** A client that waits for long without a fault in its way is worth a look. */
function showWaits({ operations }: History): string {
  const attempts = operations.flatMap((operation) => operation.attempts);
  const took = attempts.filter(({ status }) => status !== undefined).map(({ began, ended }) => ended - began);
  const slowest = took.reduce((a, b) => Math.max(a, b), 0);
  const silent = attempts.filter(({ failure }) => failure?.includes('no answer in')).length;
  return `${attempts.length} attempts; the slowest answer took ${seconds(slowest)}, ${silent} waited in vain`;
}
