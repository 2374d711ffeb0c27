import type { LinePosition, LinesPage, StatementLine } from './statement.js';

/** A statement as a text that is made piece by piece. Balances in minor units. */
export interface Rendering {
  /** @param brought the balance at the end of the page before; undefined: this one begins the range */
  head(brought?: string): string;
  lines(lines: StatementLine[]): string;
  /** @param carried the balance with which another page goes on; undefined: this one ends the range */
  foot(carried?: string): string;
}

/**
 * One document of one or more pages of lines. The next page is read when what was made of the one before has been
 * taken; a reader who leaves ends the reading.
 * @param after where the page before the first one ended
 */
export async function* textOf(
  { head, lines, foot }: Rendering,
  after: LinePosition | undefined,
  first: LinesPage,
  further: AsyncIterable<LinesPage> | Iterable<LinesPage> = [],
): AsyncGenerator<string> {
  let { next } = first;
  yield head(after?.balance) + lines(first.lines);
  for await (const page of further) {
    yield lines(page.lines);
    next = page.next;
  }
  yield foot(next?.balance);
}
