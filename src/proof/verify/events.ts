import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxEvent } from '../../events/event.js';
import { eventsOf } from '../../events/republish.js';
import type { Finding } from '../finding.js';
import type { Context } from './check.js';
import { sequenceSet } from './sequence-set.js';
import { patiently } from './walks.js';

/** Events made again at once. */
const EVENTS = 500;
/** Sequences of the journal looked through at once. */
const SEQUENCES = 50_000n;
/** How long what was published may take to be seen in the journal, which had it first. */
const VISIBLE_MS = 5_000;

/** An event where it was published. */
export interface Published extends OutboxEvent {
  /** For people: `ledger.transactions.v1[3]@12`. */
  place: string;
}

/**
 * Compares what was published with what the journal makes, byte for byte, and remembers in a bit or two for each sequence
 * what it has seen. Of what was recorded after the horizon only a foreign event is found.
 * @param check the name of what it finds
 * @param where for people: `the outbox`
 */
export function eventComparer(context: Context, check: string, where: string) {
  const { pool, horizon, standby, signal } = context;
  const own = sequenceSet();
  const wallets = sequenceSet();
  const counts = { events: 0, repeated: 0 };

  async function compare(published: Published[]): Promise<void> {
    for (let n = 0; n < published.length; n += EVENTS) {
      signal.throwIfAborted();
      // A standby may not have got yet what came after.
      const some = published
        .slice(n, n + EVENTS)
        .filter(({ sequence }) => !standby || BigInt(sequence) <= horizon);
      const made = await madeAgain(some);
      for (const event of some) judge(event, made.get(nameOf(event)));
    }
  }

  async function madeAgain(published: Published[]): Promise<Map<string, OutboxEvent>> {
    const made = new Map<string, OutboxEvent>();
    let wanted = [...new Set(published.map(({ sequence }) => sequence))];
    for (const until = Date.now() + VISIBLE_MS; wanted.length > 0; await sleep(200, undefined, { signal })) {
      const events = await patiently(signal, () => eventsOf(pool, wanted));
      for (const event of events) made.set(nameOf(event), event);
      const found = new Set(events.map(({ sequence }) => sequence));
      wanted = wanted.filter((sequence) => !found.has(sequence) && BigInt(sequence) > horizon);
      if (Date.now() > until) break;
    }
    return made;
  }

  function judge(event: Published, expected: OutboxEvent | undefined): void {
    counts.events += 1;
    const subject = `event ${event.eventId} at ${event.place}`;
    if (expected?.eventId !== event.eventId) {
      const other = expected ? `; sequence ${event.sequence} is that of ${expected.eventId}` : '';
      return context.find({ check, subject, detail: `the journal has no such event${other}` });
    }
    const seen = event.aggregatetype === 'wallet.events' ? wallets : own;
    if (!seen.add(event.sequence)) counts.repeated += 1;
    const differs = fields.filter((field) => event[field] !== expected[field]);
    if (differs.length === 0) return;
    context.find({ check, subject, detail: `is not what the journal makes: ${differs.join(', ')}` });
  }

  /** What was recorded up to the horizon, since a time, and not seen. Yields nothing but what is missing. */
  async function* missing(since: string | null): AsyncGenerator<Missing> {
    for (let after = 0n; after < horizon; after += SEQUENCES) {
      signal.throwIfAborted();
      const through = after + SEQUENCES < horizon ? after + SEQUENCES : horizon;
      const values = [String(after), String(through), since];
      const { rows } = await patiently(signal, () => pool.query<Missing>(recorded, values));
      for (const row of rows) if (!isSeen(row)) yield row;
    }
  }

  function isSeen({ sequence, what }: Missing): boolean {
    return (what === 'wallet' ? wallets : own).has(sequence);
  }

  const findMissing = ({ what, id }: Missing) =>
    context.find({
      check,
      subject: subjects[what](id),
      detail: `its event is not in ${where}`,
    } satisfies Finding);

  return { compare, missing, isSeen, findMissing, counts };
}

/** Something recorded that must have an event. */
export interface Missing {
  sequence: string;
  id: string;
  what: 'transaction' | 'wallet' | 'account' | 'annotation' | 'seal';
}

const subjects: Record<Missing['what'], (id: string) => string> = {
  transaction: (id) => `transaction ${id}`,
  wallet: (id) => `transaction ${id} (of the wallet profile)`,
  account: (id) => `change ${id} of an account`,
  annotation: (id) => `change ${id} of a transaction's metadata`,
  seal: (id) => `seal ${id}`,
};

const recordedIn = (table: string, what: string, more = '', at = 'recorded_at') => `
select sequence, id, '${what}' as what from journal.${table}
where sequence > $1 and sequence <= $2 and ${at} >= coalesce($3::timestamptz, '-infinity') ${more}`;

const recorded = [
  recordedIn('transactions', 'transaction'),
  recordedIn('transactions', 'wallet', 'and wallet is not null'),
  recordedIn('account_changes', 'account'),
  recordedIn('annotations', 'annotation'),
  recordedIn('seals', 'seal', '', 'sealed_at'),
].join(' union all ');

const fields = ['payload', 'aggregateid', 'type', 'source', 'time', 'dataschema', 'traceparent'] as const;

function nameOf({ sequence, aggregatetype }: OutboxEvent): string {
  return `${sequence} ${aggregatetype}`;
}
