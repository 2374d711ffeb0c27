import type { Json } from '../../support/client.js';
import { spanOf, transactionsOf, type Operation } from '../history.js';
import { groupBy } from './group.js';
import type { Violation } from './violation.js';

interface Place {
  operation: Operation;
  began: number;
  ended: number;
  account: string;
  version: bigint;
  sequence: bigint;
}

/** Real time: what began after another was acknowledged comes after it, on every account that both touch. */
export function checkOrder(operations: Operation[], sequences: Map<string, string>): Violation[] {
  const places = operations.flatMap((operation) => placesOf(operation, sequences));
  return [...groupBy(places, ({ account }) => account).values()].flatMap((own) => [
    ...late(own, 'version'),
    ...late(own, 'sequence'),
  ]);
}

function placesOf(operation: Operation, sequences: Map<string, string>): Place[] {
  return transactionsOf(operation).flatMap(({ id, entries }) =>
    entries.map(({ account, version }: Json) => ({
      operation,
      ...spanOf(operation),
      account,
      version: BigInt(version),
      sequence: BigInt(sequences.get(id) ?? 0),
    })),
  );
}

/** In the order of `by`, nobody may have been acknowledged before one that comes earlier has begun. */
function late(places: Place[], by: 'version' | 'sequence'): Violation[] {
  const violations: Violation[] = [];
  let newest: Place | undefined;
  for (const place of places.toSorted((a, b) => (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : 0))) {
    if (newest && place.ended < newest.began)
      violations.push({
        check: 'order',
        what:
          `was acknowledged before #${newest.operation.number} began, and has ${by} ${place[by]} of ` +
          `${place.account} after its ${newest[by]}`,
        operation: place.operation,
      });
    if (!newest || place.began > newest.began) newest = place;
  }
  return violations;
}
