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

/** Sends what is not there in every batch: changes of accounts and of metadata, and holds that may expire. */
export function insertChanges(client: pg.PoolClient, batch: Batch): Promise<unknown>[] {
  const { opened, updated, changes, annotations, transactions } = batch;
  const expiring = transactions.filter(({ hold }) => hold !== null && hold.expiresAt !== null);
  const made = expiring.filter(({ kind }) => kind === 'hold');
  const closed = expiring.filter(({ hold }) => hold!.remaining === 0n);
  const send = <T>(rows: T[], text: string, columns: (rows: T[]) => unknown[]) =>
    rows.length > 0 ? [client.query(text, columns(rows))] : [];
  return [
    ...send(opened, sql.insertAccounts, accountColumns),
    ...send(updated, sql.updateAccounts, accountUpdateColumns),
    ...send(changes, sql.insertChanges, changeColumns),
    ...send(annotations, sql.insertAnnotations, annotationColumns),
    ...send(made, sql.openHolds, openHoldColumns),
    ...send(closed, sql.closeHolds, (holds) => [holds.map(({ hold }) => hold!.id)]),
  ];
}
