import type { Followed } from '../history.js';
import type { Journal } from './journal.js';
import type { Violation } from './violation.js';

const found = (what: string): Violation => ({ check: 'feed', what });

/** Who follows by cursor gets every event of the ledger, and none twice. */
export function checkFeed(events: Followed[], outbox: Journal['outbox']): Violation[] {
  const wanted = outbox
    .filter(({ ledger, aggregatetype }) => ledger === 'main' && aggregatetype !== 'ledger.seals')
    .map(({ event_id }) => event_id);
  const known = new Set(wanted);
  const seen = new Set<string>();
  const twice = events.filter(({ event_id }) => seen.has(event_id) || !seen.add(event_id));
  return [
    ...twice.map(({ event_id }) => found(`${event_id} came twice`)),
    ...wanted.filter((id) => !seen.has(id)).map((id) => found(`${id} never came`)),
    ...[...seen].filter((id) => !known.has(id)).map((id) => found(`${id} was never recorded`)),
  ];
}
