import { openLoop } from './open-loop.js';
import { cpuOf } from './processes.js';
import { startRig } from './rig.js';

/** What a refusal costs: at a fixed rate, to a service that has a rate of 1 and so refuses all but the first. */
const rig = await startRig(10);
try {
  const service = await rig.start({ KAFKA_BROKERS: '127.0.0.1:9', RATE_LIMIT: '1' });
  for (const perSecond of [1_000, 1_000, 2_000, 4_000]) {
    const before = cpuOf(service.pid);
    const offer = { perSecond, seconds: 5, connections: 512, accounts: 10, spread: 'uniform' } as const;
    const { offered, refused, refusal } = await openLoop(service.url, offer);
    const micros = (1000 * (cpuOf(service.pid) - before)) / offered;
    console.log(
      `${perSecond}/s: ${refused} refused, ${micros.toFixed(0)} us each, ms ${JSON.stringify(refusal)}`,
    );
  }
} finally {
  await rig.stop();
}
