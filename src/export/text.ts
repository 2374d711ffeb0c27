import { columns, type Row } from './columns.js';
import type { Sink } from './sink.js';

/** Turns slices of rows into bytes of a format. `head` is what comes before them, `finish` what comes after. */
export interface Format {
  head(): Promise<void>;
  write(rows: Row[]): Promise<void>;
  finish(): Promise<void>;
}

/** RFC 4180 with a head: null is nothing between commas, an empty text is `""`. Amounts are whole minor units. */
export function csv(sink: Sink): Format {
  return {
    head: () => sink.write(Buffer.from(lineOf(columns.map(({ name }) => name)))),
    write: (rows) => sink.write(Buffer.from(rows.map(lineOf).join(''))),
    finish: async () => {},
  };
}

/** An object a line. Amounts, times and large integers are strings as in the events, metadata is an object. */
export function ndjson(sink: Sink): Format {
  return {
    head: async () => {},
    write: (rows) => sink.write(Buffer.from(rows.map((row) => `{${row.map(memberOf).join()}}\n`).join(''))),
    finish: async () => {},
  };
}

const lineOf = (row: Row) => `${row.map(quoted).join()}\r\n`;

function quoted(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const names = columns.map(({ name }) => JSON.stringify(name));

function memberOf(text: string | null, index: number): string {
  return `${names[index]}:${text === null ? 'null' : valueOf(text, columns[index]!.name)}`;
}

/** The version is a number in the events, as the leg is; the metadata's text stays as it was recorded. */
function valueOf(text: string, name: string): string {
  if (name === 'metadata') return text.replaceAll(/[\r\n]/g, ' ');
  return name === 'leg' || name === 'version' ? text : JSON.stringify(text);
}
