/** The ledger under crashes: `npm run chaos -- --help`. */
import { readOptions, usage } from './options.js';
import { showSummary } from './report.js';
import { runChaos } from './run.js';

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const { seed } = options;
  console.log(`seed ${seed}`);
  const over = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());
  const result = await runChaos({ ...options, log: console.log, signal: over.signal });
  console.log(showSummary(result, seed));
  return result.kept === undefined ? 0 : 1;
}
