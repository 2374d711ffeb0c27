import type { Figure } from './report.js';
import { barChart, lineChart, type Bar, type Line } from './svg.js';

const postgres = 'Postgres alone';
const service = 'Counterfoil';

/** Beginnings of figures' names, of which the best is shown, and what they are called in the chart. */
const throughput: [string, string, string][] = [
  ['raw-single uniform 1', 'one by one, 1 client', postgres],
  ['raw-single uniform 32', 'one by one, 32 clients', postgres],
  ['raw-single uniform 128', 'one by one, 128 clients', postgres],
  ['raw-single hot 32', 'one hot account, 32 clients', postgres],
  ['http-single 1 uniform', 'HTTP, 1 connection', service],
  ['http-single 32 uniform', 'HTTP, 32 connections', service],
  ['http-single 128 uniform', 'HTTP, 128 connections', service],
  ['http-single 512 uniform', 'HTTP, 512 connections', service],
  ['http-single 128 hot', 'HTTP 128, one hot account', service],
  ['http-single 128 zipf', 'HTTP 128, Zipf', service],
  ['raw-batch 100 ', 'sets of 100', postgres],
  ['raw-batch 1000 ', 'sets of 1,000', postgres],
  ['http-bulk 100 ', 'bulk of 100', service],
  ['http-bulk 1000 ', 'bulk of 1,000', service],
  ['ndjson stream', 'NDJSON stream', service],
  ['import by CLI', 'import by CLI', service],
];

/** Whatever can be drawn of the figures, by file name. */
export function chartsOf(figures: Figure[]): Map<string, string> {
  const charts = new Map<string, string>();
  const bars = throughput.flatMap(([prefix, label, series]): Bar[] => {
    const found = figures.filter(
      ({ name }) => name === prefix || (prefix.endsWith(' ') && name.startsWith(prefix)),
    );
    if (found.length === 0) return [];
    return [{ label, series, value: Math.max(...found.map(({ median }) => median)) }];
  });
  if (bars.length > 0) {
    const title = 'Transfers a second, everything on one machine';
    charts.set('throughput.svg', barChart(bars, { title, unit: '/s' }));
  }
  const latency = (['half', 'peak'] as const).flatMap((at) =>
    ['p50', 'p95', 'p99'].flatMap((which): Bar[] => {
      const found = figures.find(({ name }) => name === `latency ${at} ${which}`);
      const series = at === 'half' ? 'at half of the peak' : 'at the peak';
      return found ? [{ label: which, series, value: found.median }] : [];
    }),
  );
  if (latency.length > 0) {
    const title = 'Milliseconds from when a transfer was due to its answer';
    charts.set('latency.svg', barChart(latency, { title, unit: 'ms' }));
  }
  const growth = growthOf(figures);
  if (growth.length > 0) {
    const look = {
      title: 'What remains as the journal grows',
      unit: '% of the rate at the least size',
      x: 'entries',
    };
    charts.set('growth.svg', lineChart(growth, look));
  }
  return charts;
}

/** Each as a share of what it is at the least size. */
function growthOf(figures: Figure[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { name, median } of figures) {
    const [, entries, what] = /^growth (\d+): (.+)$/.exec(name) ?? [];
    if (!what) continue;
    const line = lines.get(what) ?? { series: what === 'raw-single' ? postgres : what, points: [] };
    line.points.push({ x: Number(entries), y: median });
    lines.set(what, line);
  }
  return [...lines.values()].map(({ series, points }) => {
    const sorted = points.sort((a, b) => a.x - b.x);
    return { series, points: sorted.map(({ x, y }) => ({ x, y: (100 * y) / sorted[0]!.y })) };
  });
}
