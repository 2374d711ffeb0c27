import { isConnectionLost, isUnavailable } from '../../platform/postgres.js';
import type { Line, Reader } from './readers.js';

/** About how much is handed to the connection at once; it asks for more when that is gone. */
const CHUNK_CHARACTERS = 64 * 1024;
/** Proxies cut a connection that is silent for long. */
const HEARTBEAT_MS = 15_000;
/** A token may have been taken back meanwhile: the client comes again, from where it was. */
const LONGEST_MS = 3_600_000;
const AFTER_FAILURE_MS = 1_000;

/** JSON lines: `lines`, which were read before, and what else there is up to `limit`. */
export async function* jsonLines(reader: Reader, lines: Line[], limit: number): AsyncGenerator<string> {
  for (let left = limit; lines.length > 0; lines = left > 0 ? await reader.next(left) : []) {
    yield* chunks(lines, ({ cursor, payload }) => `{"cursor":"${cursor}","event":${payload}}\n`);
    left -= lines.length;
  }
}

/**
 * Server-sent events, until the client goes, the service stops, or for an hour. A heartbeat tells where the reader
 * stands too: an id without data is remembered by the client and makes no event.
 */
export async function* serverSentEvents(
  reader: Reader,
  lines: Line[],
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<string> {
  const end = performance.now() + LONGEST_MS;
  yield 'retry: 1000\n\n';
  while (!reader.signal.aborted) {
    yield* chunks(
      lines,
      ({ cursor, type, payload }) => `id: ${cursor}\nevent: ${type}\ndata: ${payload}\n\n`,
    );
    if (performance.now() > end) return;
    if (lines.length === 0) yield `: heartbeat\nid: ${reader.cursor()}\n\n`;
    lines = await nextWithin(reader, heartbeatMs);
  }
}

/** The next events as soon as there are some; none after so long. While Postgres is away it waits. */
export async function nextWithin(reader: Reader, ms: number): Promise<Line[]> {
  const deadline = performance.now() + ms;
  for (;;) {
    let pause = deadline - performance.now();
    try {
      const lines = await reader.next(Number.MAX_SAFE_INTEGER);
      if (lines.length > 0) return lines;
    } catch (error) {
      if (!isConnectionLost(error) && !isUnavailable(error)) throw error;
      pause = Math.min(pause, AFTER_FAILURE_MS);
    }
    if (reader.signal.aborted || performance.now() >= deadline) return [];
    await reader.wait(pause);
  }
}

function* chunks(lines: Line[], textOf: (line: Line) => string): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += textOf(line);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
