// The whole check of the project: lint, types, build, then every test. `--fast` leaves out what needs Java.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const fast = process.argv.includes('--fast');
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-jest-'));
const report = join(folder, 'results.json');

run('lint', 'npm', ['run', '--silent', 'lint']);
run('types', 'npm', ['run', '--silent', 'typecheck']);
run('build', 'npm', ['run', '--silent', 'build']);

const projects = ['unit', 'e2e', ...(fast ? [] : ['cdc'])];
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const { status } = spawnSync(
  process.execPath,
  [...jest, '--json', `--outputFile=${report}`, '--selectProjects', ...projects],
  { stdio: ['ignore', 2, 2] },
);
const results = readResults();
rmSync(folder, { recursive: true, force: true });
for (const file of results.testResults.filter(({ status }) => status === 'failed')) {
  for (const test of file.assertionResults.filter(({ status }) => status === 'failed')) {
    console.log(`failed: ${test.fullName}`);
  }
}
// A file that did not even load counts as one failure.
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
console.log(`${results.numPassedTests} passed, ${failed} failed`);
process.exit(status === 0 && failed === 0 && results.numPassedTests > 0 ? 0 : 1);

function run(name, command, args) {
  console.log(`${name} …`);
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.log(`${name} failed`);
  process.exit(1);
}

function readResults() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.log('jest ended without results');
    process.exit(1);
  }
}
