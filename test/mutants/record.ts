import { readFile, writeFile } from 'node:fs/promises';
import type { Mutant } from './mutant.js';

/** What a run found out, by the names of the bugs. */
export const recordFile = 'docs/mutants.json';
export const tableFile = 'docs/correctness.md';
const begin = '<!-- planted bugs: npm run mutants -- --table -->';
const end = '<!-- end of planted bugs -->';

/** Which test caught a bug. */
export interface Caught {
  /** Its full title. */
  test: string;
  /** From planting it until the test was red. */
  seconds: number;
  /** What the test said. */
  failure: string;
}

export type Runs = Record<string, Pick<Caught, 'test' | 'seconds'>>;

export async function readRecord(): Promise<Runs> {
  try {
    return JSON.parse(await readFile(recordFile, 'utf8')) as Runs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

export async function writeRecord(record: Runs): Promise<void> {
  const kept = Object.entries(record)
    .map(([name, { test, seconds }]) => [name, { test, seconds }] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  await writeFile(recordFile, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}

/** The lines between the two comments. */
export function tableOf(mutants: Mutant[], record: Runs): string {
  const rows = mutants.map(({ name, bug, promise, caughtBy }) => {
    const test = record[name]?.test ?? 'not run yet';
    return `| \`${name}\`: ${bug} | ${promise} | \`${caughtBy.spec}\`: ${test} |`.replaceAll('\n', ' ');
  });
  return ['| the planted bug | the promise it breaks | caught by |', '| --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/** @throws Error when the comments are not there */
export function withTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${tableFile} lacks “${begin}” and “${end}”`);
  return `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`;
}

export async function writeTable(mutants: Mutant[], record: Runs): Promise<void> {
  const text = await readFile(tableFile, 'utf8');
  await writeFile(tableFile, withTable(text, tableOf(mutants, record)));
}
