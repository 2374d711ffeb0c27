import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig } from './config.js';
import { makeFolder } from './platform/embedded/folder.js';
import { livingPid, removePid, writePid } from './stack/pid-file.js';
import { startStack, type Stack } from './stack/stack.js';

let stack: Stack | undefined;
let ending = false;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @throws ConfigError that says what there is */
function options(): { analysts: boolean } {
  try {
    const { values } = parseArgs({ options: { analysts: { type: 'boolean', default: false } } });
    return values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}. There is --analysts: the row-level topics as well`);
  }
}

async function main(): Promise<void> {
  const { analysts } = options();
  const config = loadConfig();
  const dir = `${config.dataDir}/stack`;
  await makeFolder(dir).catch((error: Error) => {
    throw new ConfigError(`${dir} can't be used (${error.message}): set DATA_DIR to another folder`);
  });
  const other = livingPid(dir, 'stack');
  if (other)
    throw new ConfigError(`A stack is running on ${dir} already (pid ${other}): stop it, or set DATA_DIR`);
  writePid(dir, 'stack', process.pid);

  const near = relative(process.cwd(), dir);
  const shown = near.startsWith('..') ? dir : near;
  say('Starting Postgres, Kafka, Connect with Debezium, the API and a worker');
  stack = startStack({ dir, port: config.port, analysts, log: say });
  await stack.started;
  if (ending) return;
  say(`
Counterfoil is running, with everything it streams through.

  API        http://127.0.0.1:${config.port}   (how to use it: /docs)
  Kafka      127.0.0.1:9092          ledger.transactions.v1, ledger.accounts.v1${analysts ? ', ledger.entries.v1, ledger.balances.v1' : ''}
  Connect    http://127.0.0.1:8083
  Data       ${shown}   (logs in ${shown}/logs)

  For the CLI in another terminal:  . ${shown}/env && npx counterfoil connect status
  Ctrl-C stops everything; the data stays.
`);
}

async function end(status: number): Promise<void> {
  if (ending) return;
  ending = true;
  if (stack) {
    say('\nStopping');
    if (!(await stack.stop())) status = 1;
    removePid(`${loadConfig().dataDir}/stack`, 'stack');
  }
  process.exit(status);
}

// A terminal that was closed takes no more output: that must not end us before all is stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void end(0));

await main().catch(async (error: Error) => {
  if (ending) return;
  process.stderr.write(`\ncounterfoil: ${error.message}\n`);
  await end(1);
});
