import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

interface Source {
  path: string;
  text: string;
  /** Relative imports as paths below src, others by their name. */
  imports: string[];
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
  .map((path): Source => {
    const text = readFileSync(join('src', path), 'utf8');
    const named = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]!);
    const imports = named.map((name) =>
      name.startsWith('.') ? relative('.', join(dirname(path), name)) : name,
    );
    return { path, text, imports };
  });

const below = (folder: string) => sources.filter(({ path }) => path.startsWith(folder));

/** Which sources of a folder import what they may not. */
function offenders(folder: string, allowed: (name: string) => boolean): string[] {
  return below(folder).flatMap(({ path, imports }) =>
    imports.filter((name) => !allowed(name)).map((name) => `${path} imports ${name}`),
  );
}

describe('the house rules', () => {
  test('rules depend on nothing but rules and the list of currencies', () => {
    expect(below('ledger/rules/').length).toBeGreaterThan(8);
    expect(
      offenders('ledger/rules/', (name) => name.startsWith('ledger/rules/') || name === 'currency-codes'),
    ).toEqual([]);
  });

  test('rules ask no clock, no chance, no I/O', () => {
    const impure = below('ledger/rules/').filter(({ text }) =>
      /Math\.random|Date\.now|new Date\(\)|process\./.test(text),
    );
    expect(impure.map(({ path }) => path)).toEqual([]);
  });

  test('projections do not know how the journal is written', () => {
    expect(offenders('projections/', (name) => !name.startsWith('ledger/journal/'))).toEqual([]);
  });

  test.each([
    [
      'the environment, but for what a child process gets, ',
      /process\.env/,
      ['config.ts', 'stack/', 'platform/embedded/'],
    ],
    ['kafkajs', /from 'kafkajs'/, ['platform/kafka.ts']],
    ['TypeORM', /from 'typeorm'/, ['platform/migrate.ts']],
  ])('%s is known to one place', (_, pattern, places) => {
    const others = sources.filter(
      ({ path, text }) => pattern.test(text) && !places.some((p) => path.startsWith(p)),
    );
    expect(others.map(({ path }) => path)).toEqual([]);
  });

  test('no event goes round the outbox: neither EventBus nor sagas', () => {
    const users = sources.filter(({ text }) => /EventBus|AggregateRoot|@Saga/.test(text));
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  test('no amount goes through a float: what becomes a number is a version, a time, an exponent', () => {
    const allowed = /^(version|row\.version|through|index|match\[2\]|local|year|month|day|hour|offset\w+)$/;
    const places = ['ledger/', 'events/', 'projections/'].flatMap(below);
    const users = places.flatMap(({ path, text }) => {
      const floats =
        text.match(/parseFloat|parseInt|toFixed|toPrecision|Math\.(round|floor|ceil|trunc)/g) ?? [];
      const numbers = [...text.matchAll(/(?<![\w.])Number\(([^()]*)\)/g)].map((match) => match[1]!);
      return [...floats, ...numbers.filter((of) => !allowed.test(of))].map((found) => `${path}: ${found}`);
    });
    expect(users).toEqual([
      // Versions both, and whether the text of a metadata filter is a number.
      'ledger/accounts/statement.controller.ts: seen ?? 0',
      'ledger/rules/checks.ts: present',
      'projections/metadata.ts: value',
    ]);
  });
});
