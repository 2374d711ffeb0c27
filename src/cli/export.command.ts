import { Command, CommandRunner, Help, Option } from 'nest-commander';
import type pg from 'pg';
import { formats, type Exported, type FormatName } from '../export/formats.js';
import { UsageError } from './api.command.js';
import { databaseHelp, withDatabase } from './database.js';
import { momentOf } from './moment.js';
import { grouped, startProgress, type Progress } from './progress.js';

interface ExportCommandOptions {
  format?: FormatName;
  from?: string;
  to?: string;
  ledger?: string;
  out?: string;
}

/** What a full bar counts to. */
const WHOLE = 10_000;

@Command({ name: 'export', description: 'The entries of the journal as a table, for analysts: a row each' })
export class ExportCommand extends CommandRunner {
  async run(_: string[], { format, from, to, ledger, out = '-' }: ExportCommandOptions): Promise<void> {
    const chosen = format ?? formatOf(out);
    if (from && to && from >= to) throw new UsageError(`--from ${from} is not before --to ${to}`);
    if (out === '-' && chosen === 'parquet' && process.stdout.isTTY) {
      throw new UsageError('parquet is nothing for a terminal: say --out FILE');
    }
    const { exportEntries } = await import('../export/export.js');
    const { fileSink, streamSink } = await import('../export/sink.js');
    const opening = out === '-' ? Promise.resolve(streamSink(process.stdout)) : fileSink(out);
    // Before the file can be there: a signal that comes just then must not leave it behind.
    const release = abandonOnSignal(async () => (await opening).abandon());
    const sink = await opening;
    const progress = await quietProgress();
    try {
      const done = await withReader((pool) =>
        exportEntries(pool, {
          ...{ format: chosen, from, to, ledger, sink },
          show: (part, rows) => progress.show(part * WHOLE, rows),
          log: (line) => progress.print(`counterfoil: ${line}`),
        }),
      );
      progress.stop();
      const said = out === '-' ? process.stderr : process.stdout;
      said.write(`${summaryOf(done, from)}\n`);
    } catch (error) {
      progress.stop();
      await sink.abandon();
      throw explained(error, out);
    } finally {
      release();
    }
  }

  @Option({ flags: '--format <format>', description: `${formats.join(', ')} (default: what FILE ends with)` })
  format(value: string): FormatName {
    const found = formats.find((name) => name === value);
    if (found) return found;
    throw new UsageError(`--format ${value} is not one of: ${formats.join(', ')}`);
  }

  @Option({
    flags: '--from <time>',
    description: 'recorded at this time, or the beginning of this day, or later',
  })
  from(value: string): string {
    return momentOf('--from', value, '00:00:00');
  }

  @Option({
    flags: '--to <time>',
    description: 'recorded before this time, or the beginning of this day (default: now)',
  })
  to(value: string): string {
    return momentOf('--to', value, '00:00:00');
  }

  @Option({ flags: '--ledger <id>', description: 'of this ledger only (default: all)' })
  ledger(value: string): string {
    return value;
  }

  @Option({ flags: '--out <file>', description: 'where to; - is standard output (default)' })
  out(value: string): string {
    return value;
  }

  @Help('after')
  examples(): string {
    return `
A row is an entry, in the order in which they were recorded, with its transaction. Columns: ledger, sequence,
transaction_id, root_id, parent_id, kind, reference, description, effective_at, recorded_at, leg, account, account_no,
account_type, normal_side, side, currency, version, posted, pending, posted_debits, posted_credits, pending_debits,
pending_credits (the account's totals after the entry), idempotency_key, principal, metadata (as it was at --to).
Amounts are in minor units, times in UTC. Days are those of UTC.

The export is complete: what was recorded before --to and committed late is waited for. The last line says that time;
as the next export's --from it leaves nothing out and repeats nothing. A file appears when it is whole.

${databaseHelp} Or a login that was granted counterfoil_reader. The primary's, not a standby's.

Example:
  counterfoil export --out entries.parquet
  counterfoil export --format csv --from 2026-01-01 --to 2026-02-01 --ledger main | gzip > january.csv.gz

Exit status: 0 all of it, 1 failed, 2 wrong usage or no database given.`;
  }
}

function formatOf(file: string): FormatName {
  const found = formats.find((name) => file.endsWith(`.${name}`));
  if (found) return found;
  throw new UsageError(`say --format: one of ${formats.join(', ')}`);
}

/** As whoever may read reports, else as the service. */
async function withReader<T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const session = { name: 'counterfoil export', max: 1 };
  const isReader = await withDatabase({ ...session, role: 'counterfoil_reader' }, (pool) =>
    pool.query('select'),
  ).then(
    () => true,
    (error: pg.DatabaseError) => {
      if (error.code === '42501' || error.code === '22023') return false;
      throw error;
    },
  );
  return withDatabase({ ...session, role: isReader ? 'counterfoil_reader' : 'counterfoil_app' }, work);
}

/** A bar on a terminal, and nothing in a log. */
async function quietProgress(): Promise<Progress> {
  if (process.stderr.isTTY) return startProgress(WHOLE, 'rows');
  return { show: () => {}, print: (line) => void process.stderr.write(`${line}\n`), stop: () => {} };
}

function summaryOf({ rows, transactions, to }: Exported, from: string | undefined): string {
  const since = from ? `from ${from} ` : '';
  return `${grouped(rows)} rows of ${grouped(transactions)} transactions, recorded ${since}before ${to}`;
}

/** What is written aside must not stay there. */
function abandonOnSignal(abandon: () => Promise<void>): () => void {
  const end = (signal: NodeJS.Signals) =>
    void abandon().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  process.once('SIGINT', end).once('SIGTERM', end);
  return () => void process.off('SIGINT', end).off('SIGTERM', end);
}

function explained(error: unknown, out: string): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  const place = out === '-' ? 'standard output' : out;
  if (code === 'EPIPE') return new Error(`${place} was closed before the export was whole`);
  if (syscall === undefined || syscall === 'connect') return error;
  const what = code === 'ENOSPC' ? 'the disk is full' : message;
  return new Error(`${place}: ${what}${out === '-' ? '' : '; nothing of it was kept'}`);
}
