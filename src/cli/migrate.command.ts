import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { loadConfig } from '../config.js';
import { UsageError } from './api.command.js';

interface MigrateOptions {
  readModelOnly?: boolean;
}

@Command({
  name: 'migrate',
  description: 'Bring a database to the newest schema; does nothing when it is there',
})
export class MigrateCommand extends CommandRunner {
  async run(_: string[], { readModelOnly }: MigrateOptions): Promise<void> {
    const { databaseOwnerUrl, databaseUrl } = loadConfig();
    const url = databaseOwnerUrl ?? databaseUrl;
    if (!url) {
      throw new UsageError(
        'DATABASE_OWNER_URL or DATABASE_URL must be set; `npm start` migrates its own Postgres',
      );
    }
    const { DatabaseError, migrate } = await import('../platform/migrate.js');
    const log = (line: string) => process.stdout.write(`${line}\n`);
    await migrate(url, log, readModelOnly ? 'read model only' : 'journal').catch((error: unknown) => {
      const setting = databaseOwnerUrl ? 'DATABASE_OWNER_URL' : 'DATABASE_URL';
      throw error instanceof DatabaseError ? new Error(`${setting}: ${error.message}`) : error;
    });
    process.stdout.write('the schema is up to date\n');
  }

  @Option({
    flags: '--read-model-only',
    description:
      'a database without a journal, whose read model is fed from Kafka alone: for reports elsewhere',
  })
  readModelOnly(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Uses DATABASE_OWNER_URL, else DATABASE_URL: a login that owns the database and may create roles, or was granted
counterfoil_owner and counterfoil_projector.

A database has a journal or it has not, for good. One that has none is filled by \`counterfoil projections rebuild --from
kafka\`, and kept up to date by a worker.

Example:
  DATABASE_OWNER_URL=postgres://postgres@127.0.0.1:5432/ledger counterfoil migrate
  DATABASE_OWNER_URL=postgres://postgres@127.0.0.1:5432/reports counterfoil migrate --read-model-only

Exit status: 0 up to date, 1 failed, 2 no database given.`;
  }
}
