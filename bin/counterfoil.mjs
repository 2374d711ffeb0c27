#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist/src/cli.js');

if (!existsSync(built)) {
  build();
} else if (newest('src') > statSync(built).mtimeMs || newest('migrations') > statSync(built).mtimeMs) {
  // Only said, not done: a build empties dist, and a service may be running from it.
  process.stderr.write('counterfoil: dist is older than the sources; `npm run build` brings it up to date\n');
}
await import(built);

function build() {
  let nest;
  try {
    nest = createRequire(join(root, 'package.json')).resolve('@nestjs/cli/bin/nest.js');
  } catch {
    process.stderr.write('counterfoil: not built; run `npm ci && npm run build` first\n');
    process.exit(2);
  }
  const done = spawnSync(process.execPath, [nest, 'build'], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) {
    process.stderr.write(`${done.stdout}${done.stderr}counterfoil: the build failed\n`);
    process.exit(2);
  }
}

/** Time of the last change below a folder of the checkout; 0 where there is none, as in the image. */
function newest(folder) {
  if (!existsSync(join(root, folder))) return 0;
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .reduce((latest, name) => Math.max(latest, statSync(join(root, folder, name)).mtimeMs), 0);
}
