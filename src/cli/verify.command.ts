import { existsSync } from 'node:fs';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { UsageError } from './api.command.js';
import { databaseHelp } from './database.js';

interface VerifyOptions {
  only?: string[];
  topic?: boolean;
  seals?: boolean;
  publicKey?: string;
  copies?: string;
  parallel?: number;
  state?: string;
  json?: boolean;
  maxFindings?: number;
  record: boolean;
}

@Command({
  name: 'verify',
  description: 'Prove that the books are whole: journal, outbox, read model and topics, on a live system',
})
export class VerifyCommand extends CommandRunner {
  async run(_: string[], options: VerifyOptions): Promise<void> {
    const { parallel = 2, maxFindings = 100, state, record, json = false } = options;
    const { verifyNow } = await import('./verify.js');
    await verifyNow({
      only: options.only,
      also: [...(options.seals ? ['seals'] : []), ...(options.topic ? ['topic'] : [])],
      publicKeyFile: options.publicKey,
      copiesFile: options.copies,
      ...{ parallel, mostFindings: maxFindings, stateFile: state, record, json },
    });
  }

  @Option({
    flags: '--only <parts>',
    description: 'parts, with commas between: journal, outbox, read-model, seals, topic',
  })
  only(value: string): string[] {
    return value.split(',').map((part) => part.trim());
  }

  @Option({ flags: '--seals', description: 'the seals too; with KAFKA_BROKERS also against ledger.seals.v1' })
  seals(): boolean {
    return true;
  }

  @Option({ flags: '--public-key <file>', description: 'in PEM: seals must be signed with its private key' })
  publicKey(value: string): string {
    return value;
  }

  @Option({
    flags: '--copies <file>',
    description: 'what `counterfoil seals list --json` printed: seals must still be those',
  })
  copies(value: string): string {
    if (!existsSync(value)) throw new UsageError(`--copies: there is no file ${value}`);
    return value;
  }

  @Option({ flags: '--topic', description: 'the topics too, read from their beginning; takes KAFKA_BROKERS' })
  topic(): boolean {
    return true;
  }

  @Option({ flags: '--parallel <n>', description: 'connections that work at the same time (2)' })
  parallel(value: string): number {
    return wholeNumber('--parallel', value, 1);
  }

  @Option({ flags: '--state <file>', description: 'where it is kept how far it is; it goes on from there' })
  state(value: string): string {
    return value;
  }

  @Option({ flags: '--max-findings <n>', description: 'name so many at most; all are counted (100)' })
  maxFindings(value: string): number {
    return wholeNumber('--max-findings', value, 0);
  }

  @Option({ flags: '--no-record', description: 'leave no row in journal.proofs, which the metrics go by' })
  noRecord(): boolean {
    return false;
  }

  @Option({ flags: '--json', description: 'one JSON object, for programs' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Parts, the first three when none is named:
  journal     each account's versions, totals and times; every transaction's legs and balance; chains of holds and
              reversals; accounts and their changes; metadata; references; stored results; the list of open holds
  outbox      each event that is kept there is what the journal makes, byte for byte, and none is missing
  read-model  as \`counterfoil projections verify\`; not on a standby
  seals       each record, byte for byte as it was when it was sealed, none removed and none inserted; the chain of
              seals; their signatures with --public-key; their copies on ledger.seals.v1 with KAFKA_BROKERS, or those of a
              file with --copies
  topic       each record on the topics is an event of the journal's, byte for byte, and none is missing

Safe at any time, beside any load: it looks at what is recorded when it begins, reads only, and needs no lock. A standby
will do as well. With --state, a run that was cut off goes on where it was; at the end the file is gone.

${databaseHelp}

Example:
  counterfoil verify
  counterfoil verify --state /var/tmp/verify.json --json > proof.json
  counterfoil verify --seals --public-key seal-key.pub.pem --copies seals.jsonl
  counterfoil verify --only journal,topic --parallel 4

Exit status: 0 proven, 1 it could not be finished, 2 wrong usage or no database given, 3 something differs.`;
  }
}

function wholeNumber(option: string, value: string, least: number): number {
  if (!/^\d{1,6}$/.test(value) || Number(value) < least)
    throw new UsageError(`${option} ${value} is not a whole number from ${least} on`);
  return Number(value);
}
