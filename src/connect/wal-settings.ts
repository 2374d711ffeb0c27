import { withClient } from './slot.js';

interface WalSettings {
  level: string;
  /** `max_slot_wal_keep_size`. */
  keep: string;
}

/** What Postgres's settings lack for a stream that can't hurt: a line each. */
export async function walWarnings(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<WalSettings>(
      `SELECT current_setting('wal_level') AS level, current_setting('max_slot_wal_keep_size') AS keep`,
    );
    return warningsOf(rows[0]!);
  });
}

export function warningsOf({ level, keep }: WalSettings): string[] {
  const warnings: string[] = [];
  if (level !== 'logical') {
    warnings.push(`Warning: wal_level is ${level}; Debezium needs logical, and Postgres a restart for it`);
  }
  if (keep === '-1') {
    warnings.push(
      'Warning: max_slot_wal_keep_size is -1, so a connector that is away can fill the disk: README.md says how to ' +
        'choose it, under "In production"',
    );
  }
  return warnings;
}
