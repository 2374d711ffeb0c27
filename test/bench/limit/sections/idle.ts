import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNTS, type Bench } from '../bed.js';
import { cpuOf, memoryOf } from '../processes.js';
import { withRig } from '../rig.js';

/** A service with its read model that nobody asks anything, after half a minute for a minute. */
export async function idle({ options, report }: Bench): Promise<void> {
  const [wait, watch] = options.quick ? [5, 20] : [30, 60];
  await withRig(ACCOUNTS, {}, async (rig) => {
    const service = await rig.start();
    await sleep(wait * 1000);
    const [node, postgres] = [cpuOf(service.pid), rig.postgresCpu()];
    const began = performance.now();
    await sleep(watch * 1000);
    const percent = (ms: number) => (100 * ms) / (performance.now() - began);
    report.add(
      'idle',
      'idle memory',
      'MB',
      memoryOf(service.pid).now,
      `most ${memoryOf(service.pid).most.toFixed(0)}`,
    );
    report.add('idle', 'idle CPU', '%', percent(cpuOf(service.pid) - node), 'of one core');
    report.add('idle', 'idle Postgres CPU', '%', percent(rig.postgresCpu() - postgres));
  });
}
