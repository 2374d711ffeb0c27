import { readFileSync } from 'node:fs';
import { openLoop } from './open-loop.js';
import { cpuOf } from './processes.js';
import { startRig } from './rig.js';
import { wrk } from './wrk.js';

const ACCOUNTS = 10_000;
const SECONDS = Number(process.env.SECONDS ?? 10);
/** More than wait at most: else they wait in the generator for each other, and nothing has to be refused. */
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 8_000);
/** How many times the peak is offered. */
const TIMES = (process.env.TIMES ?? '0.5,1,2,4').split(',').map(Number);

/** Others than the defaults, as JSON. */
const settings = JSON.parse(process.env.SETTINGS ?? '{}') as Record<string, string>;

/** What comes of more than the service can do: an open loop at multiples of the closed loop's peak. */
const rig = await startRig(ACCOUNTS);
try {
  const service = await rig.start({ KAFKA_BROKERS: '127.0.0.1:9', ...settings });
  const closed = (seconds: number) =>
    wrk(service.url, ACCOUNTS, { connections: 128, seconds, spread: 'uniform' });
  await closed(4);
  const peak = (await closed(SECONDS)).perSecond;
  console.log(`peak, 128 connections: ${peak.toFixed(0)}/s, RSS ${rssOf(service.pid)} MB`);
  for (const times of TIMES) {
    const [before, postgresBefore] = [cpuOf(service.pid), rig.postgresCpu()];
    const perSecond = Math.round(peak * times);
    const offer = { perSecond, seconds: SECONDS, connections: CONNECTIONS, accounts: ACCOUNTS };
    const came = await openLoop(service.url, { ...offer, spread: 'uniform' });
    const { latency, latencyOnceSent, refusal, refusalOnceSent, ...counts } = came;
    console.log(`\n${times} × the peak: ${perSecond}/s offered`, JSON.stringify(counts));
    console.log(`  goodput / peak ${(counts.acceptedPerSecond / peak).toFixed(2)}`);
    console.log('  accepted, ms', JSON.stringify(latency), 'once sent', JSON.stringify(latencyOnceSent));
    console.log('  refused, ms', JSON.stringify(refusal), 'once sent', JSON.stringify(refusalOnceSent));
    const [node, postgres] = [cpuOf(service.pid) - before, rig.postgresCpu() - postgresBefore];
    console.log(`  CPU s: node ${node / 1000}, postgres ${postgres / 1000}; RSS ${rssOf(service.pid)} MB`);
  }
} finally {
  await rig.stop();
}

function rssOf(pid: number): string {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return (Number(kilobytes) / 1024).toFixed(0);
}
