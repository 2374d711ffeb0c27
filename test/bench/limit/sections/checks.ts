import { switchChecks } from '../../history.js';
import { withBed, type Bed, type Bench } from '../bed.js';
import { ratiosOf } from '../statistics.js';

/** What the checks in the database cost: with them and without, alternately. */
export async function checks(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const loads = {
    'http-single': (bed: Bed) => bed.http({ connections: 128 }),
    'http-bulk': (bed: Bed) => bed.bulk(1000, 4),
  };
  await withBed(bench, {}, async (bed) => {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const [name, load] of Object.entries(loads)) {
        for (const on of round % 2 ? [true, false] : [false, true]) {
          await switchChecks(bed.rig.owner, on);
          const { perSecond } = await load(bed);
          report.add('checks', `checks ${on ? 'on' : 'off'} ${name}`, 'transfers/s', perSecond);
        }
      }
    }
    await switchChecks(bed.rig.owner, true);
  });
  for (const name of Object.keys(loads)) {
    const [on, off] = ['on', 'off'].map((state) => report.samples(`checks ${state} ${name}`));
    for (const ratio of ratiosOf(on!, off!)) {
      report.add('checks', `checks cost ${name}`, '%', 100 * (1 - ratio));
    }
  }
}
