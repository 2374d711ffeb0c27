import { createHash } from 'node:crypto';
import type { Line } from './lines.js';
import { occurrences } from './occurrences.js';

/** A line refused before or by the service. `status` 0: never sent. */
export interface BadLine {
  line: number;
  status: number;
  code: string;
  detail: string;
}

/** A command as text, ready to be sent, and the line it came from. */
export interface Command {
  line: number;
  json: string;
  isTransaction: boolean;
}

export interface Chunk {
  commands: Command[];
  bad: BadLine[];
  /** Bytes of the file read when the chunk was complete. */
  read: number;
}

/** Below the service's own limits of 10,000 commands, 40,000 entries and 16 MiB a bulk request. */
export const LIMITS = { commands: 1_000, entries: 36_000, bytes: 14 * 1024 * 1024 };

/** Cuts lines into chunks in file order, each line with its key. */
export async function* chunksOf(
  lines: AsyncIterable<Line>,
  read: () => number,
  limits = LIMITS,
): AsyncGenerator<Chunk> {
  const keyOf = lineKeys();
  let chunk: Chunk = { commands: [], bad: [], read: 0 };
  let bytes = 0;
  let entries = 0;
  for await (const line of lines) {
    const command = commandOf(line, keyOf);
    const more = 'json' in command ? Buffer.byteLength(command.json) + 1 : 0;
    const moreEntries = 'json' in command ? command.entries : 0;
    const count = chunk.commands.length + chunk.bad.length;
    if (count >= limits.commands || bytes + more > limits.bytes || entries + moreEntries > limits.entries) {
      if (count > 0) yield { ...chunk, read: read() };
      chunk = { commands: [], bad: [], read: 0 };
      bytes = entries = 0;
    }
    if ('json' in command) chunk.commands.push(command);
    else chunk.bad.push(command);
    bytes += more;
    entries += moreEntries;
  }
  if (chunk.commands.length + chunk.bad.length > 0) yield { ...chunk, read: read() };
}

/** The body of a bulk request, and the key of the whole, which follows from it. */
export function bulkOf(commands: Command[]): { body: string; key: string } {
  const body = `{"mode":"independent","commands":[${commands.map((command) => command.json).join(',')}]}`;
  return { body, key: `import-chunk:${digest(body).toString('hex', 0, 16)}` };
}

/**
 * A key for each line: its hash, and which of the identical lines it is. The same file gives the same keys,
 * wherever it is cut and whichever other lines are mended, and identical lines stay distinct.
 */
export function lineKeys(): (text: string) => string {
  const seen = occurrences();
  return (text) => {
    const hash = digest(text);
    return `import:${hash.toString('hex', 0, 16)}:${seen(hash)}`;
  };
}

function commandOf(line: Line, keyOf: (text: string) => string): (Command & { entries: number }) | BadLine {
  if (line.problem) return bad(line.number, line.problem);
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return bad(line.number, (error as Error).message);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return bad(line.number, 'not a JSON object');
  }
  const fields = value as Record<string, unknown>;
  const key = keyOf(line.text);
  // An empty key counts as none, as in the contract.
  const own = fields.idempotency_key ?? '';
  return {
    line: line.number,
    // The text is kept as it stands: parsing and writing it again would round large JSON integers.
    json: own !== '' ? line.text : withKey(line.text, key, Object.keys(fields).length === 0),
    isTransaction: fields.command !== 'open_account',
    entries: entriesOf(fields),
  };
}

/** At the end, where it wins over a null or empty key before it. */
function withKey(text: string, key: string, empty: boolean): string {
  return `${text.slice(0, -1)}${empty ? '' : ','}"idempotency_key":"${key}"}`;
}

function entriesOf(fields: Record<string, unknown>): number {
  if (Array.isArray(fields.entries)) return fields.entries.length;
  return Array.isArray(fields.to) ? fields.to.length + 1 : 2;
}

function bad(line: number, detail: string): BadLine {
  return { line, status: 0, code: 'MALFORMED_JSON', detail };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
