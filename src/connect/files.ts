import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder `connect/` of the checkout or image: the sources and the build lie at different depths below it. */
export const connectFolder = find(dirname(fileURLToPath(import.meta.url)));

export function readConnectFile(name: string): string {
  return readFileSync(join(connectFolder, name), 'utf8');
}

/** Replaces `${NAME}` for the names given and leaves every other, such as `${routedByValue}`, as it is. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\$\{([A-Z_]+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

function find(folder: string): string {
  const candidate = join(folder, 'connect');
  if (existsSync(join(candidate, 'outbox.json'))) return candidate;
  if (dirname(folder) === folder) throw new Error('The folder connect/ is missing from this installation');
  return find(dirname(folder));
}
