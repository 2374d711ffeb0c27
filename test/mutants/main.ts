/**
 * Plants known bugs one at a time and shows which test catches each: `npm run mutants`, `npm run mutants -- --help`.
 */
import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.js';
import { mutants } from './mutants.js';
import { readRecord, writeRecord, writeTable, type Caught } from './record.js';
import { openWorkshop, type Tested, type Workshop } from './workshop.js';

const usage = `npm run mutants -- [NAME…] [--list] [--table]

Plants each bug of test/mutants/bugs in a copy of the checkout and runs the test that must catch it. Before that all
these tests are run without a bug, and must pass. A run of all of them is kept in docs/mutants.json.
  NAME     this one only, or several
  --list   names the bugs, and plants none
  --table  writes the table of docs/correctness.md from docs/mutants.json, and plants none

Example: npm run mutants -- no-account-locks float-amount

Exit status: 0 all were caught, 1 one was not or does not apply any more, 2 wrong usage, 130
stopped.`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let chosen: Mutant[];
  let options: { list?: boolean; table?: boolean; help?: boolean };
  try {
    ({ chosen, options } = readOptions(args));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options.help) console.log(usage);
  else if (options.list) for (const { name, bug } of chosen) console.log(`${name}: ${bug}`);
  else if (options.table) await writeTable(mutants, await readRecord());
  else return plantAll(chosen);
  return 0;
}

function readOptions(args: string[]) {
  const flag = { type: 'boolean' } as const;
  const { values: options, positionals: names } = parseArgs({
    args,
    allowPositionals: true,
    options: { list: flag, table: flag, help: flag },
  });
  const unknown = names.find((name) => !mutants.some((mutant) => mutant.name === name));
  if (unknown !== undefined) throw new Error(`there is no bug ${unknown}`);
  const chosen = names.length > 0 ? mutants.filter(({ name }) => names.includes(name)) : mutants;
  return { chosen, options };
}

async function plantAll(chosen: Mutant[]): Promise<number> {
  const workshop = await openWorkshop();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void workshop.close().finally(() => process.exit(130)));
  }
  try {
    console.log('without a bug …');
    const catchers = chosen.map(({ caughtBy }) => caughtBy);
    const wrong = wrongWithout(chosen, await workshop.test(catchers, showSpecs));
    for (const line of wrong) console.log(line);
    if (wrong.length > 0) return 1;
    const record = chosen.length === mutants.length ? {} : await readRecord();
    let left = 0;
    for (const [index, mutant] of chosen.entries()) {
      const caught = await tried(workshop, mutant);
      console.log(`${index + 1}/${chosen.length} ${mutant.name}: ${said(caught)}`);
      if (typeof caught !== 'string') record[mutant.name] = caught;
      else {
        delete record[mutant.name];
        left += 1;
      }
    }
    console.log(`${chosen.length - left} caught, ${left} not`);
    await writeRecord(record);
    return left > 0 ? 1 : 0;
  } finally {
    await workshop.close();
  }
}

/** A line for each file of tests that has been run. */
function showSpecs(text: string): void {
  for (const [line] of text.matchAll(/^(PASS|FAIL) .*$/gm)) console.log(`  ${line}`);
}

/** A test that is red anyway, or that does not run, proves nothing. */
function wrongWithout(chosen: Mutant[], tested: Tested[]): string[] {
  return chosen.flatMap(({ name, caughtBy }) => {
    const found = testsOf(caughtBy, tested);
    if (found.length === 0) return [`${name}: no test of that title ran: ${caughtBy.spec}: ${caughtBy.test}`];
    const red = found.find(({ passed }) => !passed);
    return red ? [`${name}: fails without a bug: ${red.name}\n${red.failure ?? ''}`] : [];
  });
}

function testsOf({ spec, test }: Mutant['caughtBy'], tested: Tested[]): Tested[] {
  return tested.filter((one) => one.spec === spec && one.name.includes(test));
}

/** @returns which test caught it, or why none did */
async function tried(workshop: Workshop, { edits, caughtBy }: Mutant): Promise<Caught | string> {
  const began = performance.now();
  let takeOut: () => Promise<void>;
  try {
    takeOut = await workshop.plant(edits);
  } catch (error) {
    return `does not apply any more: ${(error as Error).message}`;
  }
  try {
    const tested = testsOf(caughtBy, await workshop.test([caughtBy]));
    const red = tested.find(({ failure }) => failure !== undefined);
    if (red) {
      const seconds = Math.round((performance.now() - began) / 1_000);
      return { test: red.name, seconds, failure: red.failure! };
    }
    const hung = tested.find(({ passed }) => !passed);
    if (hung) return `not caught by an assertion: ${hung.name} was given up, or never began`;
    return tested.length > 0 ? 'SURVIVED' : 'no test ran';
  } finally {
    await takeOut();
  }
}

function said(caught: Caught | string): string {
  if (typeof caught === 'string') return caught;
  const lines = caught.failure
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 4);
  return `caught in ${caught.seconds} s by “${caught.test}”\n    ${lines.join('\n    ')}`;
}
