import { ACCOUNTS, withBed, type Bed, type Bench } from '../bed.js';
import { importByCli, streamNdjson } from '../bulk-load.js';
import { memoryOf } from '../processes.js';
import type { Spread } from '../wrk.js';

/**
 * How many transfers a second, by every way in and by Postgres alone. All alternately, what is compared next to each
 * other, so that a round's ratios are of things that were measured within a minute.
 */
export async function throughput(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const { sections, rounds } = options;
  await withBed(bench, {}, async (bed) => {
    for (let round = 1; round <= rounds; round += 1) {
      bench.say(`round ${round} of ${rounds}`);
      await singles(bench, bed);
      if (sections.has('bulk')) await many(bench, bed);
    }
    report.add('http', 'memory under load', 'MB', memoryOf(bed.service.pid).most);
  });
}

async function singles({ options: { sections }, report }: Bench, bed: Bed): Promise<void> {
  const raw = async (clients: number, hot = false) => {
    if (!sections.has('raw')) return;
    const name = `raw-single ${hot ? 'hot' : 'uniform'} ${clients}`;
    report.add('raw', name, 'transfers/s', await bed.rawSingle(clients, hot));
  };
  const http = async (connections: number, spread: Spread) => {
    if (!sections.has('http')) return;
    const { perSecond, p50, p99, max } = await bed.http({ connections, spread });
    const times = `p50 ${p50} p99 ${p99} max ${max} ms`;
    report.add('http', `http-single ${connections} ${spread}`, 'transfers/s', perSecond, times);
  };
  await raw(1);
  await http(1, 'uniform');
  await http(32, 'uniform');
  await raw(128);
  await raw(32);
  await http(128, 'uniform');
  await http(512, 'uniform');
  await http(128, 'hot');
  await raw(32, true);
  await http(128, 'zipf');
}

async function many({ options: { seconds }, report, say }: Bench, bed: Bed): Promise<void> {
  for (const items of [100, 1000]) {
    for (const connections of [1, 2, 4]) {
      const raw = await bed.rawBatch(items, connections);
      report.add('bulk', `raw-batch ${items} x${connections}`, 'transfers/s', raw);
      const { perSecond, p50, max } = await bed.bulk(items, connections);
      const times = `p50 ${p50} max ${max} ms`;
      report.add('bulk', `http-bulk ${items} x${connections}`, 'transfers/s', perSecond, times);
    }
  }
  await bed.rig.owner.query('checkpoint');
  const perSecond = await streamNdjson(bed.service.url, ACCOUNTS, seconds);
  report.add('bulk', 'ndjson stream', 'transfers/s', perSecond);
  await bed.rig.owner.query('checkpoint');
  const lines = Math.round(perSecond * seconds);
  const imported = await importByCli(bed.service.url, bed.rig.folder, { accounts: ACCOUNTS, lines });
  report.add('bulk', 'import by CLI', 'transfers/s', imported, `${lines} lines`);
  say(`  the service has ${Math.round(memoryOf(bed.service.pid).now)} MB`);
}
