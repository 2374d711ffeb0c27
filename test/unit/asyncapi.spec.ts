import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { describeEvents, type EventSchema } from '../../src/connect/asyncapi.js';
import type { Json } from '../support/client.js';

const json = (path: string): Json => JSON.parse(readFileSync(path, 'utf8'));
const files = readdirSync('src/events/schemas').filter((name) => name.endsWith('.json'));
const schemas: EventSchema[] = files.sort().map((name) => json(`src/events/schemas/${name}`));
const { topics } = json('connect/topics.json');
const document: Json = parse(readFileSync('docs/asyncapi.yaml', 'utf8'));

describe('docs/asyncapi.yaml', () => {
  test('is what topics and schemas come to: else npm run asyncapi', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(describeEvents(topics, schemas))));
  });

  test('is a valid AsyncAPI 3 document', () => {
    expect(errorsOf(document)).toEqual([]);
    expect(errorsOf({ ...document, channels: { wrong: { adress: 'x' } } })).not.toEqual([]);
  });

  test('refers to nothing that isn’t there', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      const path = ref.replace('#/', '').split('/');
      expect([ref, path.reduce((found: Json, name) => found?.[name], document)]).toEqual([
        ref,
        expect.any(Object),
      ]);
    }
  });

  test('has every topic with its partitions, and every schema on one of them', () => {
    for (const { name, partitions } of topics.filter((topic: Json) => !/^__|\.dlq\./.test(topic.name)))
      expect(document.channels[name].bindings.kafka).toMatchObject({ topic: name, partitions });
    const sent = Object.values<Json>(document.channels).flatMap(({ messages }) => Object.keys(messages));
    const names = files.map((name) => name.replace('.json', ''));
    expect(sent.sort()).toEqual([...names, 'deadLetter'].sort());
    const { address, parameters } = document.channels.deadLetters;
    const letters = parameters.projection.enum.map((name: string) => address.replace('{projection}', name));
    expect(letters).toEqual(
      topics.map(({ name }: Json) => name).filter((name: string) => name.includes('.dlq.')),
    );
    expect(letters).toContain('ledger.balances.dlq.v1');
  });

  test.each(schemas.map((schema) => [schema.$id, schema] as const))(
    'shows of %s what is valid',
    (_, schema) => {
      const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
      addFormats.default(ajv);
      const message = Object.values<Json>(document.components.messages).find(
        ({ name }) => `/schemas/${name}.json` === schema.$id,
      );
      const { examples = [], headers } = message;
      expect(examples.length).toBe(schema.examples?.length ?? 0);
      for (const example of examples) {
        expect([ajv.validate(schema, example.payload), ajv.errors]).toEqual([true, null]);
        if (headers) expect([ajv.validate(headers, example.headers), ajv.errors]).toEqual([true, null]);
      }
    },
  );
});

function errorsOf(described: unknown): unknown[] {
  const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json');
  // The official schema brings draft 07 along.
  const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.validate(official, described);
  return ajv.errors ?? [];
}
