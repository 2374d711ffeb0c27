import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runProgram } from './programs.js';
import { percentile } from './statistics.js';

const CHUNK = 500;
const accepted = Buffer.from('{"status":201,');

interface BulkLoad {
  connections: number;
  /** Transfers a request. */
  items: number;
  seconds: number;
}

/** Transfers a second until the last request was answered, and milliseconds a request. */
export interface BulkMeasured {
  perSecond: number;
  transfers: number;
  p50: number;
  max: number;
}

/**
 * Bulks in independent mode, each connection waiting for its answer before it sends the next. Not by wrk, which does not
 * count what is underway at the end: of requests this large that would be much.
 * @throws Error when any transfer was refused
 */
export async function bulks(url: string, accounts: number, load: BulkLoad): Promise<BulkMeasured> {
  const { connections, items, seconds } = load;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const began = performance.now();
  const until = began + seconds * 1000;
  const times: number[] = [];
  const connection = async () => {
    while (performance.now() < until) {
      const sent = performance.now();
      const commands = transfers(accounts, items).trimEnd().replaceAll('\n', ',');
      const post = request(`${url}/v1/ledgers/main/bulk`, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      });
      post.end(`{"mode":"independent","commands":[${commands}]}`);
      const [response] = (await once(post, 'response')) as [IncomingMessage];
      const answer = Buffer.concat(await response.toArray());
      if (countOf(answer, accepted) !== items) throw new Error(answer.toString('utf8', 0, 1000));
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  const count = times.length * items;
  const took = (performance.now() - began) / 1000;
  return {
    perSecond: count / took,
    transfers: count,
    p50: Math.round(percentile(times, 0.5)),
    max: Math.round(percentile(times, 1)),
  };
}

/**
 * One stream of commands for `seconds`; its answers are only counted, so that little is taken from what is measured.
 * @returns transfers a second, until the last was answered
 * @throws Error when any was refused
 */
export async function streamNdjson(url: string, accounts: number, seconds: number): Promise<number> {
  const began = performance.now();
  const until = began + seconds * 1000;
  let sent = 0;
  function* lines(): Generator<string> {
    for (; performance.now() < until; sent += CHUNK) yield transfers(accounts, CHUNK);
  }
  const post = request(`${url}/v1/ledgers/main/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': randomUUID() },
  });
  const answering = once(post, 'response') as Promise<[IncomingMessage]>;
  const sending = pipeline(Readable.from(lines()), post);
  const [response] = await answering;
  let [answered, created] = [0, 0];
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of response) {
    const text = Buffer.concat([rest, bytes as Buffer]);
    const end = text.lastIndexOf(10) + 1;
    answered += countOf(text.subarray(0, end), Buffer.from('\n'));
    created += countOf(text.subarray(0, end), accepted);
    rest = text.subarray(end);
  }
  await sending;
  if (created !== sent || answered !== sent) {
    throw new Error(`of ${sent} lines ${answered} were answered, ${created} with 201: ${rest.toString()}`);
  }
  return sent / ((performance.now() - began) / 1000);
}

/** The CLI's import of a file of so many commands. @returns transfers a second, as it says itself */
export async function importByCli(
  url: string,
  folder: string,
  { accounts, lines }: { accounts: number; lines: number },
): Promise<number> {
  const file = join(folder, 'import.jsonl');
  const chunks = Math.ceil(lines / CHUNK);
  function* text(): Generator<string> {
    for (let n = 0; n < chunks; n += 1) yield transfers(accounts, CHUNK, `${randomUUID()}-`);
  }
  await pipeline(Readable.from(text()), createWriteStream(file));
  const printed = await runProgram(process.execPath, ['dist/src/cli.js', 'import', file, '--url', url]);
  await rm(file);
  const [, refused] = /([\d,]+) refused/.exec(printed) ?? [];
  const [, rate] = /([\d,]+) transactions\/s/.exec(printed) ?? [];
  if (refused !== '0' || !rate) throw new Error(printed);
  return Number(rate.replaceAll(',', ''));
}

/** Lines of commands; with keys of their own where `key` begins them. */
function transfers(accounts: number, count: number, key?: string): string {
  let lines = '';
  for (let n = 0; n < count; n += 1) {
    const from = 1 + Math.floor(Math.random() * accounts);
    const to = 1 + ((from + Math.floor(Math.random() * (accounts - 1))) % accounts);
    const keyed = key === undefined ? '' : `,"idempotency_key":"${key}${n}"`;
    lines += `{"command":"transfer","from":"a${from}","to":"a${to}","amount":"1"${keyed}}\n`;
  }
  return lines;
}

function countOf(bytes: Buffer, part: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + part.length)) count += 1;
  return count;
}
