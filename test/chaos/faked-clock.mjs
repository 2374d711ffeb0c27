/**
 * Shifts this process's wall clock by the milliseconds that the file `CHAOS_CLOCK` says, whenever it says others. The
 * monotonic clock (`performance.now`, timers) stays, as it does on a machine whose time is set.
 */
import { readFileSync } from 'node:fs';

const RealDate = Date;
let shift = 0;
const look = () => {
  try {
    shift = Number(readFileSync(process.env.CHAOS_CLOCK, 'utf8')) || 0;
  } catch {
    // It is being written.
  }
};
look();
setInterval(look, 50).unref();

const now = () => RealDate.now() + shift;
// Not a class of its own: what Node makes by itself must be a Date, too.
globalThis.Date = new Proxy(RealDate, {
  construct: (date, given, asked) => Reflect.construct(date, given.length > 0 ? given : [now()], asked),
  apply: () => new RealDate(now()).toString(),
  get: (date, name) => (name === 'now' ? now : Reflect.get(date, name)),
});
