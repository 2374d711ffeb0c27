import { Command, Help, Option } from 'nest-commander';
import { ApiCommand, type ApiOptions, UsageError } from './api.command.js';
import { Unreachable } from './client.js';

interface ImportOptions extends ApiOptions {
  errors?: string;
}

@Command({
  name: 'import',
  arguments: '<file>',
  argsDescription: { file: 'JSON lines of bulk commands, plain or gzip; - reads stdin' },
  description: 'Send a file of commands, one JSON object a line; safe to repeat and to resume',
})
export class ImportCommand extends ApiCommand {
  async run([file]: string[], options: ImportOptions): Promise<void> {
    const { importFile, summaryOf } = await import('./import.js');
    try {
      const outcome = await importFile(this.service(options), file!, options.errors);
      process.stdout.write(`${summaryOf(outcome)}\n`);
      if (outcome.stopped) process.stderr.write('stopped; the same command goes on from here\n');
      if (outcome.refused) process.exitCode = 1;
      if (outcome.stopped) process.exitCode = 130;
    } catch (error) {
      if (error instanceof Unreachable) {
        throw new Unreachable(`${error.message}; nothing is lost or doubled: the same command resumes`);
      }
      const { code, path, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') {
        throw new UsageError(path === file ? `there is no file ${file}` : `there is no folder for ${path}`);
      }
      if (code === 'EISDIR' || code === 'EACCES') throw new UsageError(message);
      if (code?.startsWith('Z_')) throw new Error(`${path ?? file} is not whole gzip: ${message}`);
      throw error;
    }
  }

  @Option({ flags: '--errors <file>', description: 'write every refused line there, as JSON lines' })
  errors(value: string): string {
    return value;
  }

  @Help('after')
  examples(): string {
    return `
Each line is a command of POST /v1/ledgers/{ledger}/bulk, e.g. {"command":"transfer","from":"a","to":"b","amount":"100"}.
A line without an idempotency_key gets one made from its text, so the same file sent again changes nothing for as
long as the service keeps keys (72 h unless configured); a reference or an id guards for ever.

Example:
  counterfoil import books.jsonl.gz
  zcat books.jsonl.gz | counterfoil import - --errors refused.jsonl

Exit status: 0 all applied, 1 some lines refused, 2 wrong usage or service unreachable.`;
  }
}
