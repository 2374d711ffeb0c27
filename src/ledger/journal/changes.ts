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
export async function insertChanges(client: pg.PoolClient, batch: Batch): Promise<void> {
  const { opened, updated, changes, annotations, transactions } = batch;
  if (opened.length > 0) await client.query(sql.insertAccounts, accountColumns(opened));
  if (updated.length > 0) await client.query(sql.updateAccounts, accountUpdateColumns(updated));
  if (changes.length > 0) await client.query(sql.insertChanges, changeColumns(changes));
  if (annotations.length > 0) await client.query(sql.insertAnnotations, annotationColumns(annotations));
  const expiring = transactions.filter(({ hold }) => hold !== null && hold.expiresAt !== null);
  if (expiring.length === 0) return;
  const made = expiring.filter(({ kind }) => kind === 'hold');
  const closed = expiring.filter(({ hold }) => hold!.remaining === 0n).map(({ hold }) => hold!.id);
  if (made.length > 0) await client.query(sql.openHolds, openHoldColumns(made));
  if (closed.length > 0) await client.query(sql.closeHolds, [closed]);
}
