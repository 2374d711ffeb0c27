import { TokenBucket } from '../admission/bucket.js';

/** Milliseconds a second, and at once. */
const SHARE = { rate: 250, burst: 25 };
const PAUSE_MS = 5;

/**
 * Work that may take a quarter of the process's time: what is more waits its turn. Answering refusals costs a third of what
 * recording does, so beyond some rate of them nothing would be recorded any more. Whoever waits for one sends nothing
 * more on its connection meanwhile.
 */
export function atAQuarter(now = () => performance.now()): (work: () => void) => void {
  const time = new TokenBucket();
  let late: (() => void)[] = [];
  let next = 0;
  const run = (work: () => void) => {
    const began = now();
    work();
    time.take(now() - began);
  };
  const goOn = () => {
    while (next < late.length && time.wait(SHARE, now()) === 0) run(late[next++]!);
    // What is done is let go of, each time: under a load that lasts the rest never ends.
    late = late.slice(next);
    next = 0;
    if (late.length > 0) setTimeout(goOn, PAUSE_MS).unref();
  };
  return (work) => {
    if (late.length === 0 && time.wait(SHARE, now()) === 0) return run(work);
    if (late.push(work) === 1) setTimeout(goOn, PAUSE_MS).unref();
  };
}
