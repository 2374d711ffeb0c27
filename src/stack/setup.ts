import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { isListening } from './process.js';

/** @throws with what a port that is taken is needed for */
export async function requireFreePorts(ports: Record<string, number>): Promise<void> {
  for (const [what, number] of Object.entries(ports)) {
    if (await isListening(number)) throw new Error(`Port ${number} is in use, and needed for ${what}`);
  }
}

/** The login of Connect; its password is made once and kept for this user's eyes only. */
export function cdcUrl(databaseUrl: string, dir: string): string {
  const file = join(dir, 'cdc.password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const url = new URL(databaseUrl);
  url.username = 'counterfoil_cdc';
  url.password = readFileSync(file, 'utf8');
  return url.href;
}

export async function allowReplication(databaseUrl: string, cdcDatabaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  // Unheard, the end of a connection between two statements would end this process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    // The password is of our own making: base64url, nothing to escape.
    const { password } = new URL(cdcDatabaseUrl);
    await client.query(`ALTER ROLE counterfoil_cdc LOGIN REPLICATION PASSWORD '${password}'`);
  } finally {
    await client.end();
  }
}

/** What another terminal needs to use the CLI on this stack. */
export function writeEnv(dir: string, env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  writeFileSync(join(dir, 'env'), lines.join(''), { mode: 0o600 });
}
