import type { SingleBar } from 'cli-progress';

/** How far something is, of how much; and so many of what is counted. */
export interface Progress {
  show(done: number, count: number): void;
  /** Prints a line without tearing the bar. */
  print(line: string): void;
  stop(): void;
}

const PLAIN_EVERY_MS = 5_000;

/**
 * On stderr: a bar on a terminal when the size is known, else a plain line every few seconds.
 * @param unit what is counted: `commands`
 */
export async function startProgress(
  size: number | undefined,
  unit: string,
  began = performance.now(),
): Promise<Progress> {
  if (process.stderr.isTTY && size)
    return barOf(size, unit, began, (await import('cli-progress')).default.SingleBar);
  let shown = performance.now();
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    print,
    show(done, count) {
      if (performance.now() - shown < PLAIN_EVERY_MS) return;
      shown = performance.now();
      const percent = size ? `${Math.floor((100 * done) / size)}%, ` : '';
      print(`${percent}${grouped(count)} ${unit}, ${rateOf(count, began)}/s`);
    },
    stop: () => {},
  };
}

function barOf(size: number, unit: string, began: number, Bar: typeof SingleBar): Progress {
  const bar = new Bar({
    format: `{bar} {percentage}% | {count} ${unit} | {rate}/s | {left} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: process.stderr,
    // Ctrl-C lets the current chunk finish, the bar with it.
    gracefulExit: false,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  bar.start(size, 0, { count: '0', rate: '–', left: '–' });
  return {
    show(done, count) {
      const left = ((performance.now() - began) / Math.max(done, 1)) * (size - done);
      bar.update(done, {
        count: grouped(count),
        rate: rateOf(count, began),
        left: durationOf(Math.max(left, 0)),
      });
    },
    print: (line) => void process.stderr.write(`\r\u001b[K${line}\n`),
    stop() {
      // stop() puts the cursor back where the bar began, above the lines printed since: save this place instead.
      process.stderr.write('\r\u001b7');
      bar.stop();
    },
  };
}

/** Milliseconds as a person says them: `0:07`, `12:30`, `2:05:00`. */
export function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = String(seconds % 60).padStart(2, '0');
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

export function rateOf(count: number, began: number, now = performance.now()): string {
  return grouped(Math.round((count * 1000) / Math.max(now - began, 1)));
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
