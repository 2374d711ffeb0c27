import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const page = readFileSync('docs/correctness.md', 'utf8');
const specs = ['src', 'test']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  .filter((path) => path.endsWith('.spec.ts'));

test('docs/correctness.md names suites that there are', () => {
  const named = [...page.matchAll(/`([\w./-]+\.spec)`/g)].map((match) => `/${match[1]}.ts`);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !specs.some((path) => path.endsWith(name)))).toEqual([]);
});

test('and commands that there are', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...page.matchAll(/`npm run ([\w:]+)/g)].map((match) => match[1]!);
  expect(named).toEqual(expect.arrayContaining(['chaos', 'mutants', 'mutants:rules']));
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
