/** Charts as SVG text for a page that is light or dark: colours follow the reader's. Nothing else is needed to show them. */

export interface Bar {
  label: string;
  value: number;
  /** Bars of one series have one colour; the legend names it. */
  series: string;
}

export interface Line {
  series: string;
  points: { x: number; y: number }[];
}

interface Look {
  title: string;
  /** Shown behind each value. */
  unit: string;
}

const WIDTH = 760;
const HUES = ['#2a78d6', '#eb6834', '#1baa78', '#9a63d0', '#c79a1b', '#d64f7f'];
const style = `<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 15px }
  .quiet { fill: #59636e } .rule { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .quiet { fill: #9198a1 } .rule { stroke: #3d444d } }
</style>`;

/** Horizontal bars from a common zero, in the order given. */
export function barChart(bars: Bar[], { title, unit }: Look): string {
  const [left, right, row, top] = [210, 130, 26, 74];
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const colours = coloursOf(bars);
  const rows = bars.map(({ label, value, series }, index) => {
    const y = top + index * row;
    const width = round((value / most) * (WIDTH - left - right));
    return `<text x="${left - 8}" y="${y + 16}" text-anchor="end">${escaped(label)}</text>
<rect x="${left}" y="${y + 3}" width="${Math.max(width, 1)}" height="${row - 8}" rx="2" fill="${colours.get(series)}"/>
<text x="${left + width + 6}" y="${y + 16}" class="quiet">${escaped(`${readable(value)} ${unit}`)}</text>`;
  });
  return svg(top + bars.length * row + 10, title, [legend(colours), ...rows]);
}

/** Lines over a logarithmic x; y begins at zero. */
export function lineChart(lines: Line[], { title, unit, x }: Look & { x: string }): string {
  const [left, right, top, bottom, height] = [70, 60, 84, 330, 380];
  const points = lines.flatMap((line) => line.points);
  const [least, most] = [Math.min(...points.map((p) => p.x)), Math.max(...points.map((p) => p.x))];
  const greatest = Math.max(...points.map((p) => p.y), Number.MIN_VALUE);
  const step = roundStep(greatest / 4);
  const steps = Math.ceil(greatest / step);
  const highest = steps * step;
  const across = (value: number) =>
    round(
      least === most
        ? left
        : left + (Math.log(value / least) / Math.log(most / least)) * (WIDTH - left - right),
    );
  const up = (value: number) => round(bottom - (value / highest) * (bottom - top));
  const colours = coloursOf(lines);
  const rules = Array.from({ length: steps + 1 }, (_, n) => {
    const y = up(n * step);
    return `<line x1="${left}" x2="${WIDTH - right}" y1="${y}" y2="${y}" class="rule"/>
<text x="${left - 8}" y="${y + 4}" text-anchor="end" class="quiet">${readable(n * step)}</text>`;
  });
  const marks = [...new Set(points.map((p) => p.x))].map(
    (value) =>
      `<text x="${across(value)}" y="${bottom + 20}" text-anchor="middle" class="quiet">${readable(value)}</text>`,
  );
  const drawn = lines.map(({ series, points: all }) => {
    const [colour, path] = [colours.get(series), all.map((p) => `${across(p.x)},${up(p.y)}`)];
    const dots = path.map(
      (at) => `<circle cx="${at.split(',')[0]}" cy="${at.split(',')[1]}" r="4" fill="${colour}"/>`,
    );
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.5"/>${dots.join('')}`;
  });
  const names = `<text x="${left}" y="${bottom + 42}" class="quiet">${escaped(`across: ${x}; up: ${unit}`)}</text>`;
  return svg(height, title, [legend(colours), ...rules, ...marks, ...drawn, names]);
}

function svg(height: number, title: string, parts: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
${style}
<text x="12" y="26" class="title">${escaped(title)}</text>
${parts.join('\n')}
</svg>
`;
}

function coloursOf(marks: { series: string }[]): Map<string, string> {
  const names = [...new Set(marks.map(({ series }) => series))];
  return new Map(names.map((name, index) => [name, HUES[index % HUES.length]!]));
}

function legend(colours: Map<string, string>): string {
  let x = 12;
  return [...colours]
    .map(([name, colour]) => {
      const here = x;
      x += 34 + name.length * 7.2;
      return `<rect x="${round(here)}" y="43" width="12" height="12" rx="2" fill="${colour}"/>
<text x="${round(here + 18)}" y="54">${escaped(name)}</text>`;
    })
    .join('\n');
}

/** 1, 2 or 5 and zeros: the least such that is not below. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= least)!;
}

function readable(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
