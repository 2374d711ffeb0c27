import { summaryOf, type Summary } from './statistics.js';

/** One thing that was measured, once a round. Its name says it all: `http-single 128 hot`. */
export interface Figure extends Summary {
  section: string;
  name: string;
  unit: string;
  samples: number[];
  /** When the last of them was measured. */
  at: string;
}

/** What was measured so far; each measurement is told as it comes. */
export class Report {
  private readonly figures = new Map<
    string,
    { section: string; unit: string; samples: number[]; at: string }
  >();
  readonly notes: string[] = [];

  constructor(private readonly say: (line: string) => void) {}

  add(section: string, name: string, unit: string, value: number, more = ''): void {
    const at = new Date().toISOString();
    const figure = this.figures.get(name) ?? { section, unit, samples: [], at };
    figure.samples.push(value);
    this.figures.set(name, { ...figure, at });
    this.say(`  ${name.padEnd(44)}${numberOf(value).padStart(10)} ${unit}${more && `  (${more})`}`);
  }

  /** Something to know beside the figures. */
  note(text: string): void {
    this.notes.push(text);
    this.say(`  ${text}`);
  }

  samples(name: string): number[] {
    return this.figures.get(name)?.samples ?? [];
  }

  median(name: string): number | undefined {
    return summaryOf(this.samples(name))?.median;
  }

  names(prefix: string): string[] {
    return [...this.figures.keys()].filter((name) => name.startsWith(prefix));
  }

  /** Of those that begin so, the one that was best in the middle. */
  best(prefix: string): string | undefined {
    return this.names(prefix).sort((a, b) => this.median(b)! - this.median(a)!)[0];
  }

  all(): Figure[] {
    return [...this.figures].map(([name, figure]) => ({ name, ...figure, ...summaryOf(figure.samples)! }));
  }
}

/** As a person reads it: three digits of what is small, whole numbers of what is large. */
export function numberOf(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-GB');
  return String(Number(value.toPrecision(3)));
}
