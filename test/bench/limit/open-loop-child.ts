import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Offer, Offered, Times } from './open-loop.js';

// The load generator of open-loop.ts: arguments are the service's address and the offer as JSON. Prints what came of it.

/** How long answers may take after the last was due. */
const DRAIN_MS = 10_000;

interface Connection {
  socket: Socket;
  /** When the request on its way was due and sent; 0 while there is none. */
  due: number;
  sent: number;
  received: string;
}

const { hostname, port } = new URL(process.argv[2]!);
const { perSecond, seconds, connections, accounts, spread, headers } = JSON.parse(process.argv[3]!) as Offer;
const run = randomUUID();
const fields = { host: `${hostname}:${port}`, 'content-type': 'application/json', ...headers };
const head =
  'POST /v1/ledgers/main/transfers HTTP/1.1\r\n' +
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');

const total = Math.floor(perSecond * seconds);
const free: Connection[] = [];
const latencies: number[] = [];
const latenciesOnceSent: number[] = [];
const refusals: number[] = [];
const refusalsOnceSent: number[] = [];
const statuses: Record<string, number> = {};
const sums = spread === 'zipf' ? harmonicSums(accounts) : [];
let sent = 0;
let busy = 0;
let errors = 0;
let acceptedInTime = 0;
let started = Infinity;

// A few at a time, each answered once: beyond the backlog of those that wait to be accepted, TCP tries again for seconds.
for (let opened = 0; opened < connections; opened += 100) {
  await Promise.all(Array.from({ length: Math.min(100, connections - opened) }, () => greet(open())));
}
const cpu = process.cpuUsage();
started = performance.now();
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    sendDue();
    const over = performance.now() - started - seconds * 1000;
    if ((over > 0 && busy === 0 && sent === total) || over > DRAIN_MS) {
      clearInterval(timer);
      resolve();
    }
  }, 1);
});
const took = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
const result: Offered = {
  offered: total,
  accepted: latencies.length,
  acceptedPerSecond: acceptedInTime / seconds,
  latency: timesOf(latencies),
  latencyOnceSent: timesOf(latenciesOnceSent),
  refused: refusals.length,
  statuses,
  refusal: timesOf(refusals),
  refusalOnceSent: timesOf(refusalsOnceSent),
  errors,
  unsent: total - sent,
  unanswered: busy,
  generatorCpu: (user + system) / 1e6 / took,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

function open(): Connection {
  const connection: Connection = { socket: undefined!, due: 0, sent: 0, received: '' };
  dial(connection);
  return connection;
}

function greet({ socket }: Connection): Promise<unknown> {
  socket.write(`GET /health/live HTTP/1.1\r\nhost: ${fields.host}\r\n\r\n`);
  return new Promise((resolve) => socket.once('data', resolve));
}

function dial(connection: Connection): void {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  connection.socket = socket.setEncoding('latin1');
  socket.once('connect', () => {
    free.push(connection);
    sendDue();
  });
  socket.on('data', (text: string) => receive(connection, text));
  socket.on('error', () => {});
  socket.on('close', () => {
    if (connection.due > 0) {
      errors++;
      busy--;
    } else {
      const index = free.indexOf(connection);
      if (index >= 0) free.splice(index, 1);
    }
    connection.due = 0;
    connection.received = '';
    setTimeout(() => dial(connection), 10);
  });
}

/** What is due by now, on whatever connection is free. */
function sendDue(): void {
  const now = performance.now();
  const due = Math.min(total, Math.ceil(((now - started) / 1000) * perSecond));
  while (sent < due && free.length > 0) send(free.pop()!, started + (sent / perSecond) * 1000, now);
}

function send(connection: Connection, due: number, now: number): void {
  const body = transfer();
  connection.due = due;
  connection.sent = now;
  busy++;
  connection.socket.write(
    `${head}idempotency-key: ${run}-${sent++}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}

function receive(connection: Connection, text: string): void {
  // The greeting's answer.
  if (connection.due === 0) return;
  const received = connection.received + text;
  const end = received.indexOf('\r\n\r\n');
  const length = end < 0 ? null : /content-length: (\d+)/i.exec(received);
  if (!length || received.length < end + 4 + Number(length[1])) {
    connection.received = received;
    return;
  }
  const now = performance.now();
  const status = received.slice(9, 12);
  if (status === '200' || status === '201') {
    latencies.push(now - connection.due);
    latenciesOnceSent.push(now - connection.sent);
    if (now - started <= seconds * 1000) acceptedInTime++;
  } else {
    statuses[status] = (statuses[status] ?? 0) + 1;
    refusals.push(now - connection.due);
    refusalsOnceSent.push(now - connection.sent);
  }
  connection.due = 0;
  connection.received = '';
  busy--;
  if (/\r\nconnection: close\r\n/i.test(received.slice(0, end + 2))) return;
  free.push(connection);
  sendDue();
}

function transfer(): string {
  const from = spread === 'hot' ? 1 : spread === 'zipf' ? zipf() : 1 + Math.floor(Math.random() * accounts);
  let to = 1 + Math.floor(Math.random() * (accounts - 1));
  if (to >= from) to++;
  return `{"from":"a${from}","to":"a${to}","amount":"1"}`;
}

function harmonicSums(count: number): number[] {
  let sum = 0;
  return Array.from({ length: count }, (_, n) => (sum += 1 / (n + 1)));
}

function zipf(): number {
  const wanted = Math.random() * sums.at(-1)!;
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

function timesOf(times: number[]): Times {
  const sorted = Float64Array.from(times).sort();
  const at = (part: number) => Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? 0) * 100) / 100;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
