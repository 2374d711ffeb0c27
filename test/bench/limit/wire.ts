import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';

// Loaded into the service before it starts (`node --import`): notes each round trip of its writing connections, from the
// first byte sent to the last byte of the answer that came before the next was sent. WIRE_FILE gets them when it ends.

export interface Trip {
  /** Of the system's monotonic clock, in milliseconds: all processes have the same. */
  sent: number;
  ms: number;
  /** Part of an append, rather than a notification or housekeeping. */
  append: boolean;
}

interface Underway {
  sent: number;
  last: number;
  append: boolean;
}

/** Names of prepared statements, which each use of them sends. */
const ofAppend = /\b(draw|lock_accounts|append)\b/;
const trips: Trip[] = [];
const sockets = new Map<Socket, Underway>();
const passedBy = new WeakSet<Socket>();
// Not bound: it is called on the socket that is written to.
const write = Socket.prototype.write as (this: Socket, ...args: unknown[]) => boolean;

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

if (process.env.WIRE_FILE) {
  Object.assign(Socket.prototype, {
    write(this: Socket, ...args: unknown[]): boolean {
      note(this, args[0]);
      return write.apply(this, args);
    },
  });
  process.once('exit', () => {
    for (const underway of sockets.values()) end(underway);
    writeFileSync(process.env.WIRE_FILE!, JSON.stringify(trips));
  });
}

function note(socket: Socket, chunk: unknown): void {
  if (passedBy.has(socket)) return;
  let underway = sockets.get(socket);
  const text = Buffer.isBuffer(chunk) ? chunk.toString('latin1', 0, 200) : String(chunk).slice(0, 200);
  if (!underway && !text.includes('application_name\0counterfoil-api\0')) {
    passedBy.add(socket);
    return;
  }
  if (!underway || underway.last > 0) {
    if (underway) end(underway);
    else socket.on('data', () => (sockets.get(socket)!.last = now()));
    underway = { sent: now(), last: 0, append: false };
    sockets.set(socket, underway);
  }
  underway.append ||= ofAppend.test(text);
}

function end({ sent, last, append }: Underway): void {
  if (last > 0) trips.push({ sent, ms: last - sent, append });
}
