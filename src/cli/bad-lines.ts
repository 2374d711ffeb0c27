import { closeSync, openSync, writeSync } from 'node:fs';
import type { BadLine } from './chunks.js';
import { clean } from './format.js';

const MOST_PRINTED = 50;

/** Prints the first refused lines and counts the rest; writes all of them, as JSON lines, to `file`. */
export function badLines(file: string | undefined, print: (line: string) => void) {
  const full = file === undefined ? undefined : openSync(file, 'w');
  let count = 0;
  return {
    add(bad: BadLine): void {
      count++;
      if (full !== undefined) writeSync(full, `${JSON.stringify(bad)}\n`);
      if (count <= MOST_PRINTED) print(clean(`line ${bad.line}: ${bad.code}: ${bad.detail}`));
    },
    count: () => count,
    close(): void {
      if (full !== undefined) closeSync(full);
      if (count <= MOST_PRINTED) return;
      print(
        `… and ${count - MOST_PRINTED} more${file ? `; all of them are in ${file}` : ' (--errors FILE lists all)'}`,
      );
    },
  };
}
