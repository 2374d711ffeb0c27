import type { TopicRecord } from '../../support/topic.js';
import { groupBy } from './group.js';
import type { Journal } from './journal.js';
import type { Violation } from './violation.js';

const found = (what: string): Violation => ({ check: 'topic', what });

/**
 * At least once, the same each time, byte for byte as it was recorded, and of one root in order.
 * @param required what must be there; more may have been recorded and published meanwhile
 */
export function checkTopic(
  topic: string,
  records: TopicRecord[],
  outbox: Journal['outbox'],
  required = outbox,
): Violation[] {
  const of = (rows: Journal['outbox']) => rows.filter(({ aggregatetype }) => `${aggregatetype}.v1` === topic);
  const wanted = new Map(of(outbox).map((row) => [row.event_id, row]));
  const violations: Violation[] = [];
  const first = new Map<string, TopicRecord>();
  for (const record of records) {
    const id = record.headers.ce_id!;
    const row = wanted.get(id);
    if (!row) violations.push(found(`${topic} has ${id}, which was never recorded`));
    else if (record.value !== row.payload || record.key !== row.aggregateid)
      violations.push(found(`${topic} has ${id} otherwise than it was recorded`));
    const before = first.get(id);
    if (!before) first.set(id, record);
    else if (contents(before) !== contents(record)) violations.push(found(`${topic} has ${id} in two ways`));
  }
  for (const { event_id: id } of of(required))
    if (!first.has(id)) violations.push(found(`${topic} lacks ${id}`));
  return [...violations, ...inOrder(topic, [...first.values()], wanted)];
}

function contents({ partition, key, value, headers }: TopicRecord): string {
  return JSON.stringify([partition, key, value, headers]);
}

function inOrder(
  topic: string,
  firsts: TopicRecord[],
  wanted: Map<string, { sequence: string }>,
): Violation[] {
  const byKey = groupBy(firsts, ({ key }) => key!);
  return [...byKey.values()].flatMap((own) => {
    if (own.some(({ partition }) => partition !== own[0]!.partition))
      return [found(`${topic} has the events of ${own[0]!.key} in several partitions`)];
    const sequences = own
      .toSorted((a, b) => Number(BigInt(a.offset) - BigInt(b.offset)))
      .map(({ headers }) => BigInt(wanted.get(headers.ce_id!)?.sequence ?? 0));
    const late = sequences.findIndex((sequence, n) => n > 0 && sequence < sequences[n - 1]!);
    return late < 0 ? [] : [found(`${topic} has the events of ${own[0]!.key} out of order`)];
  });
}
