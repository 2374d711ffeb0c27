import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBed, type Bench } from '../bed.js';
import { selfTimes, type CpuProfile, type SelfTime } from '../cpu-profile.js';
import { resetStatements, statementsOf, withStatements } from '../statements.js';

/** Where the time of http-single at 128 connections goes: functions of Node, statements of Postgres. */
export async function profile(bench: Bench): Promise<void> {
  const { say, options } = bench;
  const seconds = options.quick ? 5 : Math.max(15, options.seconds);
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-profile-'));
  const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  await withBed(bench, { postgres: withStatements, nodeArgs }, async (bed) => {
    await bed.rig.owner.query('create extension pg_stat_statements');
    await resetStatements(bed.rig.owner);
    const { transfers, perSecond } = await bed.http({ connections: 128, seconds });
    const statements = await statementsOf(bed.rig.owner);
    await bed.service.stop();
    const file = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'))!;
    const { functions, groups } = selfTimes(
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile,
      seconds * 1000,
    );
    const print = (list: SelfTime[], most: number) => {
      for (const { name, ms } of list.slice(0, most)) {
        const percent = ((100 * ms) / (seconds * 1000)).toFixed(1);
        say(`${percent.padStart(6)} % ${((1000 * ms) / transfers).toFixed(1).padStart(7)} µs  ${name}`);
      }
    };
    say(
      `\n${Math.round(perSecond)} transfers/s while profiled; self time, and by transfer\nBy package or file:`,
    );
    print(groups, 25);
    say('\nBy function:');
    print(functions, 40);
    say('\nStatements of Postgres by transfer, and calls in all:');
    for (const { query, calls, total } of statements.slice(0, 20)) {
      const each = ((1000 * total) / transfers).toFixed(1).padStart(7);
      say(`${each} µs ${String(calls).padStart(8)}  ${query.slice(0, 100)}`);
    }
  });
  await rm(folder, { recursive: true, force: true });
}
