import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { embeddedLatency, openAccounts, withStreaming, type Streaming } from '../../stream.js';
import { ACCOUNTS, type Bench } from '../bed.js';
import { openLoop } from '../open-loop.js';
import { percentile } from '../statistics.js';

/** A lag that is greater at the end of a load says that the load was too much. */
const BOUND_SECONDS = 2;
const FIRST_RATE = 500;

/** How soon a transfer is in a consumer's hands and in the read model, and up to which rate that stays so. */
export async function stream(bench: Bench): Promise<void> {
  const { options } = bench;
  const seconds = options.quick ? 10 : 20;
  const rates = options.quick ? [100] : [100, 400];
  for (const rate of rates)
    tell(bench, rate, 'read model, embedded', await embeddedLatency({ rate, seconds }));
  await withStreaming(async (streaming) => {
    for (const rate of rates) {
      const { consumer, readModel } = await streaming.latency({ rate, seconds });
      tell(bench, rate, 'consumer', consumer);
      tell(bench, rate, 'read model, Kafka', readModel);
    }
    await greatestRate(bench, streaming);
  });
}

function tell({ report }: Bench, rate: number, to: string, times: number[]): void {
  for (const share of [0.5, 0.95, 0.99]) {
    report.add('stream', `stream ${rate}/s to ${to}: p${share * 100}`, 'ms', percentile(times, share));
  }
}

/** Doubles the rate until the lag is no longer bounded, then looks in between. */
async function greatestRate(bench: Bench, streaming: Streaming): Promise<void> {
  const { options, report } = bench;
  const owner = new pg.Client({ connectionString: streaming.stack.databaseUrl });
  await owner.connect();
  await openAccounts(owner, 'a');
  const seconds = options.quick ? 6 : 20;
  let [kept, lost] = [0, Infinity];
  for (let step = 0, rate = FIRST_RATE; step < (options.quick ? 4 : 8); step += 1) {
    const offer = {
      perSecond: rate,
      seconds,
      connections: 128,
      accounts: ACCOUNTS,
      spread: 'uniform',
    } as const;
    const came = await openLoop(streaming.url, offer);
    const lag = await lagOf(owner);
    const accepted = came.acceptedPerSecond;
    bench.say(
      `  ${rate}/s offered, ${Math.round(accepted)}/s accepted: complete ${lag.toFixed(1)} s after the load`,
    );
    if (lag <= BOUND_SECONDS && accepted >= 0.95 * rate) kept = rate;
    else lost = rate;
    rate = lost === Infinity ? rate * 2 : Math.round((kept + lost) / 2);
    if (lost - kept < Math.max(100, 0.1 * kept)) break;
  }
  await owner.end();
  const more = `of ${seconds} s, complete within ${BOUND_SECONDS} s`;
  report.add('stream', 'stream: greatest rate with bounded lag', 'transfers/s', kept, more);
}

/** Seconds from now until the read model has all that is recorded. */
async function lagOf(owner: pg.Client): Promise<number> {
  const began = performance.now();
  const { rows } = await owner.query<{ ids: string[] }>(
    'select array_agg(id) as ids from (select id from journal.transactions order by sequence desc limit 2000) t',
  );
  const ids = rows[0]!.ids;
  for (;;) {
    const { rows: found } = await owner.query<{ count: number }>(
      'select count(*)::int as count from transactions_v1.transactions where id = any($1::uuid[])',
      [ids],
    );
    if (found[0]!.count === ids.length) return (performance.now() - began) / 1000;
    await sleep(50);
  }
}
