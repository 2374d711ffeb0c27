import { describe, expect, test } from '@jest/globals';
import { chartsOf } from '../bench/limit/charts.js';
import { selfTimes } from '../bench/limit/cpu-profile.js';
import { reached } from '../bench/limit/goals.js';
import { readOptions } from '../bench/limit/options.js';
import { numberOf, Report } from '../bench/limit/report.js';
import { goalsTable, tableOf } from '../bench/limit/results.js';
import { percentile, ratiosOf, summaryOf } from '../bench/limit/statistics.js';
import { barChart, lineChart } from '../bench/limit/svg.js';

const silent = () => new Report(() => {});

/** As if measured, a sample a round. */
function reportOf(samples: Record<string, number[]>): Report {
  const report = silent();
  for (const [name, values] of Object.entries(samples)) {
    for (const value of values) report.add('any', name, 'transfers/s', value);
  }
  return report;
}

describe('statistics', () => {
  test('of several rounds: least, middle and greatest, in whatever order they came', () => {
    expect(summaryOf([10, 2, 9])).toEqual({ min: 2, median: 9, max: 10 });
    expect(summaryOf([4, 1, 3, 2])).toEqual({ min: 1, median: 2.5, max: 4 });
    expect(summaryOf([])).toBeUndefined();
  });

  test('ratios are of the same round', () => {
    expect(ratiosOf([2, 9], [1, 3])).toEqual([2, 3]);
    expect(ratiosOf([2, 9, 5], [1, 3])).toEqual([2, 3]);
  });

  test('a percentile is a value that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('goals', () => {
  const raw = { 'raw-single uniform 1': [2, 2, 2], 'raw-single uniform 32': [5, 10, 5] };

  test('the ratio is to Postgres at its best number of clients, round by round', () => {
    const report = reportOf({ ...raw, 'http-single 128 uniform': [10, 15, 10] });
    const [goal] = reached(report);
    expect(goal).toMatchObject({ goal: '≥ 1.8', min: 1.5, median: 2, max: 2, met: true });
  });

  test('one that is missed says so, one that was not measured says nothing', () => {
    const goals = reached(reportOf({ 'append p50': [1.6], 'idle CPU': [0.5] }));
    expect(goals.map(({ name, met }) => [name, met])).toEqual([
      ['database time of one append, p50', false],
      ['idle service, CPU', true],
    ]);
    expect(goalsTable(goals).split('\n')[2]).toBe(
      '| database time of one append, p50 | ≤ 1.5 ms | 1.6 |    1.6 | 1.6 |  no |',
    );
  });
});

describe('what is printed', () => {
  test('a table whose columns are as wide as what is in them', () => {
    expect(tableOf(['figure', 'x'], [['a', '1,000']])).toBe(
      ['| figure |     x |', '| ------ | ----: |', '| a      | 1,000 |'].join('\n'),
    );
  });

  test.each([
    [12_345.6, '12,346'],
    [99.94, '99.9'],
    [0.012_34, '0.0123'],
    [0, '0'],
    [NaN, '–'],
  ])('%p is shown as %p', (value, text) => expect(numberOf(value)).toBe(text));
});

describe('charts', () => {
  test('a bar is as long as its value', () => {
    const bars = [
      { label: 'a & b', value: 50, series: 'one' },
      { label: 'c', value: 100, series: 'two' },
    ];
    const svg = barChart(bars, { title: 'bars', unit: '/s' });
    const lengths = [...svg.matchAll(/<rect x="210" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(lengths).toHaveLength(2);
    expect(lengths[1]).toBe(2 * lengths[0]!);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('50 /s');
  });

  test('colours follow the reader’s dark mode, and nothing is fetched', () => {
    const svg = lineChart([{ series: 's', points: [{ x: 10, y: 1 }] }], { title: 't', unit: 'u', x: 'x' });
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('ten times as many entries are the same way across each time', () => {
    const points = [1e5, 1e6, 1e7].map((x) => ({ x, y: 100 }));
    const svg = lineChart([{ series: 's', points }], { title: 't', unit: '%', x: 'entries' });
    const [a, b, c] = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(b! - a!).toBeCloseTo(c! - b!, 0);
    expect(svg).toContain('>10,000,000<');
    const marks = [...svg.matchAll(/text-anchor="end" class="quiet">([^<]*)</g)].map(([, mark]) => mark);
    expect(marks).toEqual(['0', '50', '100']);
  });

  test('are drawn of what was measured, the best number of connections for bulks', () => {
    const report = reportOf({
      'http-bulk 1000 x1': [10],
      'http-bulk 1000 x4': [12_345],
      'latency half p99': [8],
      'growth 1000: http-single': [200],
      'growth 10000: http-single': [190],
    });
    const charts = chartsOf(report.all());
    expect([...charts.keys()]).toEqual(['throughput.svg', 'latency.svg', 'growth.svg']);
    expect(charts.get('throughput.svg')).toContain('12,345 /s');
    expect(charts.get('throughput.svg')).not.toContain('bulk of 100<');
    expect(chartsOf([]).size).toBe(0);
  });
});

test('a profile is summed up by function and by package, the last part of it alone if so asked', () => {
  const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('write', 'file:///p/node_modules/@scope/pg/lib/client.js', 41) },
      { id: 3, callFrame: frame('decide', 'file:///p/dist/src/ledger/rules/decide.js', 9) },
    ],
    samples: [2, 3, 3, 1],
    timeDeltas: [5000, 1000, 2000, 500],
  };
  expect(selfTimes(profile).groups).toEqual([
    { name: '@scope/pg', ms: 5 },
    { name: 'src/ledger/rules/decide.js', ms: 3 },
    { name: '(idle)', ms: 0.5 },
  ]);
  expect(selfTimes(profile, 2).functions).toEqual([
    { name: 'decide src/ledger/rules/decide.js:10', ms: 2 },
    { name: '(idle)', ms: 0.5 },
  ]);
});

describe('options', () => {
  test('without any, everything is measured and written', () => {
    const options = readOptions([]);
    expect(options).toMatchObject({
      rounds: 5,
      out: 'docs/bench',
      entries: [100_000, 1_000_000, 10_000_000],
    });
    expect(options.sections.size).toBeGreaterThan(10);
  });

  test('a quick look does not overwrite what was measured with care', () => {
    expect(readOptions(['--quick']).out).toBeUndefined();
    expect(readOptions(['raw', '--quick', '--out', 'x', '--entries', '20,10'])).toMatchObject({
      sections: new Set(['raw']),
      out: 'x',
      entries: [10, 20],
    });
  });

  test.each([[['nothing']], [['--seconds', '0']], [['--entries', '10,1e6']], [['--fast']]])(
    '%p is refused',
    (args) => expect(() => readOptions(args)).toThrow(),
  );
});
