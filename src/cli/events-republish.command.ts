import { CommandRunner, Help, Option, SubCommand } from 'nest-commander';
import type { EventRange, Republished } from '../events/republish.js';
import { UsageError } from './api.command.js';
import { databaseHelp, withDatabase } from './database.js';
import { momentOf } from './moment.js';
import { grouped, startProgress } from './progress.js';

interface RepublishOptions {
  from?: bigint;
  to?: bigint;
  fromTime?: string;
  toTime?: string;
  ledger?: string;
  dryRun?: boolean;
  rate?: number;
}

/** What full progress counts to. */
const WHOLE = 10_000;

@SubCommand({
  name: 'republish',
  description: 'Make a range of events again from the journal, into the outbox',
})
export class EventsRepublishCommand extends CommandRunner {
  async run(_: string[], options: RepublishOptions): Promise<void> {
    requireRange(options);
    const { republishEvents } = await import('../events/republish.js');
    const progress = await startProgress(WHOLE, 'events');
    const interrupt = new AbortController();
    const onSignal = () => interrupt.abort();
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    try {
      const session = { role: 'counterfoil_app', name: 'counterfoil republish', max: 1 } as const;
      const done = await withDatabase(session, (pool) =>
        republishEvents(pool, {
          ...options,
          signal: interrupt.signal,
          show: (through, of, events) => progress.show((WHOLE * Number(through)) / Number(of), events),
        }),
      ).catch((error: unknown) => {
        throw error instanceof RangeError ? new UsageError(error.message) : error;
      });
      progress.stop();
      process.stdout.write(`${summaryOf(done, options.dryRun)}\n`);
      if (interrupt.signal.aborted) throw new Error(`interrupted; ${goOnOf(done, options)}`);
    } finally {
      progress.stop();
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  }

  @Option({ flags: '--from <sequence>', description: 'the first sequence' })
  from(value: string): bigint {
    return sequenceOf('--from', value);
  }

  @Option({ flags: '--to <sequence>', description: 'the last sequence' })
  to(value: string): bigint {
    return sequenceOf('--to', value);
  }

  @Option({
    flags: '--from-time <time>',
    description: 'recorded at this time, or the beginning of this day, or later',
  })
  fromTime(value: string): string {
    return momentOf('--from-time', value, '00:00:00');
  }

  @Option({
    flags: '--to-time <time>',
    description: 'recorded before this time, or the beginning of this day',
  })
  toTime(value: string): string {
    return momentOf('--to-time', value, '00:00:00');
  }

  @Option({ flags: '--ledger <id>', description: 'of this ledger only (default: all)' })
  ledger(value: string): string {
    return value;
  }

  @Option({ flags: '--dry-run', description: 'make and count them, and publish none' })
  dryRun(): boolean {
    return true;
  }

  @Option({ flags: '--rate <events>', description: 'most events a second (default: as fast as it goes)' })
  rate(value: string): number {
    if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
    throw new UsageError(`--rate ${value} is not a whole number from 1 to 9999999`);
  }

  @Help('after')
  examples(): string {
    return `
For a consumer that lost what it had: events come again, byte for byte the same and in the order of their sequences, with
the ce_id they had. Every consumer of the topics sees them once more, older ones after newer ones: those that drop what
they know, by ce_id or version, need not care. Both ends of a range are needed, sequences (both included) or times (the
second not included).

It commits as it goes: interrupted, it says from where to go on, and beginning again does no harm either.

${databaseHelp}

Example:
  counterfoil events republish --from 184000 --to 184467 --dry-run
  counterfoil events republish --from-time 2026-11-20 --to-time 2026-11-21 --ledger main --rate 2000

Exit status: 0 done, 1 failed or interrupted, 2 wrong usage or no database given.`;
  }
}

/** @throws UsageError */
function requireRange({ from, to, fromTime, toTime }: EventRange): void {
  const bySequence = from !== undefined && to !== undefined && fromTime === undefined && toTime === undefined;
  const byTime = fromTime !== undefined && toTime !== undefined && from === undefined && to === undefined;
  if (!bySequence && !byTime) throw new UsageError('say --from and --to, or --from-time and --to-time');
  if (bySequence && from > to) throw new UsageError(`--from ${from} is beyond --to ${to}`);
  if (byTime && fromTime >= toTime)
    throw new UsageError(`--from-time ${fromTime} is not before --to-time ${toTime}`);
}

function sequenceOf(option: string, value: string): bigint {
  if (/^[1-9]\d{0,17}$/.test(value)) return BigInt(value);
  throw new UsageError(`${option} ${value} is not a sequence: a whole number from 1 on`);
}

function summaryOf({ events, first, last }: Republished, dryRun: boolean | undefined): string {
  if (first === null) return 'no events there';
  const which = `${grouped(events)} ${events === 1 ? 'event' : 'events'}, sequences ${first} to ${last}`;
  return dryRun ? `${which}: none published` : `${which}: consumers see each ce_id once more`;
}

/** From the last one again, of which there may be a second event. */
function goOnOf({ last }: Republished, { to }: RepublishOptions): string {
  if (last === null) return 'nothing was published';
  return to === undefined ? `published up to sequence ${last}` : `to go on: --from ${last} --to ${to}`;
}
