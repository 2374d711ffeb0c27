import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { majorVersion, requireJava } from './java.js';

/** A `java` that says it is of that version. */
async function check(version: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'counterfoil-java-'));
  const file = join(dir, 'java');
  writeFileSync(file, `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`);
  chmodSync(file, 0o755);
  try {
    await requireJava(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('Java', () => {
  it.each([
    ['1.8.0_392', 8],
    ['11.0.2', 11],
    ['17.0.15', 17],
    ['21', 21],
    ['25-ea', 25],
  ])('%s is Java %i', (version, major) => expect(majorVersion(version)).toBe(major));

  it('is enough from 17 on', async () => {
    await check('17.0.15');
    await check('25-ea');
  });

  it('that is too old or missing is said in one line, with what to install', async () => {
    await expect(check('11.0.2')).rejects.toThrow(
      /^Kafka needs Java 17 or newer; .* is 11\.0\.2: install it, .*$/,
    );
    await expect(check('1.8.0_392')).rejects.toThrow('is 1.8.0_392');
    await expect(requireJava('/nonexistent/java')).rejects.toThrow(
      'there is no java on the PATH: install it',
    );
  });
});
