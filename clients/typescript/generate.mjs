// Writes openapi.json, as the built service describes itself, and src/schema.ts, the types of it.
// `npm run client` builds the service first. With --check nothing is written: exit status 1 when a file is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { describeApi } from '../../dist/src/openapi.js';

const banner = '// Generated from openapi.json by generate.mjs: not to be edited.\n\n';
const check = process.argv.includes('--check');

const document = JSON.parse(JSON.stringify(await describeApi()));
const types = banner + astToString(await openapiTypescript(document, { alphabetize: false }));
await put('openapi.json', `${JSON.stringify(document, null, 2)}\n`);
await put('src/schema.ts', types);

async function put(name, text) {
  const path = join(import.meta.dirname, name);
  if (!check) return writeFile(path, text);
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present === text) return;
  console.error(`clients/typescript/${name} is out of date: npm run client`);
  process.exitCode = 1;
}
