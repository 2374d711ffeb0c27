import { openLoop } from './open-loop.js';
import { cpuOf, startRig } from './rig.js';
import { runProgram, findProgram } from './programs.js';

/** What a refusal costs: a service that refuses everything, asked by wrk as quickly as it answers. */
const rig = await startRig(10);
try {
  const service = await rig.start({ KAFKA_BROKERS: '127.0.0.1:9', RATE_LIMIT: '1' });
  const args = [
    '-t',
    '2',
    '-c',
    '128',
    '-d',
    '5',
    '-s',
    'test/bench/limit/transfers.lua',
    service.url,
    '--',
    '10',
    'uniform',
    '1',
    'x',
  ];
  await runProgram(findProgram('wrk'), args);
  const before = cpuOf(service.pid);
  const printed = await runProgram(findProgram('wrk'), args);
  const { requests, seconds, p50, p99, max } = JSON.parse(printed.trim().split('\n').at(-1)!);
  const cpu = cpuOf(service.pid) - before;
  console.log(
    `closed: ${(requests / seconds).toFixed(0)}/s, ${((1000 * cpu) / requests).toFixed(1)} us each, ms p50 ${p50} p99 ${p99} max ${max}`,
  );
  const b2 = cpuOf(service.pid);
  const o = await openLoop(service.url, {
    perSecond: 5000,
    seconds: 5,
    connections: Number(process.env.CONNECTIONS ?? 8000),
    accounts: 10,
    spread: 'uniform',
  });
  console.log(((1000 * (cpuOf(service.pid) - b2)) / o.offered).toFixed(1), 'us each', JSON.stringify(o));
} finally {
  await rig.stop();
}
