import type pg from 'pg';
import type { Batch } from './batch.js';
import {
  accountColumns,
  accountUpdateColumns,
  annotationColumns,
  changeColumns,
  openHoldColumns,
} from './columns.js';
import * as sql from './sql.js';

/** What is not there in every batch: changes of accounts and of metadata, and holds that may expire. */
export function changesOf(batch: Batch): pg.QueryConfig[] {
  const { opened, updated, changes, annotations, transactions } = batch;
  const expiring = transactions.filter(({ hold }) => hold !== null && hold.expiresAt !== null);
  const made = expiring.filter(({ kind }) => kind === 'hold');
  const closed = expiring.filter(({ hold }) => hold!.remaining === 0n);
  const insert = <T>(rows: T[], text: string, columns: (rows: T[]) => unknown[]) =>
    rows.length > 0 ? [{ text, values: columns(rows) }] : [];
  return [
    ...insert(opened, sql.insertAccounts, accountColumns),
    ...insert(updated, sql.updateAccounts, accountUpdateColumns),
    ...insert(changes, sql.insertChanges, changeColumns),
    ...insert(annotations, sql.insertAnnotations, annotationColumns),
    ...insert(made, sql.openHolds, openHoldColumns),
    ...insert(closed, sql.closeHolds, (holds) => [holds.map(({ hold }) => hold!.id)]),
  ];
}
