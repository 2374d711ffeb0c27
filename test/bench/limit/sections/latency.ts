import { ACCOUNTS, withBed, type Bench } from '../bed.js';
import { openLoop } from '../open-loop.js';

/**
 * How long a transfer takes at half of the peak and at the peak, from the time it was due: an open loop, so that a stall
 * is felt by all that would have come meanwhile. The peak is measured right before, by a closed loop.
 */
export async function latency(bench: Bench): Promise<void> {
  const { options, report } = bench;
  await withBed(bench, {}, async (bed) => {
    for (let round = 1; round <= options.rounds; round += 1) {
      const peak = (await bed.http({ connections: 128 })).perSecond;
      report.add('latency', 'latency: the peak', 'transfers/s', peak);
      for (const [name, share] of [
        ['half', 0.5],
        ['peak', 1],
      ] as const) {
        const offer = { perSecond: Math.round(peak * share), seconds: options.seconds, connections: 256 };
        const { latency: times, ...came } = await openLoop(bed.service.url, {
          ...offer,
          accounts: ACCOUNTS,
          spread: 'uniform',
        });
        const more = `${offer.perSecond}/s due, ${Math.round(came.acceptedPerSecond)}/s accepted, ${came.refused} refused`;
        report.add('latency', `latency ${name} p50`, 'ms', times.p50, more);
        for (const which of ['p95', 'p99', 'max'] as const) {
          report.add('latency', `latency ${name} ${which}`, 'ms', times[which]);
        }
      }
    }
  });
}
