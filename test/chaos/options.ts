import { parseArgs } from 'node:util';
import { faults } from './faults/all.js';
import { chaosDefaults, type ChaosOptions } from './run.js';

export const usage = `npm run chaos -- [options]

Two APIs, two workers, Postgres, Kafka and Connect under load, while things are killed, stopped, cut off and filled up.
After each round everything is read back and compared with what clients were told.

  --rounds N       so many rounds (${chaosDefaults.rounds})
  --seed S         the faults and commands of an earlier run (a new one)
  --minutes M      begin no round after so long (${chaosDefaults.minutes})
  --faults A,B     only these: ${Object.keys(faults).join(', ')}
  --help

Example: npm run chaos -- --rounds 20 --minutes 15 --faults kill,commit,disk
Exit status: 0 every promise was kept, 1 one was broken, 2 wrong usage.`;

/** @throws with what is wrong */
export function readOptions(args: string[]): Omit<ChaosOptions, 'log'> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { rounds: text, seed: text, minutes: text, faults: text } });
  const number = (name: 'rounds' | 'seed' | 'minutes', fallback: number) => {
    const given = values[name];
    if (given !== undefined && !/^\d{1,9}$/.test(given))
      throw new Error(`--${name} ${given} is not a number`);
    return given === undefined ? fallback : Number(given);
  };
  const names = values.faults?.split(',') ?? chaosDefaults.faults;
  const unknown = names.find((name) => !Object.hasOwn(faults, name));
  if (unknown !== undefined)
    throw new Error(`--faults ${unknown}: there are ${Object.keys(faults).join(', ')}`);
  return {
    ...chaosDefaults,
    rounds: number('rounds', chaosDefaults.rounds),
    minutes: number('minutes', chaosDefaults.minutes),
    seed: number('seed', Date.now() % 1_000_000),
    faults: names,
  };
}
