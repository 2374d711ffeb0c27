import { Command, CommandRunner, Help } from 'nest-commander';
import { validate } from 'uuid';
import { proveInclusion } from '../proof/seals/prove.js';
import { UsageError } from './api.command.js';
import { databaseHelp, withDatabase } from './database.js';

@Command({
  name: 'prove',
  arguments: '<transaction>',
  description: 'Proof that a transaction was sealed, for somebody who trusts a seal but not this database',
})
export class ProveCommand extends CommandRunner {
  async run([id]: string[]): Promise<void> {
    if (!validate(id)) throw new UsageError(`${id} is no transaction's id: it takes a UUID`);
    const session = { role: 'counterfoil_reader', name: 'counterfoil prove', max: 1 } as const;
    const proof = await withDatabase(session, (pool) => proveInclusion(pool, id!));
    process.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
  }

  @Help('after')
  examples(): string {
    return `
Prints JSON: the record as it was sealed, the path from it to the root of its seal, and the seal. Whoever has the seal from
elsewhere (topic ledger.seals.v1, or its signature and the public key) checks it with examples/proofs/check-inclusion.mjs,
which is fifty lines and takes nothing but Node.

${databaseHelp}

Example:
  counterfoil prove 0199a3c2-7f31-7c44-9d21-5b8e0c6f1a90 > proof.json
  node examples/proofs/check-inclusion.mjs proof.json --public-key seal-key.pub.pem

Exit status: 0 printed, 1 there is no such transaction, it is not sealed yet, or it is not what was sealed, 2 wrong usage or
no database given.`;
  }
}
