import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { occurrences, type Catcher, type Edit } from './mutant.js';

const run = promisify(execFile);

/** A copy of the checkout in a temporary folder: bugs are planted there, never in place. */
export interface Workshop {
  /** @returns how to take it out again. @throws Error when it does not apply, or what it makes can't be compiled */
  plant(edits: Edit[]): Promise<() => Promise<void>>;
  /** @param progress told what Jest says of it */
  test(catchers: Catcher[], progress?: (text: string) => void): Promise<Tested[]>;
  close(): Promise<void>;
}

/** A test that ran. */
export interface Tested {
  spec: string;
  name: string;
  passed: boolean;
  /** What it threw by itself; undefined where it passed, never began, or was only given up after its time. */
  failure?: string;
}

/** Of what is in the checkout, committed or not, and the program that is built there. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-mutants-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '' && file !== 'node_modules');
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(file, join(folder, file));
  }
  await cp('dist', join(folder, 'dist'), { recursive: true });
  await symlink(await realpath('node_modules'), join(folder, 'node_modules'));
  return {
    plant: (edits) => plant(folder, edits),
    test: (catchers, progress = () => {}) => test(folder, catchers, progress),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function plant(folder: string, edits: Edit[]): Promise<() => Promise<void>> {
  const before = new Map<string, string>();
  const takeOut = async () => {
    for (const [file, text] of before) await write(folder, file, text);
  };
  try {
    for (const { file, find, replace } of edits) {
      const text = await readFile(join(folder, file), 'utf8');
      if (occurrences(text, find) !== 1) throw new Error(`${file} no longer has its text exactly once`);
      if (!before.has(file)) before.set(file, text);
      await write(
        folder,
        file,
        text.replace(find, () => replace),
      );
    }
  } catch (error) {
    await takeOut();
    throw error;
  }
  return takeOut;
}

/** Jest compiles for itself; processes that tests start run what is in dist. */
async function write(folder: string, file: string, text: string): Promise<void> {
  await writeFile(join(folder, file), text);
  await run('node_modules/.bin/swc', ['-d', 'dist', file], { cwd: folder });
}

type Progress = (text: string) => void;

/** Runs tests by their titles, those of a project together. */
async function test(folder: string, catchers: Catcher[], progress: Progress): Promise<Tested[]> {
  const tested: Tested[] = [];
  for (const project of ['unit', 'e2e', 'cdc']) {
    const of = catchers.filter(({ spec }) => projectOf(spec) === project);
    if (of.length > 0) tested.push(...(await jest(folder, project, of, progress)));
  }
  return tested;
}

function projectOf(spec: string): string {
  return /^test\/(e2e|cdc)\//.exec(spec)?.[1] ?? 'unit';
}

async function jest(
  folder: string,
  project: string,
  catchers: Catcher[],
  progress: Progress,
): Promise<Tested[]> {
  const report = join(folder, 'jest.json');
  await rm(report, { force: true });
  const names = [...new Set(catchers.map(({ test }) => quoted(test)))];
  const specs = [...new Set(catchers.map(({ spec }) => spec))];
  const args = [
    ...[
      '--experimental-vm-modules',
      '--no-warnings',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      project,
    ],
    ...['--json', `--outputFile=${report}`, '-t', names.join('|'), '--runTestsByPath', ...specs],
  ];
  // Its status is that of the tests; what counts is the report.
  const running = run(process.execPath, args, { cwd: folder, maxBuffer: 1e8 });
  running.child.stderr?.on('data', (text) => progress(String(text)));
  await running.catch(() => {});
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map((result) => ({
        spec: specs.find((spec) => name.endsWith(spec)) ?? name,
        name: result.fullName,
        passed: result.status === 'passed',
        failure: failureOf(result),
      })),
  );
}

interface Report {
  testResults: { name: string; assertionResults: Result[] }[];
}

interface Result {
  fullName: string;
  status: string;
  /** 0 when a hook before it failed. */
  invocations?: number;
  failureMessages: string[];
}

function failureOf({ status, invocations, failureMessages }: Result): string | undefined {
  if (status !== 'failed' || !invocations) return undefined;
  const said = failureMessages.map((message) => message.replaceAll(/\x1b\[\d+m/g, ''));
  return said.find((message) => !message.includes('Exceeded timeout of'));
}

function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
