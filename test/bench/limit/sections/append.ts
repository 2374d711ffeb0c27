import { ACCOUNTS, type Bench } from '../bed.js';
import { withRig } from '../rig.js';
import { percentile } from '../statistics.js';
import { resetStatements, withStatements } from '../statements.js';
import { oneByOne, tripsDuring } from '../trips.js';
import { now } from '../wire.js';

/**
 * Database time of one append when nothing else goes on: what the service waits for Postgres, from the first byte of a
 * round trip to the last of its answer, all round trips of the append together, COMMIT's flush to the disk included.
 */
export async function append({ options, report }: Bench): Promise<void> {
  const count = options.quick ? 500 : 2_000;
  await withRig(ACCOUNTS, withStatements, async (rig) => {
    await rig.owner.query('create extension pg_stat_statements');
    for (let round = 1; round <= options.rounds; round += 1) {
      await rig.owner.query('checkpoint');
      const { trips, result } = await tripsDuring(rig, async (url) => {
        await oneByOne(url, ACCOUNTS, 300, now);
        await resetStatements(rig.owner);
        return oneByOne(url, ACCOUNTS, count, now);
      });
      const appends = trips.filter((trip) => trip.append);
      const times: number[] = [];
      let done = 0;
      for (const { sent, answered } of result) {
        while (done < appends.length && appends[done]!.sent < sent) done += 1;
        let ms = 0;
        for (; done < appends.length && appends[done]!.sent < answered; done += 1) ms += appends[done]!.ms;
        times.push(ms);
      }
      report.add('append', 'append p50', 'ms', percentile(times, 0.5), `${count} transfers, one by one`);
      report.add('append', 'append p99', 'ms', percentile(times, 0.99));
      const within = appends.filter(({ sent }) => sent >= result[0]!.sent).length;
      report.add('append', 'append round trips', 'a transfer', within / count);
      const all = result.map(({ sent, answered }) => answered - sent);
      report.add('append', 'append over HTTP p50', 'ms', percentile(all, 0.5), 'Node and HTTP included');
      const { rows } = await rig.owner.query<{ ms: number }>(
        'select (sum(total_exec_time + total_plan_time) / $1)::float8 as ms from pg_stat_statements',
        [count],
      );
      report.add(
        'append',
        'append in Postgres, mean',
        'ms',
        rows[0]!.ms,
        'as pg_stat_statements counts: without the flush of COMMIT',
      );
    }
  });
}
