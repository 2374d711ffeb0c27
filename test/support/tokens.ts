import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A tokens file in which everyone's token is their name; by name, what the line grants beside all of ledger main. */
export async function writeTokens(grants: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'counterfoil-tokens-'));
  const file = join(folder, 'tokens');
  const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
  const lines = Object.entries(grants).map(
    ([name, more]) => `${name} ${sha256(name)} read:* write:* ${more}\n`,
  );
  await writeFile(file, lines.join(''));
  return { file, remove: () => rm(folder, { recursive: true }) };
}
