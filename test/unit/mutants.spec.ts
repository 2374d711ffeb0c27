import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { occurrences } from '../mutants/mutant.js';
import { mutants } from '../mutants/mutants.js';
import { readRecord, tableFile, tableOf, withTable } from '../mutants/record.js';

// `npm run mutants` plants them and takes its time; that they still can be planted is seen here.

const named = mutants.map((mutant) => [mutant.name, mutant] as const);

test('each bug has a name of its own', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThanOrEqual(30);
});

describe.each(named)('%s', (_, { edits, caughtBy }) => {
  test('can be planted: each text is there exactly once, also after the edits before it', async () => {
    const texts = new Map<string, string>();
    for (const { file, find, replace } of edits) {
      const text = texts.get(file) ?? (await readFile(file, 'utf8'));
      expect([file, occurrences(text, find)]).toEqual([file, 1]);
      expect(replace).not.toBe(find);
      texts.set(
        file,
        text.replace(find, () => replace),
      );
    }
  });

  test('has a test that must catch it', async () => {
    expect(existsSync(caughtBy.spec)).toBe(true);
    expect(await readFile(caughtBy.spec, 'utf8')).toContain(caughtBy.test);
  });
});

test('each was caught in the run that docs/mutants.json is of, and by its test', async () => {
  const record = await readRecord();
  expect(Object.keys(record).sort()).toEqual(mutants.map(({ name }) => name).sort());
  for (const { name, caughtBy } of mutants) {
    expect(record[name]!.test).toContain(caughtBy.test);
  }
});

test('the table of docs/correctness.md is this list (npm run mutants -- --table)', async () => {
  const text = await readFile(tableFile, 'utf8');
  expect(withTable(text, tableOf(mutants, await readRecord()))).toBe(text);
});
