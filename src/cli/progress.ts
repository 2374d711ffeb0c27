import type { SingleBar } from 'cli-progress';

/** How far an import is: bytes of the file whose commands were answered, of how many; commands so far. */
export interface Progress {
  show(bytes: number, commands: number): void;
  /** Prints a line without tearing the bar. */
  print(line: string): void;
  stop(): void;
}

const PLAIN_EVERY_MS = 5_000;

/** On stderr: a bar on a terminal when the size is known, else a plain line every few seconds. */
export async function startProgress(size: number | undefined, began = performance.now()): Promise<Progress> {
  if (process.stderr.isTTY && size)
    return barOf(size, began, (await import('cli-progress')).default.SingleBar);
  let shown = performance.now();
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    print,
    show(bytes, commands) {
      if (performance.now() - shown < PLAIN_EVERY_MS) return;
      shown = performance.now();
      const percent = size ? `${Math.floor((100 * bytes) / size)}%, ` : '';
      print(`${percent}${grouped(commands)} commands, ${rateOf(commands, began)}/s`);
    },
    stop: () => {},
  };
}

function barOf(size: number, began: number, Bar: typeof SingleBar): Progress {
  const bar = new Bar({
    format: '{bar} {percentage}% | {commands} commands | {rate}/s | {left} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: process.stderr,
    // Ctrl-C lets the current chunk finish, the bar with it.
    gracefulExit: false,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  bar.start(size, 0, { commands: '0', rate: '–', left: '–' });
  return {
    show(bytes, commands) {
      const left = ((performance.now() - began) / Math.max(bytes, 1)) * (size - bytes);
      bar.update(bytes, {
        commands: grouped(commands),
        rate: rateOf(commands, began),
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
