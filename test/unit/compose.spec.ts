import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  image?: string;
  build?: string;
  command?: string | string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  healthcheck?: unknown;
}

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const text = read('docker-compose.yml');
const services = (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
const pom = read('connect/pom.xml');
const image = read('connect/Dockerfile');
const files = ['outbox', 'analysts'];
const configs = files.map(
  (name) => (JSON.parse(read(`connect/${name}.json`)) as { config: Record<string, string> }).config,
);
const version = (name: string) => new RegExp(`<${name}.version>([^<]+)<`).exec(pom)?.[1];

describe('the containers and the stack without Docker', () => {
  it('run the same Kafka', () => {
    expect(version('kafka')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(services.kafka?.image).toBe(`apache/kafka:${version('kafka')}`);
    expect(image).toContain(`FROM apache/kafka:${version('kafka')}\n`);
  });

  it('run the same Debezium, named in connect/pom.xml only', () => {
    expect(version('debezium')).toMatch(/\.Final$/);
    expect(image).toContain('COPY pom.xml');
    expect(image).toContain('COPY --from=jars /connect/.runtime/plugins');
    expect(image + text + read('Dockerfile')).not.toMatch(/debezium[^\n]*\d+\.\d+/i);
  });

  it('use the same files for worker, connector and topics', () => {
    expect(services.connect?.build).toBe('./connect');
    expect(image).toContain('COPY worker.properties');
    const copied = [...files, 'topics'].map((name) => `connect/${name}.json`).join(' ');
    expect(read('Dockerfile')).toContain(`COPY ${copied} ./connect/`);
    expect(services.migrate?.command).toEqual(
      expect.arrayContaining([expect.stringMatching(/connect apply \$\{ANALYSTS:\+--analysts\}$/)]),
    );
  });

  it('give each connector a position, a slot and a publication of its own, and a heartbeat topic', () => {
    for (const name of ['topic.prefix', 'slot.name', 'publication.name'])
      expect(new Set(configs.map((config) => config[name])).size).toBe(configs.length);
    for (const config of configs)
      expect(read('connect/topics.json')).toContain(`"__debezium-heartbeat.${config['topic.prefix']}"`);
  });

  it('give the broker the same settings', () => {
    const own = /^(node|process|controller|listener|advertised|inter|log\.dirs)/;
    const lines = read('connect/broker.properties')
      .split('\n')
      .filter((line) => /^[a-z]/.test(line));
    const settings = lines
      .map((line) => line.split('=') as [string, string])
      .filter(([key]) => !own.test(key));
    expect(settings.length).toBeGreaterThan(8);
    for (const [key, value] of settings) {
      const name = `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`;
      expect([name, services.kafka?.environment?.[name]]).toEqual([name, value]);
    }
  });

  it('fill in every placeholder of the worker', () => {
    const worker = read('connect/worker.properties').replace(/^#.*$/gm, '');
    const names = [...worker.matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => match[1]!);
    for (const name of names) expect(read('connect/start-worker.sh')).toContain(name);
  });
});

describe('passwords', () => {
  it('are never written into docker-compose.yml', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const [key, value] of Object.entries(service.environment ?? {})) {
        if (/PASSWORD|SECRET|TOKEN$/.test(key))
          expect([name, key, value]).toEqual([name, key, expect.stringMatching(/^\$\{\w+:\?/)]);
        const inUrl = /:\/\/[^:/@]+:([^@]+)@/.exec(value)?.[1];
        if (inUrl)
          expect([name, key, inUrl]).toEqual([name, key, expect.stringMatching(/^(\$\{\w+:\?|%24%7Benv)/)]);
      }
    }
  });

  it('are a placeholder in the connectors', () => {
    for (const config of configs) expect(config['database.password']).toBe('${CDC_PASSWORD}');
  });
});

describe('docker-compose.yml', () => {
  it('opens ports on this machine only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('checks the health of everything that others wait for', () => {
    for (const name of ['postgres', 'kafka', 'connect', 'api'])
      expect(services[name]?.healthcheck).toBeDefined();
  });

  it('builds each image in one service, which those that only use it wait for', () => {
    const all = Object.entries(services);
    const built = all.filter(([, { build }]) => build);
    expect(built.map(([, { image }]) => image).sort()).toEqual(['counterfoil', 'counterfoil-connect']);
    const [builder] = built.find(([, { image }]) => image === 'counterfoil')!;
    for (const [name, { depends_on: waits }] of all.filter(([, s]) => s.image === 'counterfoil' && !s.build))
      expect([name, waits]).toEqual([name, { [builder]: { condition: 'service_completed_successfully' } }]);
  });

  it('runs the service without root and without the embedded Postgres', () => {
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
    expect(read('Dockerfile')).toContain('npm ci --omit=dev --omit=optional');
  });
});

describe('connect/README.md', () => {
  const readme = read('connect/README.md');
  const explained = (key: string) =>
    readme.includes(`\`${key}\``) || readme.includes(`\`${key.split('.').slice(0, 2).join('.')}.*\``);

  it('explains every setting of the connectors, the worker, the broker and the topics', () => {
    const properties = ['worker', 'broker'].flatMap((name) =>
      [...read(`connect/${name}.properties`).matchAll(/^([a-z.]+)=/gm)].map((match) => match[1]!),
    );
    const { topics } = JSON.parse(read('connect/topics.json')) as { topics: { config: object }[] };
    const keys = [
      ...properties,
      ...configs.flatMap((config) => Object.keys(config)),
      ...topics.flatMap(({ config }) => Object.keys(config)),
    ];
    expect(keys.length).toBeGreaterThan(80);
    expect(keys.filter((key) => !explained(key))).toEqual([]);
  });
});
