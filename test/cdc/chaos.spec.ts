import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { showSummary, showViolation } from '../chaos/report.js';
import { chaosDefaults, runChaos, type ChaosResult } from '../chaos/run.js';

/** The same faults each time, `CHAOS_SEED` for others. For longer, and other faults each time: `npm run chaos`. */
const seed = Number(process.env.CHAOS_SEED ?? 187_785);
const options = { ...chaosDefaults, rounds: 3, faultsARound: 4, longestFaultMs: 8_000, loadMs: 10_000 };

describe(`two APIs, two workers, Postgres, Kafka and Connect under load and faults (CHAOS_SEED=${seed})`, () => {
  const over = new AbortController();
  const lines: string[] = [];
  let result: ChaosResult;

  beforeAll(async () => {
    result = await runChaos({ ...options, seed, log: (line) => void lines.push(line), signal: over.signal });
    console.log(`${lines.join('\n')}\n${showSummary(result, seed)}`);
  }, 600_000);
  afterAll(() => over.abort());

  it('keep every promise, without a step by hand', () => {
    const broken = result.rounds.flatMap(({ violations }) => violations);
    expect(broken.map((violation) => showViolation(violation, 2_000))).toEqual([]);
    expect(result.kept).toBeUndefined();
  });

  it('meet each kind of fault at least once', () => {
    const kinds = result.rounds.flatMap(({ struck }) => struck.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual([...options.faults].sort());
  });

  it('answer enough for that to mean something', () => {
    const counts = result.rounds.map(({ counts }) => counts);
    const sum = (name: keyof (typeof counts)[number]) =>
      counts.reduce((total, each) => total + each[name], 0);
    expect(sum('acknowledged')).toBeGreaterThan(20);
    expect(sum('refused')).toBeGreaterThan(0);
    expect(sum('found') + sum('notFound')).toBeGreaterThan(0);
    expect(result.history.looks.length).toBeGreaterThan(5);
  });
});
