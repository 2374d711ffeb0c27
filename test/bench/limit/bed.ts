import type { Program } from '../../support/program.js';
import { bulks, type BulkMeasured } from './bulk-load.js';
import type { Options } from './options.js';
import { Raw } from './raw.js';
import type { Report } from './report.js';
import { withRig, writesOnly, type Rig } from './rig.js';
import { wrk, type Load, type Measured, type Spread } from './wrk.js';

export const ACCOUNTS = 10_000;

/** What every section is given. */
export interface Bench {
  options: Options;
  report: Report;
  say: (line: string) => void;
}

/** A rig with the service on it, warm, and the plain tables beside. */
export interface Bed {
  rig: Rig;
  service: Program;
  raw: Raw;
  /** Single transfers; here as below, Postgres has written back what was before. */
  http(load: { connections: number; spread?: Spread; seconds?: number }): Promise<Measured>;
  /** `items` transfers a request. */
  bulk(items: number, connections: number): Promise<BulkMeasured>;
  /** One transfer per transaction in plpgsql. @returns transfers a second */
  rawSingle(clients: number, hot?: boolean): Promise<number>;
  /** `size` transfers per transaction in SQL. @returns transfers a second */
  rawBatch(size: number, clients: number): Promise<number>;
}

interface BedOptions {
  /** Of Postgres, besides those that it is tuned with. */
  postgres?: Record<string, string>;
  /** Of the service; it leaves the read model alone unless told otherwise. */
  service?: Record<string, string>;
  nodeArgs?: string[];
  /** Called before the service starts. */
  fill?: (rig: Rig) => Promise<void>;
}

export async function withBed<T>(
  { options }: Bench,
  { postgres = {}, service: settings = writesOnly, nodeArgs, fill }: BedOptions,
  work: (bed: Bed) => Promise<T>,
): Promise<T> {
  return withRig(ACCOUNTS, postgres, async (rig) => {
    await fill?.(rig);
    const service = await rig.start(settings, nodeArgs);
    const raw = new Raw(rig.databaseUrl, rig.folder, ACCOUNTS, await sizesOf(rig, service.url));
    await raw.make(rig.owner);
    const { seconds } = options;
    const http = async (load: Partial<Load> & { connections: number }) => {
      await settle(rig);
      return wrk(service.url, ACCOUNTS, { spread: 'uniform', seconds, ...load });
    };
    // Compiled by V8, prepared by Postgres, and remembered: accounts and their numbers.
    await http({ connections: 128, seconds: options.quick ? 2 : 6 });
    return work({
      rig,
      service,
      raw,
      http,
      async bulk(items, connections) {
        await settle(rig);
        return bulks(service.url, ACCOUNTS, { items, connections, seconds });
      },
      async rawSingle(clients, hot) {
        await settle(rig);
        return raw.single(clients, seconds, hot);
      },
      async rawBatch(size, clients) {
        await settle(rig);
        return raw.batch(size, clients, seconds);
      },
    });
  });
}

/** Nothing of what was written before is left to be written to the disk during the next measurement. */
async function settle(rig: Rig): Promise<void> {
  await rig.owner.query('checkpoint');
}

/** Of a plain transfer's answer and event, as the service has them. */
async function sizesOf(rig: Rig, url: string): Promise<{ result: number; payload: number }> {
  const response = await fetch(`${url}/v1/ledgers/main/transfers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'sizes' },
    body: JSON.stringify({ from: 'a1', to: 'a2', amount: '1' }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(text);
  const { rows } = await rig.owner.query<{ size: number }>(
    'select octet_length(payload) as size from journal.outbox order by sequence desc limit 1',
  );
  return { result: Buffer.byteLength(text), payload: rows[0]!.size };
}
