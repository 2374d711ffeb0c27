import { ACCOUNTS, withBed, type Bench } from '../bed.js';
import { openLoop } from '../open-loop.js';
import { memoryOf } from '../processes.js';

/** What comes of more than the service can do: an open loop at multiples of the closed loop's peak. */
export async function overload(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const rounds = Math.min(3, options.rounds);
  await withBed(bench, {}, async (bed) => {
    for (let round = 1; round <= rounds; round += 1) {
      const peak = (await bed.http({ connections: 128 })).perSecond;
      for (const times of [1, 2, 4]) {
        const name = `overload ${times} ×`;
        const came = await openLoop(bed.service.url, {
          perSecond: Math.round(peak * times),
          seconds: options.seconds,
          // More than wait at most: else they wait in the generator for each other, and nothing has to be refused.
          connections: 10_000,
          accounts: ACCOUNTS,
          spread: 'uniform',
        });
        const add = (what: string, unit: string, value: number, more?: string) =>
          report.add('overload', `${name} ${what}`, unit, value, more);
        const statuses = JSON.stringify(came.statuses);
        add(
          'goodput / peak',
          '×',
          came.acceptedPerSecond / peak,
          `${came.offered} offered, refused ${statuses}`,
        );
        add('accepted p99', 'ms', came.latency.p99);
        add('refused p99, once sent', 'ms', came.refusalOnceSent.p99, `${came.refused} refused`);
      }
      report.add('overload', 'overload memory', 'MB', memoryOf(bed.service.pid).most);
    }
  });
}
