import type { Report } from '../../../src/proof/verify/verify.js';
import { counterfoil } from '../../support/cli.js';
import type { Cluster } from '../cluster.js';
import type { Violation } from './violation.js';

/** What `counterfoil verify` says of it, which shares no line with this checker: seals and topics too. */
export async function askWitness({ databaseUrl, brokers }: Cluster): Promise<Violation[]> {
  const settings = { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers.join(',') };
  const args = ['verify', '--seals', '--topic', '--json', '--no-record'];
  const { status, stdout, stderr } = await counterfoil(args, settings);
  if (status !== 0 && status !== 3) return [{ check: 'verify', what: `status ${status}: ${stderr}` }];
  const { findings } = JSON.parse(stdout) as Report;
  return findings.map(({ check, subject, detail }) => ({
    check: `verify ${check}`,
    what: `${subject}: ${detail}`,
  }));
}
