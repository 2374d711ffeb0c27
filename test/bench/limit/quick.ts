import { cpuOf, startRig } from './rig.js';
import { Raw } from './raw.js';
import { wrk } from './wrk.js';

const ACCOUNTS = 10_000;
const SECONDS = Number(process.env.SECONDS ?? 6);
const which = process.argv.slice(2);
const rig = await startRig(ACCOUNTS, process.env.PGSET ? JSON.parse(process.env.PGSET) : {});
const row = (name: string, ...rest: unknown[]) => console.log(name.padEnd(28), ...rest);
try {
  const raw = new Raw(rig.databaseUrl, rig.folder, ACCOUNTS, { result: 470, payload: 780 });
  if (process.env.PRESQL)
    for (const f of process.env.PRESQL.split(','))
      await rig.owner.query((await import('node:fs')).readFileSync(f, 'utf8'));
  await raw.make(rig.owner);
  const service = await rig.start({
    ...(process.env.WRITERS ? { WRITERS: process.env.WRITERS } : {}),
    ...(process.env.EMBEDDED ? {} : { KAFKA_BROKERS: '127.0.0.1:9' }),
    ...(process.env.PROF ? { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=/tmp/prof' } : {}),
  });
  if (process.env.PGSET?.includes('stat_st')) await rig.owner.query('create extension pg_stat_statements');
  const http = async (
    name: string,
    connections: number,
    spread: 'uniform' | 'hot' | 'zipf',
    items = 1,
    seconds = SECONDS,
  ) => {
    await rig.owner.query('checkpoint');
    const [pgBefore, before] = [rig.postgresCpu(), cpuOf(service.pid)];
    const {
      rows: [{ lsn }],
    } = await rig.owner.query('select pg_current_wal_lsn() as lsn');
    const m = await wrk(service.url, ACCOUNTS, { connections, spread, items, seconds });
    const {
      rows: [{ wal }],
    } = await rig.owner.query('select pg_wal_lsn_diff(pg_current_wal_lsn(), $1)::float8 as wal', [lsn]);
    if (process.env.METRICS)
      console.log(
        (await (await fetch(service.url + '/metrics')).text())
          .split('\n')
          .filter(
            (l) => /retr|batch_size_(sum|count)|counterfoil_commands?_total/.test(l) && !l.startsWith('#'),
          )
          .join(' | '),
      );
    row(
      name,
      Math.round(m.perSecond),
      `p50 ${m.p50} p95 ${m.p95} p99 ${m.p99} max ${m.max} | node ${((1000 * (cpuOf(service.pid) - before)) / m.transfers).toFixed(0)} us, pg ${((1000 * (rig.postgresCpu() - pgBefore)) / m.transfers).toFixed(0)} us, wal ${(wal / m.transfers).toFixed(0)} B`,
    );
  };
  const rawRow = async (name: string, work: Promise<number>) => row(name, Math.round(await work));
  await http('warm', 32, 'uniform', 1, 4);
  if (process.env.PGSET?.includes('stat_st')) await rig.owner.query('select pg_stat_statements_reset()');
  for (let round = 0; round < Number(process.env.ROUNDS ?? 2); round += 1) {
    if (which.includes('raw'))
      for (const c of [1, 32, 128]) await rawRow(`raw-single ${c}`, raw.single(c, SECONDS));
    if (which.includes('raw32')) await rawRow('raw-single 32', raw.single(32, SECONDS));
    if (which.includes('rawhot')) await rawRow('raw-single hot 32', raw.single(32, SECONDS, true));
    if (which.includes('http'))
      for (const c of (process.env.CONNS ?? '1,32,128,512').split(',').map(Number))
        await http(`http-single ${c}`, c, 'uniform');
    if (which.includes('http128')) await http('http-single 128', 128, 'uniform');
    if (which.includes('hot')) await http('http-single 128 hot', 128, 'hot');
    if (which.includes('zipf')) await http('http-single 128 zipf', 128, 'zipf');
    if (which.includes('rawbatch'))
      for (const s of [100, 1000])
        for (const c of [1, 2, 4]) await rawRow(`raw-batch ${s} x${c}`, raw.batch(s, c, SECONDS));
    if (which.includes('bulk'))
      for (const s of [1000]) for (const c of [4]) await http(`http-bulk ${s} x${c}`, c, 'uniform', s);
  }
  if (process.env.PGSET?.includes('stat_st')) {
    const { rows } = await rig.owner.query(
      "select calls, round(total_exec_time::numeric,0) exec, round(total_plan_time::numeric,0) plan, plans, left(regexp_replace(query,'\\s+',' ','g'),110) q from pg_stat_statements order by total_exec_time+total_plan_time desc limit 28",
    );
    for (const r of rows) console.log(r.calls, 'exec', r.exec, 'plan', r.plan, 'plans', r.plans, '|', r.q);
  }
} finally {
  await rig.stop();
}
