import { Command, CommandRunner, Help } from 'nest-commander';
import { loadConfig } from '../config.js';
import { UsageError } from './api.command.js';

@Command({
  name: 'migrate',
  description: 'Bring a database to the newest schema; does nothing when it is there',
})
export class MigrateCommand extends CommandRunner {
  async run(): Promise<void> {
    const { databaseOwnerUrl, databaseUrl } = loadConfig();
    const url = databaseOwnerUrl ?? databaseUrl;
    if (!url) {
      throw new UsageError(
        'DATABASE_OWNER_URL or DATABASE_URL must be set; `npm start` migrates its own Postgres',
      );
    }
    const { DatabaseError, migrate } = await import('../platform/migrate.js');
    await migrate(url, (line) => process.stdout.write(`${line}\n`)).catch((error: unknown) => {
      const setting = databaseOwnerUrl ? 'DATABASE_OWNER_URL' : 'DATABASE_URL';
      throw error instanceof DatabaseError ? new Error(`${setting}: ${error.message}`) : error;
    });
    process.stdout.write('the schema is up to date\n');
  }

  @Help('after')
  examples(): string {
    return `
Uses DATABASE_OWNER_URL, else DATABASE_URL: a login that owns the database and may create roles, or was granted
counterfoil_owner and counterfoil_projector.

Example:
  DATABASE_OWNER_URL=postgres://postgres@127.0.0.1:5432/ledger counterfoil migrate

Exit status: 0 up to date, 1 failed, 2 no database given.`;
  }
}
