import type { Report } from './report.js';
import { ratiosOf, summaryOf, type Summary } from './statistics.js';

interface Goal {
  name: string;
  unit: string;
  atLeast?: number;
  atMost?: number;
  /** A value a round; none when its parts were not measured. */
  values: (report: Report) => number[];
}

/** A goal and how near it came: what counts is the median of the rounds. */
export interface Reached extends Summary {
  name: string;
  unit: string;
  goal: string;
  met: boolean;
  at: string;
}

const ratio =
  (above: string, below: string) =>
  (report: Report): number[] =>
    ratiosOf(report.samples(report.best(above) ?? ''), report.samples(report.best(below) ?? ''));
const figure = (name: string) => (report: Report) => report.samples(name);
/** In percent. */
const loss = (name: string) => (report: Report) => report.samples(name);

const http = 'http-single 128 uniform';
/** Whatever number of clients or connections is best: names begin with this. */
const raw = 'raw-single uniform';

const goals: Goal[] = [
  { name: 'http-single 128 / raw-single at its best', unit: '×', atLeast: 1.8, values: ratio(http, raw) },
  { name: 'http-single hot / uniform', unit: '×', atLeast: 0.9, values: ratio('http-single 128 hot', http) },
  {
    name: 'http-single hot / raw-single hot',
    unit: '×',
    atLeast: 6,
    values: ratio('http-single 128 hot', 'raw-single hot'),
  },
  {
    name: 'http-single 512 / 128 connections',
    unit: '×',
    atLeast: 0.95,
    values: ratio('http-single 512 uniform', http),
  },
  {
    name: 'http-bulk 1,000 / raw-batch',
    unit: '×',
    atLeast: 0.9,
    values: ratio('http-bulk 1000', 'raw-batch'),
  },
  { name: 'NDJSON stream / raw-batch', unit: '×', atLeast: 0.8, values: ratio('ndjson', 'raw-batch') },
  { name: 'CLI import / raw-batch', unit: '×', atLeast: 0.8, values: ratio('import', 'raw-batch') },
  { name: 'database time of one append, p50', unit: 'ms', atMost: 1.5, values: figure('append p50') },
  { name: 'database time of one append, p99', unit: 'ms', atMost: 5, values: figure('append p99') },
  { name: 'http-single p99 at half of the peak', unit: 'ms', atMost: 10, values: figure('latency half p99') },
  { name: 'cost of the checks, http-single', unit: '%', atMost: 10, values: loss('checks cost http-single') },
  { name: 'loss by growth, http-single', unit: '%', atMost: 10, values: loss('growth loss http-single') },
  { name: 'loss by growth, http-bulk', unit: '%', atMost: 10, values: loss('growth loss http-bulk') },
  {
    name: 'disk per transfer: journal and stored results',
    unit: 'bytes',
    atMost: 600,
    values: figure('disk journal and stored results'),
  },
  { name: 'idle service, memory', unit: 'MB', atMost: 150, values: figure('idle memory') },
  { name: 'idle service, CPU', unit: '%', atMost: 1, values: figure('idle CPU') },
  {
    name: 'goodput at 4 × the peak / peak',
    unit: '×',
    atLeast: 0.9,
    values: figure('overload 4 × goodput / peak'),
  },
];

/** Those of which everything was measured. */
export function reached(report: Report): Reached[] {
  const at = new Date().toISOString();
  return goals.flatMap(({ name, unit, atLeast, atMost, values }) => {
    const summary = summaryOf(values(report));
    if (!summary) return [];
    const met = atLeast !== undefined ? summary.median >= atLeast : summary.median <= atMost!;
    const goal = atLeast !== undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
    return [{ name, unit, goal, ...summary, met, at }];
  });
}
