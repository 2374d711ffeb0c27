import { parseArgs } from 'node:util';

export const sectionNames = [
  'raw',
  'http',
  'bulk',
  'embedded',
  'latency',
  'reads',
  'cost',
  'append',
  'checks',
  'idle',
  'rebuild',
  'growth',
  'stream',
  'overload',
  'seals',
] as const;
export type SectionName = (typeof sectionNames)[number];

export interface Options {
  sections: Set<SectionName>;
  /** How long each thing is measured in each round. */
  seconds: number;
  rounds: number;
  /** Sizes of the journal that growth compares, least first. */
  entries: number[];
  /** Where results.json and the charts go; undefined: nowhere. */
  out: string | undefined;
  quick: boolean;
  profile: boolean;
}

export const usage = `npm run bench -- [SECTION…] [--seconds N] [--rounds N] [--entries N,N,…] [--out DIR] [--quick]
npm run bench -- --profile [--seconds N]

Sections: ${sectionNames.join(', ')}; all of them unless some are named.
  --seconds N   how long each thing is measured in a round (6)
  --rounds N    how often, all alternately (5)
  --entries     sizes of the journal for growth (100000,1000000,10000000)
  --out DIR     where results.json and the charts go (docs/bench; with --quick and --profile nowhere)
  --quick       a look in a few minutes: one round of 2 seconds each, small journals
  --profile     no figures but where the time of http-single goes: functions of Node, statements of Postgres

Example: npm run bench -- raw http --rounds 3`;

/** @throws Error in one line about what can't be */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      entries: { type: 'string' },
      out: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.find((name) => !sectionNames.includes(name as SectionName));
  if (unknown !== undefined) throw new Error(`there is no section ${unknown}`);
  const { quick, profile } = values;
  return {
    sections: new Set(positionals.length > 0 ? (positionals as SectionName[]) : sectionNames),
    seconds: whole('seconds', values.seconds ?? (quick ? '2' : '6')),
    rounds: whole('rounds', values.rounds ?? (quick ? '1' : '5')),
    entries: (values.entries ?? (quick ? '100000,300000' : '100000,1000000,10000000'))
      .split(',')
      .map((text) => whole('entries', text))
      .sort((a, b) => a - b),
    out: values.out ?? (quick || profile ? undefined : 'docs/bench'),
    quick,
    profile,
  };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} ${text} is not a whole number above 0`);
  return Number(text);
}
