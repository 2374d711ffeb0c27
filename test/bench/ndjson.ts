// A long stream of commands against the built service on a Postgres of its own: how quick it is, and how much memory
// the service has meanwhile: `npm run bench:ndjson`, or with another number of lines as its argument.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline, Readable } from 'node:stream';

const lines = Number(process.argv[2] ?? 100_000);
const dataDir = await mkdtemp(join(tmpdir(), 'counterfoil-bench-'));
const service = spawn(process.execPath, ['dist/src/main.js'], {
  env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => service.kill('SIGTERM'));
try {
  const url = await addressOf(service.stdout);
  await open(url, 'world');
  await open(url, 'shop');
  await measure(url);
} finally {
  service.kill('SIGTERM');
  await once(service, 'exit');
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(url: string): Promise<void> {
  const started = performance.now();
  const before = await metric(url, 'process_cpu_seconds_total');
  let most = 0;
  const timer = setInterval(() => void memoryOf(url).then((mib) => (most = Math.max(most, mib))), 250);
  console.log(`before: ${await memoryOf(url)} MiB`);
  let answered = 0;
  for await (const line of answersTo(url)) {
    if (!line.startsWith('{"status":201,')) throw new Error(line);
    answered++;
    if (answered % Math.ceil(lines / 10) === 0) console.log(`${answered} lines: ${await memoryOf(url)} MiB`);
  }
  clearInterval(timer);
  const seconds = (performance.now() - started) / 1000;
  const cpu = (await metric(url, 'process_cpu_seconds_total')) - before;
  console.log(`the service's own processor time: ${((1000 * cpu) / answered).toFixed(2)} ms a line`);
  console.log(
    `${answered} lines in ${seconds.toFixed(1)} s: ${Math.round(answered / seconds)}/s, at most ${most} MiB`,
  );
}

async function* answersTo(url: string): AsyncGenerator<string> {
  const post = request(`${url}/v1/ledgers/main/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'bench' },
  });
  pipeline(Readable.from(commands()), post, (error) => error && console.error(error));
  const [response] = (await once(post, 'response')) as [Readable];
  yield* createInterface({ input: response });
}

function* commands(): Generator<string> {
  for (let n = 0; n < lines; n++) {
    const [from, to] = n % 2 === 0 ? ['world', 'shop'] : ['shop', 'world'];
    yield `{"command":"transfer","from":"${from}","to":"${to}","amount":"${1 + (n % 1000)}","reference":"bench-${n}"}\n`;
  }
}

async function open(url: string, id: string): Promise<void> {
  const answer = await fetch(`${url}/v1/ledgers/main/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': id },
    body: JSON.stringify({ id, type: 'liability', currency: 'USD', min_balance: null }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}

async function memoryOf(url: string): Promise<number> {
  return Math.round((await metric(url, 'process_resident_memory_bytes')) / 1024 / 1024);
}

async function addressOf(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /API\s+(http:\S+)\/v1/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the service did not start');
}
