import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { codes } from '../../src/ledger/errors.js';
import { collectProcessMetrics, metricsPage } from '../../src/platform/metrics.js';
import type { Json } from '../support/client.js';
import { manual, procedures, proceduresOf } from '../support/runbook.js';

const file: Json = parse(readFileSync('docs/alerts.yml', 'utf8'));
const rules: Json[] = file.groups.flatMap((group: Json) => group.rules);
const headings = [...manual.matchAll(/^#{2,3} (.*)$/gm)].map((match) => match[1]!);
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
const anchors = headings.map(anchorOf);

/** Every name that /metrics has, those of a histogram's series too. */
async function metricNames(): Promise<string[]> {
  collectProcessMetrics();
  const { text } = await metricsPage();
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, kind]) =>
    kind === 'histogram' ? ['', '_bucket', '_count', '_sum'].map((end) => name! + end) : [name!],
  );
}

describe('docs/alerts.yml', () => {
  test('asks only for metrics that there are', async () => {
    // What Prometheus itself says of a target.
    const known = ['up', ...(await metricNames())];
    const functions =
      /\b[a-z_]+(?= ?\()|\b(by|sum|max|min|job|instance|projection|slot|status|connector|code|le|reason|part)\b/g;
    for (const { alert, expr } of rules) {
      const bare = expr.replace(/"[^"]*"|\[\w+\]|\+Inf/g, '').replace(functions, '');
      const asked = bare.match(/[a-z][a-z_]+/g) ?? [];
      expect([alert, asked.length]).toEqual([alert, 1]);
      expect(known).toContain(asked[0]);
    }
  });

  test('watches every metric of the read model and of the stream', async () => {
    const asked = rules.map(({ expr }) => expr).join('\n');
    const own = (await metricNames()).filter((name) =>
      /^(projection|replication|connector|counterfoil)_/.test(name),
    );
    expect(own.length).toBeGreaterThan(8);
    for (const name of own) expect(asked).toContain(name);
  });

  test('asks for codes that a command can be answered with', () => {
    const asked = rules.flatMap(({ expr }) => [...expr.matchAll(/code="([^"]+)"/g)].map((match) => match[1]));
    expect(asked.length).toBeGreaterThan(2);
    for (const code of asked) expect(['OK', ...Object.keys(codes)]).toContain(code);
  });

  test('has nothing but rules, each with a severity and what to read', () => {
    for (const { alert, expr, annotations, labels, ...rest } of rules) {
      expect(expr).toEqual(expect.any(String));
      expect(annotations).toEqual({
        summary: expect.any(String),
        runbook: `docs/operations.md#${anchorOf(alert)}`,
      });
      expect(labels).toEqual({ severity: expect.stringMatching(/^(page|ticket)$/) });
      expect(Object.keys(rest).filter((key) => key !== 'for')).toEqual([]);
      expect(rest.for ?? '1m').toMatch(/^\d+[mh]$/);
    }
  });
});

describe('docs/operations.md', () => {
  test('explains each alarm, says what is at risk and when it is over, and no alarm that isn’t there', () => {
    const explained = headings.filter((heading) => heading.startsWith('Counterfoil'));
    expect(explained).toEqual(rules.map(({ alert }) => alert));
    for (const alert of explained) {
      const text = manual.split(`\n### ${alert}\n`)[1]!.split(/^#{2,3} /m)[0]!;
      expect([alert, text]).toEqual([alert, expect.stringMatching(/\*\*At\srisk:\s[^]*\bOver\s/)]);
    }
  });

  test('names only metrics that there are', async () => {
    const known = await metricNames();
    const named = manual.match(/`[a-z]+(_[a-z]+)+`/g)!.map((name) => name.slice(1, -1));
    const metrics = named.filter((name) =>
      /^(projection|journal|replication|connector|command|process|counterfoil_last)_/.test(name),
    );
    expect(metrics.length).toBeGreaterThan(4);
    for (const name of metrics) expect(known).toContain(name);
  });

  test('quotes lines of the log as the code writes them', () => {
    const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(`src/${path}`, 'utf8'))
      .join('\n')
      .replace(/' \+\n\s+['`]|` \+\n\s+['`]/g, '');
    const section = manual.split('\n## Lines of the log\n')[1]!.split('\n## ')[0]!;
    const quotes = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap((row) => [
      ...row[1]!.matchAll(/`([^`]+)`/g),
    ]);
    expect(quotes.length).toBeGreaterThan(20);
    for (const [, quote] of quotes) {
      for (const part of quote!
        .split('…')
        .map((text) => text.trim())
        .filter((text) => text.length > 3))
        expect([part, source.includes(part)]).toEqual([part, true]);
    }
  });

  test('leads nowhere that isn’t there', () => {
    const links = [...manual.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(30);
    for (const link of links) expect(anchors).toContain(link);
    for (const [, path, anchor] of manual.matchAll(/\]\(([^#)]+)(?:#([^)]+))?\)/g)) {
      const text = readFileSync(`docs/${path}`, 'utf8');
      const there = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1]!));
      if (anchor && path !== '../README.md') expect(there).toContain(anchor);
    }
  });

  test('has each procedure run by a test', () => {
    const tests = ['e2e/operations', 'cdc/operations', 'cdc/backup']
      .map((name) => readFileSync(`test/${name}.spec.ts`, 'utf8'))
      .join('\n');
    expect(procedures.size).toBe(manual.match(/^```sh$/gm)!.length);
    for (const name of procedures.keys()) expect(tests).toContain(`'${name}'`);
  });
});

test('a procedure is taken to the letter', () => {
  const text = 'x\n```sh\n# procedure: a-b\nx --y "$Z" | w\n# why\nv\n```\n```sh\nother\n```\n';
  expect(proceduresOf(text)).toEqual(new Map([['a-b', 'x --y "$Z" | w\n# why\nv\n']]));
});
