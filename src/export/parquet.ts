import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { columns, type Column } from './columns.js';
import type { Sink } from './sink.js';
import type { Format } from './text.js';

/** A row group is held in memory until it is written: these bound it. */
const GROUP_ROWS = 25_000;
const GROUP_BYTES = 64_000_000;

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type Value = string | bigint | number | null;

/**
 * Parquet with snappy, and dictionaries where they pay. Amounts are DECIMAL(38, 0), times TIMESTAMP in microseconds of
 * UTC, ids UUID, integers INT64, the leg INT32, metadata JSON as text.
 * @param notes for the file's own metadata
 */
export function parquet(sink: Sink, notes: Record<string, string>): Format {
  const bytes = new ByteWriter();
  const take = async () => {
    const made = bytes.getBytes();
    bytes.index = 0;
    await sink.write(made);
  };
  const writer = new ParquetWriter({
    writer: Object.assign(bytes, { flush: take, finish: take }),
    schema: [{ name: 'entries', num_children: columns.length }, ...columns.map(elementOf)],
    codec: 'SNAPPY',
    createdBy: 'counterfoil',
    kvMetadata: Object.entries(notes).map(([key, value]) => ({ key, value })),
  });
  let group = emptyGroup();
  let size = 0;
  const writeGroup = async () => {
    const rows = group[0]!.length;
    if (rows === 0) return;
    const columnData = columns.map(({ name }, index) => ({ name, data: group[index]! }));
    await writer.write({ columnData, rowGroupSize: rows });
    group = emptyGroup();
    size = 0;
  };
  return {
    head: async () => {},
    async write(rows) {
      for (const row of rows) {
        size += row.at(-1)!.length;
        row.forEach((text, index) => group[index]!.push(valueOf(text, columns[index]!)));
        if (group[0]!.length >= GROUP_ROWS || size >= GROUP_BYTES) await writeGroup();
      }
    },
    async finish() {
      await writeGroup();
      await writer.finish();
    },
  };
}

const emptyGroup = (): Value[][] => columns.map(() => []);

function valueOf(text: string | null, { kind }: Column): Value {
  if (text === null) return null;
  switch (kind) {
    case 'integer':
    case 'amount':
      return BigInt(text);
    case 'small':
      return Number(text);
    case 'time':
      return microsOf(text);
    case 'text':
    case 'uuid':
    case 'json':
      return text;
  }
}

/** A canonical time as microseconds since 1970. */
function microsOf(time: string): bigint {
  return BigInt(Date.parse(`${time.slice(0, 23)}Z`)) * 1_000n + BigInt(time.slice(23, 26));
}

function elementOf({ name, kind, nullable }: Column): SchemaElement {
  return { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED', ...types[kind] };
}

const types: Record<Column['kind'], Omit<SchemaElement, 'name'>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  uuid: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
  integer: { type: 'INT64' },
  small: { type: 'INT32' },
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } },
  amount: {
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: 16,
    converted_type: 'DECIMAL',
    precision: 38,
    scale: 0,
    logical_type: { type: 'DECIMAL', precision: 38, scale: 0 },
  },
  // Text to every reader; those that know JSON would unpack what others leave as it is.
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};
