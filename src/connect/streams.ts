import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectFolder, readConnectFile } from './files.js';

/** A connector and the slot that it reads. */
export interface Stream {
  connector: string;
  slot: string;
  /** Nothing is wrong when it isn't there. */
  optional: boolean;
  /** The command that makes it anew. */
  remedy: string;
}

/** Those that `connect/` knows of: the outbox's, which must run, and the analysts', which may. */
export function readStreams(): Stream[] {
  return ['outbox.json', 'analysts.json']
    .filter((file) => existsSync(join(connectFolder, file)))
    .map((file) => {
      const { name, config } = JSON.parse(readConnectFile(file)) as {
        name: string;
        config: Record<string, string>;
      };
      const optional = file !== 'outbox.json';
      const remedy = `counterfoil connect apply${optional ? ' --analysts' : ''}`;
      return { connector: name, slot: config['slot.name']!, optional, remedy };
    });
}
