export const formats = ['parquet', 'csv', 'ndjson'] as const;
export type FormatName = (typeof formats)[number];

export interface Exported {
  rows: number;
  transactions: number;
  /** Before which everything recorded is in it: the next one's `from`. */
  to: string;
}
