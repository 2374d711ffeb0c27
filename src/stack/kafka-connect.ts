import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fill, readConnectFile } from '../connect/files.js';
import { ensureJars, pluginPath } from './jars.js';
import { classArchive, javaArgs } from './java.js';
import { endLeftover } from './pid-file.js';
import { freePort, isListening, startPart, waitReady, type Launch, type Part } from './process.js';

export interface ConnectOptions extends Launch {
  /** Holds the configuration and the log; the worker's state is in Kafka. */
  dir: string;
  brokers: string[];
  /** Default: the port this folder had before, else a free one. */
  port?: number;
  heapMb?: number;
  quickStart?: boolean;
}

export type RunningConnect = Part & { url: string };

/** One distributed worker; resolves when it has joined its group and answers about connectors. */
export async function startConnect(options: ConnectOptions): Promise<RunningConnect> {
  const { dir, brokers, heapMb = 384, quickStart, spawned, signal } = options;
  mkdirSync(dir, { recursive: true });
  await ensureJars();
  await endLeftover(dir, 'connect');
  const port = await choosePort(options);
  const config = join(dir, 'worker.properties');
  const values = {
    KAFKA_BROKERS: brokers.join(','),
    CONNECT_HOST: '127.0.0.1',
    CONNECT_PORT: String(port),
    CONNECT_ADVERTISED_HOST: '127.0.0.1',
    CONNECT_REPLICATION: '1',
    PLUGIN_PATH: pluginPath,
  };
  writeFileSync(config, fill(readConnectFile('worker.properties'), values));
  const archive = await classArchive('connect');
  const part = await startPart({
    name: 'connect',
    command: 'java',
    args: javaArgs(
      { heapMb, quickStart, archiveArgs: archive.args },
      'org.apache.kafka.connect.cli.ConnectDistributed',
      config,
    ),
    dir,
    spawned,
    signal,
  });
  void part.ended.then(archive.ended);
  const url = `http://127.0.0.1:${port}`;
  await waitReady(part, async () => {
    if (!(await isListening(port))) return false;
    return (await fetch(`${url}/connectors`, { signal: AbortSignal.timeout(2_000) })).ok;
  });
  return { ...part, url };
}

async function choosePort({ dir, port }: ConnectOptions): Promise<number> {
  const file = join(dir, 'connect-port');
  const kept = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
  const chosen = port ?? kept ?? (await freePort());
  if (await isListening(chosen)) throw new Error(`Port ${chosen} (Kafka Connect) is in use`);
  writeFileSync(file, String(chosen));
  return chosen;
}
