import { DuckDBInstance } from '@duckdb/node-api';
import type { Json } from './client.js';

/** The rows of a query, or of the last of several, in a folder: decimals, large integers and times as text. */
export async function duckdb(folder: string, sql: string): Promise<Json[]> {
  const instance = await DuckDBInstance.create(':memory:', { file_search_path: folder });
  const connection = await instance.connect();
  try {
    await connection.run(`set timezone = 'UTC'`);
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
