import { isUtf8 } from 'node:buffer';
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A line of the file, or why it can't be one. Blank lines are counted and left out. */
export interface Line {
  number: number;
  text: string;
  problem?: string;
}

/** A file or stdin being read. `read` and `size` are bytes of the file itself, compressed if it is. */
export interface Source {
  bytes: AsyncIterable<Buffer>;
  size: number | undefined;
  read(): number;
}

/** Opens FILE, or stdin for `-`; gzip is told by its magic number, not by the name. */
export function openSource(file: string): Source {
  const size = file === '-' ? undefined : sizeOf(file);
  const raw: Readable = file === '-' ? process.stdin : createReadStream(file);
  let read = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of raw) {
      read += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  return { bytes: inflated(counted()), size, read: () => read };
}

/** Splits bytes into lines, holding no more than one of them; a line beyond `longest` bytes is passed over. */
export async function* linesOf(bytes: AsyncIterable<Buffer>, longest: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Line | undefined => {
    const line = lineOf(number++, parts, length, longest);
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of bytes) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      length += end - start;
      start = end + 1;
      const line = take();
      if (line) yield line;
    }
    length += chunk.length - start;
    if (length > longest) parts = [];
    else if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  const line = take();
  if (line) yield line;
}

function lineOf(number: number, parts: Buffer[], length: number, longest: number): Line | undefined {
  if (length > longest) return { number, text: '', problem: `longer than ${longest} bytes` };
  const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  if (!isUtf8(bytes)) return { number, text: '', problem: 'not UTF-8' };
  const text = bytes.toString('utf8').trim();
  return text === '' ? undefined : { number, text };
}

async function* inflated(raw: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await raw.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    yield* raw;
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* all();
  const source = Readable.from(all(), { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
}

function sizeOf(file: string): number | undefined {
  const stat = statSync(file);
  if (stat.isDirectory()) throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' });
  return stat.isFile() ? stat.size : undefined;
}
