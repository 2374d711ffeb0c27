import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { chartsOf } from './charts.js';
import { reached, type Reached } from './goals.js';
import { numberOf, type Figure, type Report } from './report.js';
import type { Options } from './options.js';

interface Results {
  /** Of the last run; figures and ratios have the times of their own. */
  date: string;
  node: string;
  /** Its version and settings. */
  postgres: Record<string, string>;
  cpus: number;
  cpu: string;
  memoryGb: number;
  seconds: number;
  rounds: number;
  ratios: Reached[];
  figures: Figure[];
  notes: string[];
}

/** Writes results.json and the charts; what this run has not measured stays as an earlier one has. */
export async function writeResults(
  report: Report,
  options: Options,
  postgres: Results['postgres'],
): Promise<string[]> {
  if (options.out === undefined) return [];
  await mkdir(options.out, { recursive: true });
  const file = join(options.out, 'results.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
  const ran = new Set(report.all().map(({ section }) => section));
  const figures = [...(before?.figures ?? []).filter(({ section }) => !ran.has(section)), ...report.all()];
  const results: Results = {
    date: new Date().toISOString(),
    node: process.version,
    postgres,
    cpus: cpus().length,
    cpu: cpus()[0]!.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    seconds: options.seconds,
    rounds: options.rounds,
    ratios: merged(before?.ratios ?? [], reached(report)),
    figures,
    notes: report.notes,
  };
  await writeFile(file, `${JSON.stringify(results, null, 1)}\n`);
  const files = [file];
  for (const [name, text] of chartsOf(figures)) {
    await writeFile(join(options.out, name), text);
    files.push(join(options.out, name));
  }
  return files;
}

function merged(before: Reached[], now: Reached[]): Reached[] {
  const again = new Set(now.map(({ name }) => name));
  return [...before.filter(({ name }) => !again.has(name)), ...now];
}

/** For a terminal and for a page. */
export function tableOf(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, n) => Math.max(head.length, ...rows.map((row) => row[n]!.length)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, n) => (n === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(heads), rule, ...rows.map(line)].join('\n');
}

export function figuresTable(figures: Figure[]): string {
  const rows = figures.map(({ name, unit, min, median, max }) => [
    name,
    numberOf(min),
    numberOf(median),
    numberOf(max),
    unit,
  ]);
  return tableOf(['figure', 'min', 'median', 'max', 'unit'], rows);
}

export function goalsTable(ratios: Reached[]): string {
  const rows = ratios.map(({ name, goal, unit, min, median, max, met }) => [
    name,
    `${goal} ${unit}`,
    numberOf(min),
    numberOf(median),
    numberOf(max),
    met ? 'yes' : 'no',
  ]);
  return tableOf(['goal', 'wanted', 'min', 'median', 'max', 'met'], rows);
}
