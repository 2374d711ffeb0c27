import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fill, readConnectFile } from '../connect/files.js';
import { withAdmin } from '../platform/kafka.js';
import { ensureJars } from './jars.js';
import { classArchive, javaArgs } from './java.js';
import { endLeftover } from './pid-file.js';
import { freePort, isListening, startPart, waitReady, type Launch, type Part } from './process.js';

export interface KafkaOptions extends Launch {
  /** Holds the data, the configuration and the log; a broker started on it again has all its topics. */
  dir: string;
  /** Default: the port this folder had before, else a free one. */
  port?: number;
  controllerPort?: number;
  heapMb?: number;
  quickStart?: boolean;
}

export type RunningKafka = Part & { brokers: string[] };

interface Ports {
  broker: number;
  controller: number;
}

/** One KRaft broker; resolves when it answers. */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const { dir, heapMb = 384, quickStart, spawned, signal } = options;
  mkdirSync(dir, { recursive: true });
  await ensureJars();
  await endLeftover(dir, 'kafka');
  const ports = await choosePorts(options);
  const config = join(dir, 'broker.properties');
  const values = {
    BROKER_PORT: String(ports.broker),
    CONTROLLER_PORT: String(ports.controller),
    LOG_DIR: join(dir, 'kafka'),
  };
  writeFileSync(config, fill(readConnectFile('broker.properties'), values));
  await formatOnce(dir, config, signal);
  const archive = await classArchive('kafka');
  const part = await startPart({
    name: 'kafka',
    command: 'java',
    args: javaArgs({ heapMb, quickStart, archiveArgs: archive.args }, 'kafka.Kafka', config),
    dir,
    spawned,
    signal,
  });
  void part.ended.then(archive.ended);
  const brokers = [`127.0.0.1:${ports.broker}`];
  await waitReady(part, async () => {
    if (!(await isListening(ports.broker))) return false;
    return withAdmin(brokers, async (admin) => (await admin.describeCluster()).brokers.length > 0);
  });
  return { ...part, brokers };
}

/** The same ports as before, so that what is connected to a broker finds it again after a restart. */
async function choosePorts({ dir, port, controllerPort }: KafkaOptions): Promise<Ports> {
  const file = join(dir, 'kafka-ports.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ports) : undefined;
  const ports = {
    broker: port ?? kept?.broker ?? (await freePort()),
    controller: controllerPort ?? kept?.controller ?? (await freePort()),
  };
  if (!controllerPort && (await isListening(ports.controller))) ports.controller = await freePort();
  if (await isListening(ports.broker)) throw new Error(`Port ${ports.broker} (Kafka) is in use`);
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

async function formatOnce(dir: string, config: string, signal?: AbortSignal): Promise<void> {
  if (existsSync(join(dir, 'kafka', 'meta.properties'))) return;
  const id = randomBytes(16).toString('base64url');
  const args = javaArgs(
    { heapMb: 128, quickStart: true },
    'kafka.tools.StorageTool',
    'format',
    // As one argument: an id may begin with a dash.
    `--cluster-id=${id}`,
    '-c',
    config,
  );
  await promisify(execFile)('java', args, { signal });
}
