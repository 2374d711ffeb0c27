import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyStreaming } from '../../src/connect/apply.js';
import { startConnect } from '../../src/stack/kafka-connect.js';
import { startKafka } from '../../src/stack/kafka.js';
import { freePort, startPart, waitReady, type Part } from '../../src/stack/process.js';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy.js';
import { startLink, type Link } from '../support/link.js';
import { places } from '../support/stack.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createClock, type Clock } from './clock.js';
import { startPostgres, type ChaosPostgres } from './postgres.js';
import { supervise, type Member } from './supervise.js';

/** Real processes on one machine, each with a proxy towards whatever it depends on; whatever ends is started again. */
export interface Cluster {
  /** Sorted by name, so that a choice among them follows from the seed. */
  members: Member[];
  postgres: ChaosPostgres;
  /** Of the APIs, through a proxy. */
  urls: string[];
  brokers: string[];
  /** As superuser, past every proxy. */
  databaseUrl: string;
  connectUrl: string;
  /** By who goes that way. */
  links: {
    /** To an API, by its own name. */
    api: Map<string, HttpProxy>;
    postgres: Map<string, TcpProxy>;
    kafka: Map<string, Link>;
  };
  /** Of each API and worker, by name. */
  clocks: Map<string, Clock>;
  /** Every API answers; resolves once that is so. @throws when it isn't after a while */
  answering(): Promise<void>;
  stop(): Promise<void>;
}

const apis = ['api-1', 'api-2'];
const workers = ['worker-1', 'worker-2'];
const java = { heapMb: 160, quickStart: true };
const RECOVERY_MS = 90_000;

/** @param dir for everything that is kept, the logs above all */
export async function startCluster(dir: string, log: (line: string) => void): Promise<Cluster> {
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const stopping = new AbortController();
  const { signal } = stopping;
  const supervisor = { signal, log };
  const links: Cluster['links'] = { api: new Map(), postgres: new Map(), kafka: new Map() };
  const members: Member[] = [];
  const kafkaPort = await freePort();
  const connectPort = await freePort();
  const brokers = [`127.0.0.1:${kafkaPort}`];
  const connectUrl = `http://127.0.0.1:${connectPort}`;

  const postgres = await startPostgres(supervisor);
  const toPostgres = async (from: string) => {
    const proxy = await startTcpProxy(postgres.url);
    links.postgres.set(from, proxy);
    return proxy.url;
  };
  const streaming = async () => {
    const kafka = (spawned: (part: Part) => void) =>
      startKafka({ dir, port: kafkaPort, ...java, spawned, signal });
    members.push(await supervise('kafka', kafka, supervisor));
    const connect = (spawned: (part: Part) => void) =>
      startConnect({ dir, brokers, port: connectPort, ...java, spawned, signal });
    members.push(await supervise('connect', connect, supervisor));
    const found = await places(postgres.url, brokers, connectUrl);
    const cdc = new URL(found.cdcDatabaseUrl);
    cdc.port = new URL(await toPostgres('connect')).port;
    await applyStreaming({ ...found, cdcDatabaseUrl: cdc.href, log: () => {} });
  };
  const clocks: Cluster['clocks'] = new Map();
  const api = async (name: string) => {
    const port = await freePort();
    const env = {
      DATABASE_URL: await toPostgres(name),
      KAFKA_BROKERS: brokers.join(','),
      PORT: String(port),
      SEAL_SECONDS: '3',
    };
    const start = async (spawned: (part: Part) => void) => {
      const part = await startProgram(name, 'main', env, spawned);
      await waitReady(part, async () => (await fetch(`http://127.0.0.1:${port}/health/live`)).ok, 30_000);
      return part;
    };
    members.push(await supervise(name, start, supervisor));
    links.api.set(name, await startHttpProxy(port));
  };
  const worker = async (name: string) => {
    const toKafka = await startLink(kafkaPort, { kafka: true });
    links.kafka.set(name, toKafka);
    const env = {
      DATABASE_URL: await toPostgres(name),
      KAFKA_BROKERS: `127.0.0.1:${toKafka.port}`,
      CONNECT_URL: connectUrl,
    };
    members.push(await supervise(name, (spawned) => startProgram(name, 'worker', env, spawned), supervisor));
  };
  const startProgram = (
    name: string,
    file: string,
    env: Record<string, string>,
    spawned: (part: Part) => void,
  ) => {
    const clock = clocks.get(name) ?? createClock(join(dir, `${name}.clock`));
    clocks.set(name, clock);
    return startPart({
      name,
      command: process.execPath,
      args: [...clock.nodeArgs, '--enable-source-maps', `dist/src/${file}.js`],
      dir,
      spawned,
      // Once all is stopped, the supervisor starts nothing any more.
      signal,
      env: { PATH: process.env.PATH, ...clock.env, ...env },
    });
  };

  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= stopAll());
  const stopAll = async () => {
    stopping.abort();
    await Promise.all(members.map((member) => member.resume()));
    await Promise.all(members.map((member) => member.kill9()));
    const all = Object.values(links).flatMap((some: Map<string, Link>) => [...some.values()]);
    await Promise.all(all.map((link) => link.close()));
    await postgres.makeRoom();
    await postgres.resume();
    await postgres.stop(join(dir, 'logs'));
  };
  try {
    await Promise.all([streaming(), ...apis.map(api)]);
    await Promise.all(workers.map(worker));
  } catch (error) {
    await stop();
    throw error;
  }
  const urls = apis.map((name) => `http://127.0.0.1:${links.api.get(name)!.port}`);
  return {
    members: [...members, postgres].sort((a, b) => (a.name < b.name ? -1 : 1)),
    postgres,
    urls,
    brokers,
    databaseUrl: postgres.url,
    connectUrl,
    links,
    clocks,
    answering: () => answering(urls),
    stop,
  };
}

async function answering(urls: string[]): Promise<void> {
  const deadline = performance.now() + RECOVERY_MS;
  const answers = async (url: string) => {
    const { ok } = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return ok;
  };
  for (;;) {
    const all = await Promise.all(urls.map((url) => answers(url).catch(() => false)));
    if (all.every(Boolean)) return;
    if (performance.now() > deadline)
      throw new Error(`the APIs don't answer ${RECOVERY_MS / 1000} s after the last fault`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
