import type pg from 'pg';
import type { Exported, FormatName } from './formats.js';
import { parquet } from './parquet.js';
import { readEntries, type Range } from './read.js';
import { settledBefore } from './settled.js';
import type { Sink } from './sink.js';
import { csv, ndjson, type Format } from './text.js';

export interface ExportOptions {
  format: FormatName;
  /** Canonical times, the first included, the other not; the default of `to` is now. */
  from?: string;
  to?: string;
  /** All of them by default. */
  ledger?: string;
  sink: Sink;
  /** Told after each slice which part of the whole is done, about. */
  show: (part: number, rows: number) => void;
  log: (line: string) => void;
}

/**
 * A row each entry of the journal, recorded in the range, by slices: the memory it takes doesn't grow with the journal.
 * Nothing recorded before `to` is missing, whenever it was committed. The sink is
 * finished; after an error it is the caller's to abandon.
 */
export async function exportEntries(pool: pg.Pool, options: ExportOptions): Promise<Exported> {
  const client = await pool.connect();
  try {
    const exported = await run(client, options);
    await options.sink.finish();
    return exported;
  } finally {
    client.release();
  }
}

async function run(client: pg.ClientBase, options: ExportOptions): Promise<Exported> {
  const { from, ledger, sink, show } = options;
  if (ledger !== undefined) await requireLedger(client, ledger);
  const to = await settledBefore(client, options.to, options.log);
  const format = formatOf(options.format, sink, { from, to, ledger });
  const exported = { rows: 0, transactions: 0, to };
  await format.head();
  for await (const { rows, transactions, part } of readEntries(client, { from, to, ledger })) {
    await format.write(rows);
    exported.rows += rows.length;
    exported.transactions += transactions;
    show(part, exported.rows);
  }
  await format.finish();
  return exported;
}

function formatOf(name: FormatName, sink: Sink, { from, to, ledger }: Range): Format {
  if (name === 'csv') return csv(sink);
  if (name === 'ndjson') return ndjson(sink);
  return parquet(sink, {
    'counterfoil.to': to,
    ...(from && { 'counterfoil.from': from }),
    ...(ledger && { 'counterfoil.ledger': ledger }),
  });
}

async function requireLedger(client: pg.ClientBase, ledger: string): Promise<void> {
  const { rows } = await client.query('select from journal.ledgers where id = $1', [ledger]);
  if (rows.length === 0) throw new Error(`there is no ledger ${ledger}`);
}
