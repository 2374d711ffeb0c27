import { parseJson, tooLarge } from '../../platform/http/body.js';
import { invalid, Problem } from '../errors.js';

/** Most bytes of a line, as of the body of a request. */
const LINE_LIMIT = 1024 * 1024;
const LF = 0x0a;

/**
 * The commands of a stream of JSON lines, in slices of what has arrived: a lone line does not wait for others, and
 * no slice has more than `most`. A line that is no command to look at is the problem to answer it with. Blank lines
 * are passed over.
 */
export async function* slicesOf(source: AsyncIterable<Buffer>, most: number): AsyncGenerator<unknown[]> {
  for await (const lines of linesOf(source)) {
    for (let from = 0; from < lines.length; from += most) {
      yield lines
        .slice(from, from + most)
        .map((line) => (line ? commandOf(line) : tooLarge('line', LINE_LIMIT)));
    }
  }
}

/** Lines that are not blank, as they are completed; undefined for one beyond the limit. The last needs no end. */
async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<(Buffer | undefined)[]> {
  const open = openLine();
  for await (const bytes of source) {
    const lines: (Buffer | undefined)[] = [];
    let from = 0;
    for (let end; (end = bytes.indexOf(LF, from)) !== -1; from = end + 1) {
      const line = open.end(bytes.subarray(from, end));
      if (line === undefined || !isBlank(line)) lines.push(line);
    }
    open.add(bytes.subarray(from));
    if (lines.length > 0) yield lines;
  }
  const last = open.end(Buffer.alloc(0));
  if (last === undefined || !isBlank(last)) yield [last];
}

/** The beginning of a line whose end has not come: never more than the limit, however the pieces are cut. */
function openLine() {
  let held = Buffer.alloc(0);
  let size = 0;
  const add = (bytes: Buffer) => {
    const length = size + bytes.length;
    if (length <= LINE_LIMIT) {
      if (length > held.length) held = grown(held, size, length);
      bytes.copy(held, size);
    }
    size = length;
  };
  const end = (bytes: Buffer): Buffer | undefined => {
    if (size === 0) return bytes.length <= LINE_LIMIT ? bytes : undefined;
    add(bytes);
    const line = size <= LINE_LIMIT ? held.subarray(0, size) : undefined;
    held = Buffer.alloc(0);
    size = 0;
    return line;
  };
  return { add, end };
}

function grown(held: Buffer<ArrayBuffer>, size: number, least: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.min(LINE_LIMIT, Math.max(least, held.length * 2)));
  held.copy(larger, 0, 0, size);
  return larger;
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function commandOf(line: Buffer): unknown {
  try {
    const { value, errors } = parseJson(line, 'line');
    return errors.length > 0 ? invalid(errors) : value;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
